import type { Clock } from "aioespnow";
import { Air, SeededRandom, type SimRadio } from "aioespnow/sim";
import { simulatedBoard } from "./board/board-name.ts";
import type { Exit } from "./bridge/exit.ts";
import {
  Cast,
  type CastState,
  type Notes,
  notPrinted,
  type PlugDevices,
  type ScenarioBoardOptions,
  type ScenarioLine,
  type ScenarioOptions,
} from "./cast.ts";
import { SimulatedNetwork } from "./network/simulated-network.ts";
import { Program } from "./program.ts";
import { type ProgramSource, programName, type SavedSource } from "./program-source.ts";
import { Snapshot } from "./snapshot.ts";
import { TimeSteps } from "./time-steps.ts";

export type { ScenarioBoardOptions, ScenarioLine, ScenarioOptions };

/** How long `until` waits where nothing else is said: an hour, which virtual time gets over quickly. */
const DEFAULT_WITHIN_MS = 3_600_000;
/** How many lines are kept. */
const MAX_LINES = 100_000;

/**
 * MicroPython programs on one simulated air, for tests: time stands still between `run`s, and a seed gives the same output.
 * Nodes in TypeScript are on the same air with `scenario.air.radio()`.
 * @example
 * import { Scenario } from "espnow-micropython";
 * await using scenario = new Scenario({ seed: 1 });
 * const gateway = scenario.board("gateway.py");
 * scenario.board("sensor.py");
 * await scenario.until(gateway, /temperature (\d+)/);
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
  readonly #everyMs: number;
  #latest: Snapshot | undefined;

  /** `clock`: `systemClock` for real time; a virtual one if left out. */
  constructor({ snapshotEveryMs = Number.POSITIVE_INFINITY, ...options }: ScenarioOptions = {}) {
    if (!(snapshotEveryMs > 0)) throw new RangeError(`snapshotEveryMs must be above 0, not ${String(snapshotEveryMs)}`);
    this.#everyMs = snapshotEveryMs;
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
    return this.#board(typeof program === "string" ? { file: program } : program, options);
  }

  /** Lets `ms` milliseconds pass. @throws by rejection: Error with the traceback where a program fails. */
  async run(ms: number): Promise<void> {
    await this.#advance(ms, () => false);
  }

  /**
   * Lets time pass until the board has printed what matches, since the match before. Returns the match.
   * @throws by rejection: Error where it ends before, or does not print it `within` that many milliseconds.
   */
  async until(board: Program, pattern: RegExp, { within = DEFAULT_WITHIN_MS } = {}): Promise<RegExpExecArray> {
    const cast = this.#castOf(board);
    const single = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ""));
    let match = cast.find(single);
    await this.#advance(within, () => {
      match ??= cast.find(single);
      return match !== null || board.exit !== undefined;
    });
    if (match === null) throw new Error(notPrinted(board, pattern, within));
    cast.goPast(match);
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
    for (const cast of this.#cast.values()) cast.flush();
  }

  /**
   * The present moment: the air, the clock, all boards with their hardware and files. It changes nothing.
   * @throws by rejection: Error while time passes, in real time, and for what cannot be saved (docs/micropython-snapshots.md).
   */
  async snapshot(): Promise<Snapshot> {
    this.#requireStill();
    return this.#snapshot();
  }

  /** The last snapshot that was taken while time passed (`snapshotEveryMs`); undefined: none. */
  get latestSnapshot(): Snapshot | undefined {
    return this.#latest;
  }

  /**
   * Goes back, or on, to the moment of a snapshot. Boards of it that are not here are made; others are switched off. Their
   * programs, `machine`s and what a test has put on them stay; what the programs have done since has not happened.
   * @throws by rejection: Error while time passes, and for a snapshot of an air with another seed or model (`Scenario.from`).
   */
  async restore(saved: Snapshot): Promise<void> {
    this.#requireStill();
    this.#restore(saved);
  }

  /**
   * A scenario that begins with a snapshot. `plug` is called with each board before it is put into its state: it puts
   * devices on the board that the snapshot has. `plugDevices` of `espnow-micropython/hardware` does so.
   * @throws Error for a device that is missing.
   */
  static from(saved: Snapshot, plug: PlugDevices = () => undefined): Scenario {
    const scenario = new Scenario(saved.airOptions);
    try {
      scenario.#restore(saved, plug);
      return scenario;
    } catch (error) {
      void scenario[Symbol.asyncDispose]();
      throw error;
    }
  }

  /**
   * Another scenario that goes on from the present moment with other chances: backoffs, losses, what the boards draw from
   * now on. Devices of boards are there too; what a test has put on boards by itself is not.
   * @throws by rejection: as `snapshot`.
   */
  async branch({ seed }: { readonly seed: number }): Promise<Scenario> {
    const programs = [...this.#cast.keys()];
    const branch = Scenario.from(await this.snapshot(), ({ name, machine }) => {
      const original = programs.find((program) => program.name === name);
      for (const device of original?.machine.devices ?? []) device.plug(machine);
    });
    branch.#reseed(seed);
    return branch;
  }

  /** Stops all programs, and closes the air. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#steps.leave();
    await Promise.all([...this.#cast.keys()].map((program) => program.stop()));
    await this.air[Symbol.asyncDispose]();
  }

  #board(source: ProgramSource | SavedSource, options: ScenarioBoardOptions): Program<SimRadio> {
    const { mac, ...rest } = options;
    const radio = this.air.radio({
      ...rest,
      ...(mac === undefined ? {} : { mac }),
      ...simulatedBoard(rest.board, rest.espnow, this.#cast.size),
    });
    try {
      const name = this.#newName(rest.name ?? programName(source));
      const defaults = { seed: this.#random.uint32(), network: this.network };
      return this.#add(new Program(radio, { ...defaults, ...rest, ...source, name }), options);
    } catch (error) {
      void radio[Symbol.asyncDispose]();
      throw error;
    }
  }

  #add(program: Program<SimRadio>, options: ScenarioBoardOptions): Program<SimRadio> {
    const cast = new Cast(program, options, (line) => {
      const named = { board: program.name, ...line };
      if (this.lines.push(named) > MAX_LINES) this.lines.shift();
      this.onLine?.(named);
    });
    program.onOutput = (output) => {
      cast.hear(output);
      this.#onChange();
    };
    program.onExit = (exit) => this.#onExit(cast, exit);
    this.#cast.set(program, cast);
    return program;
  }

  #requireStill(): void {
    if (this.#steps.isAdvancing) throw new Error("time is passing: await the run(), until() or settled() before");
  }

  #snapshot(): Snapshot {
    const cast = [...this.#cast.values()];
    const notes: Notes = { random: this.#random.state, lines: this.lines, cast: cast.map((one) => one.save()) };
    return Snapshot.take(this.air, cast, notes);
  }

  #restore(saved: Snapshot, plug: PlugDevices = () => undefined): void {
    const programs = this.#castFor(saved, plug);
    const notes = saved.load(this.air, programs) as Notes | undefined;
    this.#failure = undefined;
    this.lines.splice(0, this.lines.length, ...(notes?.lines ?? []));
    if (notes === undefined) return; // `espnow run` has saved it
    this.#random.state = notes.random;
    for (const [index, cast] of [...this.#cast.values()].entries()) cast.load(notes.cast[index] as CastState);
  }

  /** The boards of a snapshot: those that are here, and new ones. Others are switched off. */
  #castFor({ boards }: Snapshot, plug: PlugDevices): readonly Program<SimRadio>[] {
    const present = [...this.#cast.values()].map(({ program }) => program);
    for (const extra of present.slice(boards.length)) {
      this.#cast.delete(extra);
      void extra.stop();
      void extra.radio[Symbol.asyncDispose]();
    }
    for (const board of boards.slice(present.length)) {
      const { name, main, options } = board;
      plug(this.#board({ main }, { ...options, name }), board);
    }
    return [...this.#cast.values()].map(({ program }) => program);
  }

  #reseed(seed: number): void {
    this.air.reseed(seed);
    const random = new SeededRandom(seed);
    for (const program of this.#cast.keys()) program.reseed(random.uint32());
    this.#random.state = random.state;
  }

  /** The second board of a name is `name-2`. */
  #newName(name: string): string {
    const names = new Set([...this.#cast.keys()].map((program) => program.name));
    let [unique, number] = [name, 1];
    while (names.has(unique)) unique = `${name}-${++number}`;
    return unique;
  }

  #onExit(cast: Cast, exit: Exit): void {
    const { program } = cast;
    cast.flush();
    if (exit.code !== 0 && !cast.mayFail) {
      this.#failure ??= new Error(`${program.name} ended with exit code ${exit.code}\n${exit.traceback ?? ""}`);
    }
    this.#onChange();
  }

  async #advance(ms: number, done: () => boolean): Promise<void> {
    if (!(ms >= 0)) throw new RangeError(`time passes by 0 milliseconds or more, not by ${String(ms)}`);
    const isOver = (): boolean => this.#failure !== undefined || done();
    await this.#pass(this.clock.now() + ms, isOver);
    if (this.#failure === undefined) return;
    const failure = this.#failure;
    this.#failure = undefined;
    throw failure;
  }

  /** In steps, where snapshots are to be taken. */
  async #pass(untilMs: number, isOver: () => boolean): Promise<void> {
    for (let nextMs = Number.NEGATIVE_INFINITY; nextMs < untilMs && !isOver(); ) {
      nextMs = untilMs;
      if (this.#everyMs < Number.POSITIVE_INFINITY) {
        this.#latest = await this.snapshot();
        nextMs = Math.min(untilMs, (Math.floor(this.clock.now() / this.#everyMs) + 1) * this.#everyMs);
      }
      const advanced = this.#steps.advance(nextMs);
      this.#onChange = () => isOver() && this.#steps.stop();
      await advanced;
      this.#onChange = () => undefined;
    }
  }

  #castOf(program: Program): Cast {
    const cast = this.#cast.get(program);
    if (cast === undefined) throw new RangeError(`${program.name} is no board of this scenario`);
    return cast;
  }
}
