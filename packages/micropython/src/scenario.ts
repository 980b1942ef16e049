import type { Clock, MacLike } from "aioespnow";
import { Air, type AirOptions, SeededRandom, type SimRadio, type SimRadioOptions } from "aioespnow/sim";
import { simulatedBoard } from "./board/board-name.ts";
import type { BoardOptions } from "./board-options.ts";
import type { Exit } from "./bridge/exit.ts";
import { SimulatedNetwork } from "./network/simulated-network.ts";
import { type OutputLine, OutputLines } from "./output-lines.ts";
import { Program } from "./program.ts";
import { type ProgramSource, programName } from "./program-source.ts";
import { TimeSteps } from "./time-steps.ts";

/** How long `until` waits where nothing else is said: an hour, which virtual time gets over quickly. */
const DEFAULT_WITHIN_MS = 3_600_000;
/** How much of what a board printed `until` looks through, in UTF-16 code units. */
const LOOK_BACK = 64 * 1024;
/** How many lines are kept. */
const MAX_LINES = 100_000;

/** How a board takes part in a scenario: the board, and its place on the air. */
export interface ScenarioBoardOptions
  extends Omit<BoardOptions, "signal">,
    Omit<SimRadioOptions, "profile" | "softwareTimeUs" | "version" | "mac" | "random"> {
  /** Default: one that depends on the seed. */
  readonly mac?: MacLike;
  /** Its program may fail: otherwise that is the failure of the scenario. */
  readonly mayFail?: boolean;
}

/** A line of a board's output. */
export interface ScenarioLine extends OutputLine {
  /** The name of the board. */
  readonly board: string;
}

/** A board of the scenario, and what of its output `until` has not gone past. */
interface Cast {
  readonly program: Program;
  readonly mayFail: boolean;
  readonly lines: OutputLines;
  unseen: string;
}

/**
 * MicroPython programs on one simulated air, for tests: time stands still between `run`s, and the same seed gives the same
 * output at the same times.
 *
 *     await using scenario = new Scenario({ seed: 1 });
 *     const gateway = scenario.board("gateway.py");
 *     scenario.board("sensor.py");
 *     await scenario.until(gateway, /temperature (\d+)/);
 *
 * Nodes in TypeScript are on the same air with `scenario.air.radio()`.
 */
export class Scenario implements AsyncDisposable {
  /** The air of all boards. */
  readonly air: Air;
  /** What the sockets of boards reach that are connected to their access point. */
  readonly network: SimulatedNetwork;
  /** What all boards have printed, in order; the latest hundred thousand lines. A line without an end comes with the next. */
  readonly lines: ScenarioLine[] = [];
  /** Called for each line, when it has its end. */
  onLine: ((line: ScenarioLine) => void) | undefined;
  readonly #cast = new Map<Program, Cast>();
  readonly #random: SeededRandom;
  readonly #steps: TimeSteps;
  #onChange: () => void = () => undefined;
  #failure: Error | undefined;

  /** `clock`: `systemClock` for real time; a virtual one if left out. */
  constructor(options: AirOptions = {}) {
    this.air = new Air(options);
    this.network = new SimulatedNetwork(this.air.clock);
    this.#random = new SeededRandom(options.seed ?? 1);
    this.#steps = new TimeSteps(this.air.clock);
  }

  /** Virtual time, of the air and all boards. */
  get clock(): Clock {
    return this.air.clock;
  }

