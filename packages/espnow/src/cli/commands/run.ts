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
import type { BoardPlan, ProgramPath, RunPlan } from "../boards/board-plan.ts";
import { parseAccessPoint, parseBoard, parseBoardAddress, parsePosition } from "../boards/board-settings.ts";
import { conduct } from "../boards/conduct.ts";
import { type NetworkOptions, ofNetwork, openNetwork, withNetwork } from "../boards/network-options.ts";
import { type CommonSettings, planRun } from "../boards/run-plan.ts";
import { SavedFiles } from "../boards/saved-files.ts";
import { SavedState, type SimProgram, StateFile } from "../boards/saved-state.ts";
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
  readonly saveState?: string;
  readonly fromState?: string;
  readonly json?: boolean;
}

export function runCommand(command: Command, host: Host): void {
  withNetwork(withJson(command))
    .argument(
      "[programs...]",
      'files, or folders with main.py; with settings and arguments: "sensor.py:board=esp8266 kitchen"; or a scenario file, house.yaml',
    )
    .option("--radio <url>", "air: or linux:wlan1 (default: a simulated air of their own)")
    .option("--virtual", "run in virtual time: as fast as possible, and the same at every run")
    .option("--for <time>", "stop after this time, such as 90s or 24h", parseDuration)
    .option("--seed <number>", "random seed of the air and of the programs", wholeNumber(0, 0xffff_ffff))
    .option("--board <name>", "model: esp32 or esp8266 (default: esp32)", parseBoard)
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
    .option("--save-state <file>", "with --virtual, save the state of all boards and of the air at the end of the run")
    .option(
      "--from-state <file>",
      "go on from a saved state, in virtual time: it has the programs and all of their boards",
    )
    .option("--keep-going", "when a program fails, let the others go on")
    .action((programs: string[], options: RunOptions) =>
      withContext(host, options, async (context) => {
        const runContext = { ...context, stdin: host.stdin, packetNumbers: userPacketNumbers(host.env) };
        if (options.fromState === undefined) return run(await planned(programs, options, context), options, runContext);
        checkNothingElse(options.fromState, programs, options);
        const state = await SavedState.read(options.fromState);
        return run(state.plan, { ...options, virtual: true }, runContext, state);
      }),
    );
}

/** What the words of the command line describe. @throws UsageError. */
async function planned(
  programs: readonly string[],
  { board, espnow, accessPoint, mac, position }: RunOptions,
  { output }: Context,
): Promise<RunPlan> {
  if (programs.length === 0) throw new UsageError("name the programs to run, or a state by --from-state");
  const isAutomatic = mac?.includes("auto") ?? false;
  if (isAutomatic && mac?.length !== 1) throw new UsageError("--mac auto is for all boards: give no other --mac");
  const common = { board, espnow, accessPoint, mac: isAutomatic ? undefined : mac, position };
  const given = Object.fromEntries(Object.entries(common).filter(([, value]) => value !== undefined));
  const plan = await planRun(programs, given);
  const { boards, remarks } = isAutomatic ? automaticMacs(plan.boards) : { ...plan, remarks: [] };
  for (const remark of remarks) output.remark(remark);
  return { ...plan, boards };
}

/** A state has its boards and their air already. @throws UsageError. */
function checkNothingElse(file: string, programs: readonly string[], options: RunOptions): void {
  const { board, espnow, mac, position, accessPoint, hardware, radio, network, forward } = options;
  const ofState = {
    ...{ "--board": board, "--espnow": espnow, "--mac": mac, "--position": position },
    ...{ "--access-point": accessPoint, "--hardware": hardware, [`"${programs[0]}"`]: programs[0] },
  };
  const ofRealTime = { "--radio": radio, "--network": network, "--forward": forward };
  const givenOf = (values: object) => Object.entries(values).find(([, value]) => value !== undefined)?.[0];
  const [part, real] = [givenOf(ofState), givenOf(ofRealTime)];
  if (part !== undefined) throw new UsageError(`${file} has all boards with their programs: leave ${part} out`);
  if (real !== undefined) throw new UsageError(`${real} is for real time, and a state goes on in virtual time`);
}

/** Where the program of a board is: one that goes on from a state is among its files. */
type Source = ProgramPath | { readonly main: string };

