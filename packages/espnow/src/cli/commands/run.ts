import type { MacAddress, PacketNumbers, Radio } from "aioespnow";
import { Air, systemClock, VirtualClock } from "aioespnow/sim";
import { type Command, InvalidArgumentError } from "commander";
import { type ComputerNetwork, Program } from "espnow-micropython";
import { AirFindings } from "espnow-micropython/command";
import { collectWith, oneOf, parseDuration, wholeNumber } from "../arguments.ts";
import { automaticMacs } from "../boards/automatic-macs.ts";
import { adviseBoards } from "../boards/board-advice.ts";
import { adviseHardware, readBoardHardware, showHardware } from "../boards/board-hardware.ts";
import { BoardOutput } from "../boards/board-output.ts";
import type { BoardPlan, RunPlan } from "../boards/board-plan.ts";
import { parseAccessPoint, parseBoardAddress, parsePosition } from "../boards/board-settings.ts";
import { conduct } from "../boards/conduct.ts";
import { type NetworkOptions, ofNetwork, openNetwork, withNetwork } from "../boards/network-options.ts";
import { type CommonSettings, planRun } from "../boards/run-plan.ts";
import { SavedFiles } from "../boards/saved-files.ts";
import { openStations } from "../boards/stations.ts";
import { readTyped, type TypedFile, typeLines } from "../boards/typed-input.ts";
import { CaptureFile } from "../output/capture-file.ts";
import { count } from "../output/format.ts";
import { withContext, withJson } from "../process/command.ts";
import { UsageError } from "../process/explain.ts";
import type { Context, Host, Keyboard } from "../process/host.ts";
import { recordAir } from "../radio/air-recording.ts";
import { userPacketNumbers } from "../radio/packet-numbers.ts";

/** `stdin` is what is typed at the programs, in real time. */
interface RunContext extends Context {
  readonly stdin?: Keyboard | undefined;
  readonly packetNumbers: PacketNumbers;
}

/** More than there is memory for. */
const MAX_BOARDS = 1024;

interface RunOptions extends Omit<CommonSettings, "mac">, NetworkOptions {
  readonly mac?: readonly (MacAddress | "auto")[];
  /** Left out: a simulated air of this process. */
  readonly radio?: string;
  readonly virtual?: boolean;
  /** Milliseconds. Left out: until all programs have ended. */
  readonly for?: number;
  readonly seed?: number;
  readonly type?: readonly TypedFile[];
  readonly hardware?: string;
  readonly screenshots?: string;
  readonly pcap?: string;
  readonly keepGoing?: boolean;
  readonly save?: string;
  readonly json?: boolean;
}

export function runCommand(command: Command, host: Host): void {
  withNetwork(withJson(command))
    .argument(
      "<programs...>",
      'files, or folders with main.py; with settings and arguments: "sensor.py:board=esp8266 kitchen"; or a scenario file, house.yaml',
    )
    .option("--radio <url>", "air: or linux:wlan1 (default: a simulated air of their own)")
    .option("--virtual", "run in virtual time: as fast as possible, and the same at every run")
    .option("--for <time>", "stop after this time, such as 90s or 24h", parseDuration)
    .option("--seed <number>", "random seed of the air and of the programs", wholeNumber(0, 0xffff_ffff))
    .option("--board <name>", "model: esp32 or esp8266 (default: esp32)", oneOf("esp32", "esp8266"))
    .option("--espnow <version>", "v2, or v1 with messages up to 250 bytes (default: v2)", oneOf("v1", "v2"))
    .option(
      "--mac <mac>",
      "the address of the first board; repeat it for the next one (default: random); auto: what the other programs send to",
      collectWith(parseMac),
    )
    .option(
      "--position <x/y>",
      "where the first board is, in meters; repeat it for the next one",
      collectWith(parsePosition),
    )
    .option("--access-point <ssid:password@channel>", "the access point in reach of all boards", parseAccessPoint)
    .option("--type <name=file>", "type a file at a board; may be repeated", collectWith(parseTyped))
    .option(
      "--hardware <file>",
      "a YAML file with the devices on the boards' pins and a script of what happens to them",
    )
    .option("--screenshots <folder>", "keep what displays show at the end, as PNG files")
    .option("--pcap <file>", "write all frames on the simulated air to a pcapng file")
    .option("--save <folder>", "keep the files that the programs write, of several in a folder each")
    .option("--keep-going", "when a program fails, let the others go on")
    .action((programs: string[], { board, espnow, accessPoint, mac, position, ...options }: RunOptions) =>
      withContext(host, options, async (context) => {
        const isAutomatic = mac?.includes("auto") ?? false;
        if (isAutomatic && mac?.length !== 1) throw new UsageError("--mac auto is for all boards: give no other --mac");
        const common = { board, espnow, accessPoint, mac: isAutomatic ? undefined : mac, position };
        const given = Object.fromEntries(Object.entries(common).filter(([, value]) => value !== undefined));
        const packetNumbers = userPacketNumbers(host.env);
        const plan = await planRun(programs, given);
        const { boards, remarks } = isAutomatic ? automaticMacs(plan.boards) : { ...plan, remarks: [] };
        for (const remark of remarks) context.output.remark(remark);
        return run({ ...plan, boards }, options, { ...context, stdin: host.stdin, packetNumbers });
      }),
    );
}

