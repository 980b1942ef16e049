import type { Readable } from "node:stream";
import type { MacAddress, PacketNumbers, Radio } from "aioespnow";
import { Air, systemClock, VirtualClock } from "aioespnow/sim";
import type { Command } from "commander";
import { type BoardName, type EspNowName, Program } from "espnow-micropython";
import { openBoardRadio, simulatedBoard } from "espnow-micropython/command";
import { collectStations, oneOf, parseDuration, wholeNumber } from "../arguments.ts";
import { adviseHardware, readBoardHardware } from "../boards/board-hardware.ts";
import { BoardOutput } from "../boards/board-output.ts";
import { type BoardPlan, planBoards } from "../boards/board-plan.ts";
import { conduct } from "../boards/conduct.ts";
import { SavedFiles } from "../boards/saved-files.ts";
import { CaptureFile } from "../output/capture-file.ts";
import { count } from "../output/format.ts";
import { withContext, withJson } from "../process/command.ts";
import { openOrExplain, UsageError } from "../process/explain.ts";
import type { Context, Host } from "../process/host.ts";
import { recordAir } from "../radio/air-recording.ts";
import { userPacketNumbers } from "../radio/packet-numbers.ts";

/** `stdin` is what is typed at a program that runs alone, in real time. */
interface RunContext extends Context {
  readonly stdin?: Readable | undefined;
  readonly packetNumbers: PacketNumbers;
}

/** More than there is memory for. */
const MAX_BOARDS = 1024;

interface RunOptions {
  /** Left out: a simulated air of this process. */
  readonly radio?: string;
  readonly virtual?: boolean;
  /** Milliseconds. Left out: until all programs have ended. */
  readonly for?: number;
  readonly seed?: number;
  readonly board: BoardName;
  readonly espnow: EspNowName;
  /** The addresses of the boards, in order. */
  readonly mac?: readonly MacAddress[];
  readonly hardware?: string;
  readonly pcap?: string;
  readonly keepGoing?: boolean;
  readonly save?: string;
  readonly json?: boolean;
}

export function runCommand(command: Command, host: Host): void {
  withJson(command)
    .argument("<programs...>", 'files, or folders with main.py; with arguments in quotes: "sensor.py kitchen"')
    .option("--radio <url>", "air: or linux:wlan1 (default: a simulated air of their own)")
    .option("--virtual", "run in virtual time: as fast as possible, and the same at every run")
    .option("--for <time>", "stop after this time, such as 90s or 24h", parseDuration)
    .option("--seed <number>", "random seed of the air and of the programs", wholeNumber(0, 0xffff_ffff))
    .option("--board <name>", "model: esp32 or esp8266", oneOf("esp32", "esp8266"), "esp32")
    .option("--espnow <version>", "version of ESP-NOW: v2, or v1 (messages up to 250 bytes)", oneOf("v1", "v2"), "v2")
    .option(
      "--mac <mac>",
      "the address of the first board; repeat it for the next one (default: random)",
      collectStations,
    )
    .option(
      "--hardware <file>",
      "a YAML file with the devices on the boards' pins and a script of what happens to them",
    )
    .option("--pcap <file>", "write all frames on the simulated air to a pcapng file")
    .option("--save <folder>", "keep the files that the programs write, of several in a folder each")
    .option("--keep-going", "when a program fails, let the others go on")
    .action((programs: string[], options: RunOptions) =>
      withContext(host, options, (context) =>
        run(planBoards(programs), options, {
          ...context,
          stdin: host.stdin,
          packetNumbers: userPacketNumbers(host.env),
        }),
      ),
    );
}

/** Returns the exit code of the program that failed first, or 0. */
async function run(plans: readonly BoardPlan[], options: RunOptions, context: RunContext): Promise<number> {
  checkTogether(plans, options);
  const names = plans.map(({ name }) => name);
  const hardware = options.hardware === undefined ? undefined : await readBoardHardware(options.hardware, names);
  const air = options.radio === undefined ? newAir(options) : undefined;
  const capture = options.pcap === undefined ? undefined : new CaptureFile(options.pcap);
  const endRecording = air && capture && recordAir(air, capture);
  const endPacing = air && context.output.pace(air.clock);
  const radios: Radio[] = [];
  const programs: Program[] = [];
  const saved = options.save === undefined ? undefined : new SavedFiles(options.save);
  try {
    for (const [index] of plans.entries()) radios.push(await openRadio(air, options, index, context));
    const shown = new BoardOutput(context.output, names, options.json);
    for (const [index, plan] of plans.entries()) {
      const stdin = plans.length === 1 && !options.virtual && context.stdin ? { stdin: context.stdin } : {};
      const program = new Program(radios[index] as Radio, {
        ...plan,
        board: options.board,
        espnow: options.espnow,
        ...seedOf(options, index),
        ...stdin,
      });
      programs.push(program);
      saved?.add(program);
      hardware?.add(index, program);
      shown.add(program);
    }
    return await Promise.race([conduct(programs, options, context), ...(capture ? [capture.failed] : [])]);
  } finally {
    await Promise.all(programs.map((program) => program.stop()));
    saved?.save();
    await Promise.all(radios.map((radio) => radio[Symbol.asyncDispose]()));
    await adviseHardware(programs, context.output);
    endPacing?.();
    endRecording?.();
    capture?.close();
  }
}

function checkTogether(plans: readonly BoardPlan[], { radio, virtual, seed, pcap, mac = [] }: RunOptions): void {
  if (radio !== undefined) {
    const ofAir = { "--virtual": virtual, "--seed": seed, "--pcap": pcap };
    const [wrong] = Object.entries(ofAir).find(([, value]) => value !== undefined) ?? [];
    if (wrong !== undefined) throw new UsageError(`${wrong} is for a simulated air of their own: leave --radio out`);
    if (plans.length > 1 && !/^(air|sim):/.test(radio)) throw new UsageError(`${radio} is the radio of one board only`);
  }
  const boards = count(plans.length, "board");
  if (plans.length > 1 && /[?&]mac=/.test(radio ?? "")) {
    throw new UsageError(`${radio} has one address for ${boards}: use --mac for each`);
  }
  if (mac.length > plans.length) throw new UsageError(`${count(mac.length, "address", "addresses")} for ${boards}`);
  const twice = mac.find((address, index) => mac.indexOf(address) !== index);
  if (twice !== undefined) throw new UsageError(`two boards cannot have the address ${twice}`);
}

/** Each board has chances of its own, which virtual time repeats at every run. */
function seedOf({ seed, virtual = false }: RunOptions, index: number): { readonly seed?: number } {
  return seed === undefined && !virtual ? {} : { seed: (seed ?? 1) * MAX_BOARDS + index };
}

function newAir({ seed, virtual = false }: RunOptions): Air {
  return new Air({ ...(seed === undefined ? {} : { seed }), clock: virtual ? new VirtualClock() : systemClock });
}

async function openRadio(
  air: Air | undefined,
  options: RunOptions,
  index: number,
  { packetNumbers }: RunContext,
): Promise<Radio> {
  const { board, espnow, radio: url = "" } = options;
  const mac = options.mac?.[index];
  if (air !== undefined) {
    return air.radio({ ...simulatedBoard(board, espnow, index), ...(mac === undefined ? {} : { mac }) });
  }
  return openOrExplain((radio) => openBoardRadio(radio, { mac, board, espnow, packetNumbers }), url);
}