/** Returns the exit code of the program that failed first, or 0. */
async function run(
  plan: RunPlan<Source>,
  options: RunOptions,
  context: RunContext,
  state?: SavedState,
): Promise<number> {
  checkTogether(plan, options);
  const names = plan.boards.map(({ name }) => name);
  const typed = readTyped(typedFiles(plan, options), names);
  const hardware = options.hardware === undefined ? undefined : await readBoardHardware(options.hardware, names);
  const stateFile = options.saveState === undefined ? undefined : new StateFile(options.saveState);
  const air = state?.air ?? (options.radio === undefined ? newAir(plan, options) : undefined);
  const capture = options.pcap === undefined ? undefined : new CaptureFile(options.pcap);
  const endRecording = air && capture && recordAir(air, capture);
  const endPacing = air && context.output.pace(air.clock);
  const programs: Program[] = [];
  let radios: readonly Radio[] = [];
  let endTyping = (): void => undefined;
  const saved = options.save === undefined ? undefined : new SavedFiles(options.save);
  const findings = new AirFindings({ isWhole: air !== undefined });
  let network: ComputerNetwork | undefined;
  let code: number;
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
      board.hardware?.(program);
      hardware?.add(index, program);
    }
    const running = state?.load(programs as SimProgram[], options.seed) ?? programs;
    for (const program of programs) {
      findings.watch(program);
      program.type(typed.get(program.name) ?? "");
      saved?.add(program);
      if (running.includes(program)) shown.add(program);
    }
    if (programs.length > 1 && !options.virtual && context.stdin?.isTTY) {
      endTyping = typeLines(context.stdin, programs, context.output);
    }
    const atEnd = stateFile && (() => stateFile.take(air as Air, plan, programs as SimProgram[]));
    const ended = conduct(running, options, context, atEnd);
    code = await Promise.race([ended, ...(capture ? [capture.failed] : [])]);
    showHardware(programs, context.output, options.screenshots);
  } finally {
    endTyping();
    await Promise.all(programs.map((program) => program.stop()));
    saved?.save();
    await network?.[Symbol.asyncDispose]();
    await Promise.all(radios.map((radio) => radio[Symbol.asyncDispose]()));
    await advise(findings, programs, context);
    endPacing?.();
    endRecording?.();
    capture?.close();
  }
  await stateFile?.write(context.output);
  return code;
}

/** What a person would want to know at the end. */
async function advise(findings: AirFindings, programs: readonly Program[], { output }: Context): Promise<void> {
  for (const sentence of findings.sentences) output.remark(sentence);
  await adviseHardware(programs, output);
  adviseBoards(programs, output);
}

function checkTogether({ boards, loss, links }: RunPlan<Source>, options: RunOptions): void {
  const { radio, virtual, seed, pcap, saveState } = options;
  if (radio === undefined) {
    if (saveState !== undefined && !virtual) throw new UsageError("--save-state is for virtual time: add --virtual");
    return;
  }
  const ofAir = {
    "--virtual": virtual,
    "--seed": seed,
    "--pcap": pcap,
    "--save-state": saveState,
    loss,
    links: links[0],
  };
  const [wrong] = Object.entries(ofAir).find(([, value]) => value !== undefined) ?? [];
  if (wrong !== undefined) throw new UsageError(`${wrong} is for a simulated air of their own: leave --radio out`);
  if (boards.length > 1 && !/^(air|sim):/.test(radio)) throw new UsageError(`${radio} is the radio of one board only`);
  if (boards.length > 1 && /[?&]mac=/.test(radio)) {
    throw new UsageError(`${radio} has one address for ${count(boards.length, "board")}: use --mac for each`);
  }
}

/** What a board's program is given, beside its radio. */
function boardOptions(
  plan: RunPlan<Source>,
  board: BoardPlan<Source>,
  index: number,
  options: RunOptions,
  { stdin }: RunContext,
) {
  const isTypedAt = plan.boards.length === 1 && !options.virtual && stdin !== undefined;
  return { ...board, ...seedOf(plan, options, index), ...(isTypedAt ? { stdin } : {}) };
}

/** Each board has chances of its own, which virtual time repeats at every run. */
function seedOf(
  plan: RunPlan<Source>,
  { seed = plan.seed, virtual = false }: RunOptions,
  index: number,
): { seed?: number } {
  return seed === undefined && !virtual ? {} : { seed: (seed ?? 1) * MAX_BOARDS + index };
}

function newAir(plan: RunPlan<Source>, { seed = plan.seed, virtual = false }: RunOptions): Air {
  return new Air({
    ...(seed === undefined ? {} : { seed }),
    ...(plan.loss === undefined ? {} : { model: { frameLoss: plan.loss } }),
    clock: virtual ? new VirtualClock() : systemClock,
  });
}

function typedFiles({ boards }: RunPlan<Source>, { type = [] }: RunOptions): readonly TypedFile[] {
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