/** Returns the exit code of the program that failed first, or 0. */
async function run(plan: RunPlan, options: RunOptions, context: RunContext): Promise<number> {
  checkTogether(plan, options);
  const names = plan.boards.map(({ name }) => name);
  const typed = readTyped(typedFiles(plan, options), names);
  const hardware = options.hardware === undefined ? undefined : await readBoardHardware(options.hardware, names);
  const air = options.radio === undefined ? newAir(plan, options) : undefined;
  const capture = options.pcap === undefined ? undefined : new CaptureFile(options.pcap);
  const endRecording = air && capture && recordAir(air, capture);
  const endPacing = air && context.output.pace(air.clock);
  const programs: Program[] = [];
  let radios: readonly Radio[] = [];
  let endTyping = (): void => undefined;
  const saved = options.save === undefined ? undefined : new SavedFiles(options.save);
  const findings = new AirFindings({ isWhole: air !== undefined });
  let network: ComputerNetwork | undefined;
  try {
    network = await openNetwork(options, context.output);
    radios = await openStations(plan, air ?? options.radio ?? "", context.packetNumbers);
    const shown = new BoardOutput(context.output, names, options.json);
    for (const [index, board] of plan.boards.entries()) {
      const program = new Program(radios[index] as Radio, {
        ...boardOptions(plan, board, index, options, context),
        ...ofNetwork(network, board),
      });
      programs.push(program);
      findings.watch(program);
      program.type(typed.get(board.name) ?? "");
      saved?.add(program);
      board.hardware?.(program);
      hardware?.add(index, program);
      shown.add(program);
    }
    if (programs.length > 1 && !options.virtual && context.stdin?.isTTY) {
      endTyping = typeLines(context.stdin, programs, context.output);
    }
    const code = await Promise.race([conduct(programs, options, context), ...(capture ? [capture.failed] : [])]);
    showHardware(programs, context.output, options.screenshots);
    return code;
  } finally {
    endTyping();
    await Promise.all(programs.map((program) => program.stop()));
    saved?.save();
    await network?.[Symbol.asyncDispose]();
    await Promise.all(radios.map((radio) => radio[Symbol.asyncDispose]()));
    for (const sentence of findings.sentences) context.output.remark(sentence);
    await adviseHardware(programs, context.output);
    adviseBoards(programs, context.output);
    endPacing?.();
    endRecording?.();
    capture?.close();
  }
}

function checkTogether({ boards, loss, links }: RunPlan, { radio, virtual, seed, pcap }: RunOptions): void {
  if (radio === undefined) return;
  const ofAir = { "--virtual": virtual, "--seed": seed, "--pcap": pcap, loss, links: links[0] };
  const [wrong] = Object.entries(ofAir).find(([, value]) => value !== undefined) ?? [];
  if (wrong !== undefined) throw new UsageError(`${wrong} is for a simulated air of their own: leave --radio out`);
  if (boards.length > 1 && !/^(air|sim):/.test(radio)) throw new UsageError(`${radio} is the radio of one board only`);
  if (boards.length > 1 && /[?&]mac=/.test(radio)) {
    throw new UsageError(`${radio} has one address for ${count(boards.length, "board")}: use --mac for each`);
  }
}

/** What a board's program is given, beside its radio. */
function boardOptions(plan: RunPlan, board: BoardPlan, index: number, options: RunOptions, { stdin }: RunContext) {
  const isTypedAt = plan.boards.length === 1 && !options.virtual && stdin !== undefined;
  return { ...board, ...seedOf(plan, options, index), ...(isTypedAt ? { stdin } : {}) };
}

/** Each board has chances of its own, which virtual time repeats at every run. */
function seedOf(plan: RunPlan, { seed = plan.seed, virtual = false }: RunOptions, index: number): { seed?: number } {
  return seed === undefined && !virtual ? {} : { seed: (seed ?? 1) * MAX_BOARDS + index };
}

function newAir(plan: RunPlan, { seed = plan.seed, virtual = false }: RunOptions): Air {
  return new Air({
    ...(seed === undefined ? {} : { seed }),
    ...(plan.loss === undefined ? {} : { model: { frameLoss: plan.loss } }),
    clock: virtual ? new VirtualClock() : systemClock,
  });
}

function typedFiles({ boards }: RunPlan, { type = [] }: RunOptions): readonly TypedFile[] {
  return [...boards.flatMap(({ name, typed }) => (typed === undefined ? [] : [{ name, file: typed }])), ...type];
}

function parseMac(word: string): MacAddress | "auto" {
  return word === "auto" ? word : parseBoardAddress(word);
}

function parseTyped(word: string): TypedFile {
  const [, name, file] = /^([^=]+)=(.+)$/.exec(word) ?? [];
  if (name !== undefined && file !== undefined) return { name, file };
  throw new InvalidArgumentError("It must look like NAME=FILE: the board's name, and the file that is typed at it.");
}
