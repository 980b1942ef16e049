// house: Tests written in MicroPython, each in a MicroPython of its own beside the boards of a scenario. Time moves
// only while the test waits, so that the same seed gives the same run.

import { readdirSync, readFileSync } from "node:fs";
import { basename, relative } from "node:path";
import type { Air } from "aioespnow/sim";
import { readFolder } from "../board/board-files.ts";
import { boardFirmware } from "../board-firmware.ts";
import { EventKind } from "../bridge/event-kinds.ts";
import type { Exit } from "../bridge/exit.ts";
import { OutputLines } from "../output-lines.ts";
import { Program } from "../program.ts";
import { Scenario } from "../scenario.ts";
import { Snapshot } from "../snapshot.ts";
import { FileSystem } from "../vm/files/file-system.ts";
import { type Entry, File, Folder } from "../vm/files/tree.ts";
import { Firmware } from "../vm/firmware.ts";
import { Vm } from "../vm/vm.ts";
import { withChecks } from "./assertions.ts";
import { House } from "./house.ts";
import { type HouseTest, programFolder } from "./house-test.ts";
import { attachHouse } from "./requests.ts";

/** The Python modules of a test, beside those of a board. */
const MODULES = new URL("../../house/", import.meta.url);
const MAIN = "/rom/modules/_run_test.py";
/** How the test itself is called among the boards. */
const TEST_NAME = "test";

/** A line of what the boards and the test printed, or what the test did to a board. */
export interface TimelineLine {
  /** Virtual time since the start of the test, in milliseconds. */
  readonly timeMs: number;
  /** The board's name; `test` for the test itself. */
  readonly board: string;
  /** `output`: it was printed. `action`: the test did it. */
  readonly kind: "output" | "action";
  /** Without the end of the line. */
  readonly text: string;
}

/** How a test went. */
export interface TestOutcome {
  /** Undefined: it passed. */
  readonly failure: TestFailure | undefined;
  /** How long it took in virtual time. */
  readonly virtualMs: number;
  /** In the order of time; of more than 10,000 lines the last ones. */
  readonly timeline: readonly TimelineLine[];
  /** What is to be said of the messages of a test that failed: those that nobody could have received, for example. */
  readonly findings: readonly string[];
}

/** Why a test failed, and where. */
export interface TestFailure {
  /** `AssertionError: 2 == 3` */
  readonly message: string;
  /** As MicroPython prints it; empty where the test itself has none. */
  readonly traceback: string;
  /** The line of the test file at which it failed. */
  readonly line: number | undefined;
  /** The line of the test itself from which that was called. */
  readonly testLine: number | undefined;
}

/** How a test is run. */
export interface RunTestOptions {
  /** Decides everything random on the air and in all programs: a whole number from 0 to 2^32-1. */
  readonly seed: number;
  /** How long it may take, in milliseconds of virtual time. */
  readonly timeoutMs: number;
  /** Aborted when it has taken too long in real time: it fails then, and a program that never waits is named. */
  readonly limit?: AbortSignal;
  /** Called with the air before anything is on it. */
  readonly onAir?: (air: Air) => void;
  /** Ends the test: `runTest` rejects. */
  readonly signal?: AbortSignal;
}

/** More lines than anybody reads; the oldest are forgotten. */
const MAX_LINES = 10_000;
/** How long, in virtual time, a test that has taken too long is watched: a program that does not wait in this time never does. */
const LOOK_MS = 5;
/** How long it may take to end after a Ctrl-C, in virtual time. */
const INTERRUPT_MS = 20;

/** Runs a test in virtual time, on a board of its own that conducts the others. @throws by rejection: where it is aborted. */
export function runTest(test: HouseTest, options: RunTestOptions): Promise<TestOutcome> {
  return conducted(test, options, (conductor) => conductor.run());
}

/**
 * The boards of a test and their air, without the test, at a time of it in milliseconds: it runs again until then.
 * @throws by rejection: Error for what cannot be saved, and where a program fails before; where it is aborted.
 */