  /** Switches a board on, whose program begins with the next `run`. @throws as `Program`, and as `Air.radio`. */
  board(program: string | ProgramSource, options: ScenarioBoardOptions = {}): Program<SimRadio> {
    const { mayFail = false, mac, ...rest } = options;
    const source = typeof program === "string" ? { file: program } : program;
    const radio = this.air.radio({
      ...rest,
      ...(mac === undefined ? {} : { mac }),
      ...simulatedBoard(rest.board, rest.espnow, this.#cast.size),
    });
    try {
      const name = this.#newName(rest.name ?? programName(source));
      const defaults = { seed: this.#random.uint32(), network: this.network };
      return this.#add(new Program(radio, { ...defaults, ...rest, ...source, name }), mayFail);
    } catch (error) {
      void radio[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Lets `ms` milliseconds pass. @throws by rejection: Error with the traceback where a program fails. */
  async run(ms: number): Promise<void> {
    await this.#advance(ms, () => false);
  }

  /**
   * Lets time pass until the board has printed what matches, since the match before. Returns the match.
   * @throws by rejection: Error where it ends before, or does not print it `within` so many milliseconds.
   */
  async until(board: Program, pattern: RegExp, { within = DEFAULT_WITHIN_MS } = {}): Promise<RegExpExecArray> {
    const cast = this.#castOf(board);
    const single = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
    let match = single.exec(cast.unseen);
    await this.#advance(within, () => {
      match ??= single.exec(cast.unseen);
      return match !== null || board.exit !== undefined;
    });
    if (match === null) throw new Error(notPrinted(board, pattern, within));
    cast.unseen = cast.unseen.slice(match.index + match[0].length);
    return match;
  }

  /** Lets time pass until `promise` is settled: that of a node in TypeScript. @throws by rejection: as the promise. */
  async settled<T>(promise: Promise<T>, { within = DEFAULT_WITHIN_MS } = {}): Promise<T> {
    let isSettled = false;
    const note = (): void => {
      isSettled = true;
      this.#onChange();
    };
    promise.then(note, note);
    await this.#advance(within, () => isSettled);
    if (!isSettled) throw new Error(`it was not settled within ${within} ms`);
    return promise;
  }

  /** Takes what boards have printed so far as lines, also those without an end. */
  flushLines(): void {
    for (const { lines } of this.#cast.values()) lines.flush();
  }

  /** Stops all programs, and closes the air. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#steps.leave();
    await Promise.all([...this.#cast.keys()].map((program) => program.stop()));
    await this.air[Symbol.asyncDispose]();
  }

  #add(program: Program<SimRadio>, mayFail: boolean): Program<SimRadio> {
    const lines = new OutputLines((line) => {
      const named = { board: program.name, ...line };
      if (this.lines.push(named) > MAX_LINES) this.lines.shift();
      this.onLine?.(named);
    });
    const decoder = new TextDecoder();
    const cast: Cast = { program, mayFail, lines, unseen: "" };
    program.onOutput = (output) => {
      lines.add(output);
      cast.unseen = (cast.unseen + decoder.decode(output.bytes, { stream: true })).slice(-LOOK_BACK);
      this.#onChange();
    };
    program.onExit = (exit) => this.#onExit(cast, exit);
    this.#cast.set(program, cast);
    return program;
  }

  /** The second board of a name is `name-2`. */
  #newName(name: string): string {
    const names = new Set([...this.#cast.keys()].map((program) => program.name));
    let [unique, number] = [name, 1];
    while (names.has(unique)) unique = `${name}-${++number}`;
    return unique;
  }

  #onExit({ program, mayFail, lines }: Cast, exit: Exit): void {
    lines.flush();
    if (exit.code !== 0 && !mayFail) {
      this.#failure ??= new Error(`${program.name} ended with exit code ${exit.code}\n${exit.traceback ?? ""}`);
    }
    this.#onChange();
  }

  async #advance(ms: number, done: () => boolean): Promise<void> {
    if (!(ms >= 0)) throw new RangeError(`time passes by 0 milliseconds or more, not by ${String(ms)}`);
    const isOver = (): boolean => this.#failure !== undefined || done();
    if (!isOver()) {
      const advanced = this.#steps.advance(this.clock.now() + ms);
      this.#onChange = () => isOver() && this.#steps.stop();
      await advanced;
      this.#onChange = () => undefined;
    }
    if (this.#failure === undefined) return;
    const failure = this.#failure;
    this.#failure = undefined;
    throw failure;
  }

  #castOf(program: Program): Cast {
    const cast = this.#cast.get(program);
    if (cast === undefined) throw new RangeError(`${program.name} is no board of this scenario`);
    return cast;
  }
}

function notPrinted(board: Program, pattern: RegExp, within: number): string {
  const how = board.exit === undefined ? `within ${within} ms` : `before it ended with exit code ${board.exit.code}`;
  const printed = board.output === "" ? "it printed nothing" : `it printed:\n${board.output.slice(-2000)}`;
  return `${board.name} did not print ${pattern} ${how}; ${printed}`;
}