export function snapshotOfTest(test: HouseTest, options: RunTestOptions, atMs: number): Promise<Snapshot> {
  return conducted(test, options, (conductor) => conductor.snapshotAt(atMs));
}

async function conducted<T>(
  test: HouseTest,
  options: RunTestOptions,
  work: (conductor: Conductor) => Promise<T>,
): Promise<T> {
  const scenario = new Scenario({ seed: options.seed });
  const onAbort = (): void => void scenario[Symbol.asyncDispose]();
  options.signal?.addEventListener("abort", onAbort);
  try {
    options.onAir?.(scenario.air);
    return await work(new Conductor(scenario, test, options));
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
    await scenario[Symbol.asyncDispose]();
  }
}

class Conductor {
  readonly #scenario: Scenario;
  readonly #test: HouseTest;
  readonly #options: RunTestOptions;
  readonly #timeline: TimelineLine[] = [];
  readonly #vm: Vm;
  readonly #house: House;
  #traceback: readonly string[] = [];
  readonly #exited: Promise<Exit>;

  constructor(scenario: Scenario, test: HouseTest, options: RunTestOptions) {
    this.#scenario = scenario;
    this.#test = test;
    this.#options = options;
    const folder = programFolder(test.file);
    const { path, files } = testFiles(test, folder);
    this.#vm = new Vm({
      name: TEST_NAME,
      clock: scenario.clock,
      firmware: testFirmware(),
      files,
      main: MAIN,
      argv: [basename(test.file), path, test.name, test.takesHouse ? "1" : "0", test.isAsync ? "1" : "0"],
      platform: "esp32",
      seed: options.seed,
    });
    const house = new House(scenario, folder);
    this.#house = house;
    attachHouse(this.#vm, house);
    house.onNews = () => this.#vm.raise(EventKind.house, 0);
    house.onAction = (board, text) => this.#note({ timeMs: this.#now(), board, kind: "action", text });
    scenario.onLine = ({ board, timeMs, text }) => this.#note({ timeMs, board, kind: "output", text });
    const lines = new OutputLines(({ timeMs, text }) => this.#note({ timeMs, board: TEST_NAME, kind: "output", text }));
    this.#vm.onOutput = (stream, bytes) => lines.add({ timeMs: this.#now(), stream, bytes });
    this.#exited = new Promise((resolve) => {
      this.#vm.onExit = (exit) => {
        lines.flush();
        resolve(exit);
      };
    });
  }

  async run(): Promise<TestOutcome> {
    const failure = await this.#failure().finally(() => this.#vm.terminate());
    const virtualMs = this.#now();
    this.#scenario.flushLines();
    const timeline = failure === undefined ? [] : this.#timeline.filter((line) => !this.#isTraceback(line));
    return { failure, virtualMs, timeline, findings: failure === undefined ? [] : this.#house.findings.sentences };
  }

  async snapshotAt(ms: number): Promise<Snapshot> {
    try {
      await this.#scenario.run(ms);
      return Snapshot.take(this.#scenario.air, this.#house.residents, undefined, [this.#vm, ...this.#house.presses]);
    } finally {
      this.#vm.terminate();
    }
  }

  async #failure(): Promise<TestFailure | undefined> {
    const { timeoutMs, limit } = this.#options;
    let exit: Exit | undefined;
    try {
      exit = await this.#scenario.settled(Promise.race([this.#exited, aborted(limit)]), { within: timeoutMs });
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      const isLate = this.#now() >= timeoutMs;
      return failureWith(isLate ? `it did not end within ${timeoutMs / 1000} s of its time` : (error as Error).message);
    }
    if (exit === undefined) return this.#tooSlow();
    this.#traceback = exit.traceback?.split("\n") ?? [];
    return exit.code === 0 ? undefined : failureOf(exit, this.#test);
  }

  /** It has taken too long in real time. Where a program never waits, Ctrl-C tells at which line it is. */
  async #tooSlow(): Promise<TestFailure> {
    const seconds = Math.round(this.#now()) / 1000;
    const why = `it took too long in real time (--real-timeout), and is at ${seconds} s of its time`;
    await this.#scenario.run(LOOK_MS).catch(() => undefined); // a program that fails has ended: it is not busy
    const programs = this.#house.residents.map(({ program }) => program);
    const busiest = programs.reduce<Busy>((a, b) => (b.busyMs > a.busyMs ? b : a), this.#vm);
    if (busiest.busyMs < LOOK_MS - 1) return failureWith(why);
    const exited = busiest instanceof Program ? busiest.exited : this.#exited;
    busiest.interrupt();
    const end = this.#scenario.settled(exited, { within: INTERRUPT_MS });
    await end.catch(() => undefined); // what failed, or never ends, is said below
    const exit = busiest.exit ?? { code: 0 };
    const { traceback, ...where } = failureOf(exit, this.#test);
    if (busiest === this.#vm) {
      this.#traceback = exit.traceback?.split("\n") ?? [];
      return { ...where, traceback, message: `${why}: it runs without waiting` };
    }
    const frames = traceback.split("\n").filter((line) => line.startsWith(" "));
    const place = frames.length === 0 ? "" : `:\n${frames.join("\n")}`;
    return failureWith(`${why}: ${(busiest as Program).name} runs without waiting${place}`);
  }

  /** The traceback of the test is shown by itself. */
  #isTraceback({ board, text }: TimelineLine): boolean {
    return board === TEST_NAME && this.#traceback.includes(text);
  }

  #note(line: TimelineLine): void {
    if (this.#timeline.push(line) > MAX_LINES) this.#timeline.shift();
  }

  #now(): number {
    return this.#scenario.clock.now();
  }
}

/** What can be busy. */
type Busy = Pick<Vm, "busyMs" | "exit" | "interrupt">;

/** Never, without a signal. */
function aborted(signal: AbortSignal | undefined): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve(undefined);
    signal?.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

/** Of no line of the test. */
function failureWith(message: string): TestFailure {
  return { message: message.trimEnd(), traceback: "", line: undefined, testLine: undefined };
}

function failureOf({ code, traceback = "" }: Exit, test: HouseTest): TestFailure {
  const frames = traceback.split("\n").filter((line) => !/^ {2}File "(?:asyncio|rom\/modules)\//.test(line));
  const message =
    frames.filter((line) => line !== "" && !line.startsWith(" ")).at(-1) ?? `it ended with exit code ${code}`;
  const own = frames.flatMap((line) => {
    const [, path, number, name] = /^ {2}File "(.*?)", line (\d+), in (.*)$/.exec(line) ?? [];
    return path !== undefined && basename(path) === basename(test.file) ? [{ line: Number(number), name }] : [];
  });
  const inTest = own.filter(({ name }) => name === test.name).at(-1);
  return {
    message: message.trimEnd(),
    traceback: frames.join("\n").trimEnd(),
    line: own.at(-1)?.line,
    testLine: inTest?.line,
  };
}

/** What a test can import and read: the programs' folder, and the test's own in it. */
function testFiles({ file, source }: HouseTest, folder: string): { path: string; files: FileSystem } {
  const path = `/${relative(folder, file).replaceAll("\\", "/")}`;
  const { files } = readFolder(folder);
  files.delete("/boot.py"); // it is for the boards
  files.set(path, new TextEncoder().encode(withChecks(source)));
  const fileSystem = new FileSystem(testFirmware().rom, () => 0);
  fileSystem.reset(files);
  return { path, files: fileSystem };
}

let firmware: Firmware | undefined;

/** A board's, with the modules of a test. */
function testFirmware(): Firmware {
  firmware ??= new Firmware(boardFirmware().module, withModules(boardFirmware().rom));
  return firmware;
}

function withModules(rom: Folder): Folder {
  const modules = rom.entries.get("modules") as Folder;
  const own = readdirSync(MODULES)
    .filter((name) => name.endsWith(".py"))
    .map((name): [string, Entry] => [name, new File(readFileSync(new URL(name, MODULES)), 0)]);
  const extended = new Folder();
  const library = new Folder();
  for (const [name, entry] of [...modules.entries, ...own]) library.entries.set(name, entry);
  extended.entries.set("modules", library);
  return extended;
}
