import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Air, SeededRandom, type SimRadio, VirtualClock } from "aioespnow/sim";
import { type Program, type SavedBoard, Snapshot } from "espnow-micropython";
import { SimulatedNetwork } from "espnow-micropython/command";
import { duration } from "../output/format.ts";
import type { Output } from "../output/output.ts";
import { messageOf, UsageError } from "../process/explain.ts";
import { withFile } from "../process/system-message.ts";
import type { RunPlan } from "./board-plan.ts";

/** Only its owner may read a state: it has the keys of encrypted peers, and all else that programs know. */
export const OWNER_ONLY = 0o600;

/** Boards whose programs go on from a state: where a program is among its board's files. */
export type SavedPlan = RunPlan<{ readonly main: string }>;

/** A program on a simulated air of this process. */
export type SimProgram = Program<SimRadio>;

/** A saved state from which boards go on, on an air of their own. */
export class SavedState {
  readonly plan: SavedPlan;
  readonly air: Air;
  readonly #file: string;
  readonly #snapshot: Snapshot;

  private constructor(file: string, snapshot: Snapshot, plug: (program: Program, saved: SavedBoard) => void) {
    this.#file = file;
    this.#snapshot = snapshot;
    this.air = new Air({ ...snapshot.airOptions, clock: new VirtualClock() });
    const network = new SimulatedNetwork(this.air.clock); // as empty as that of the state
    const boards = snapshot.boards.map((saved) => ({
      ...saved.options,
      ...(saved.hasNetwork ? { network } : {}),
      argv: saved.options.argv ?? [],
      name: saved.name,
      main: saved.main,
      hardware: (program: Program) => plug(program, saved),
    }));
    this.plan = { boards, links: [] };
  }

  /** @throws by rejection: UsageError for what is no state, or that of another version; Error where it cannot be read. */
  static async read(file: string): Promise<SavedState> {
    const bytes = withFile("read", file, () => readFileSync(file));
    const { plugDevices } = await import("espnow-micropython/hardware");
    try {
      return new SavedState(file, await Snapshot.fromBytes(bytes), plugDevices);
    } catch (error) {
      throw new UsageError(`${resolve(file)}: ${messageOf(error)}`);
    }
  }

  /**
   * Puts the boards of the plan into their state; `seed`: with other chances from now on. Returns those whose programs go on.
   * @throws UsageError where all have ended, and for devices that are not from a hardware file.
   */
  load(programs: readonly SimProgram[], seed: number | undefined): readonly Program[] {
    try {
      this.#snapshot.load(this.air, programs);
    } catch (error) {
      throw new UsageError(`${resolve(this.#file)}: ${messageOf(error)}`);
    }
    if (seed !== undefined) {
      this.air.reseed(seed);
      const random = new SeededRandom(seed);
      for (const program of programs) program.reseed(random.uint32());
    }
    const running = programs.filter(({ exit }) => exit === undefined);
    if (running.length > 0) return running;
    throw new UsageError(`${resolve(this.#file)}: all programs have ended: nothing is left to go on with`);
  }
}

/** The file into which the state at the end of a run goes. */
export class StateFile {
  readonly #file: string;
  #snapshot: Snapshot | undefined;
  #isOver = false;

  /** @throws Error for a file that cannot be written, before any program begins. */
  constructor(file: string) {
    this.#file = file;
    withFile("write", file, () => closeSync(openSync(file, "a", OWNER_ONLY)));
  }

  /** While time stands still. @throws Error for what cannot be saved. */
  take(air: Air, plan: RunPlan<object>, programs: readonly SimProgram[]): void {
    const boards = programs.map((program, index) => ({ program, options: plan.boards[index] ?? {} }));
    this.#snapshot = Snapshot.take(air, boards, undefined);
    this.#isOver = programs.every(({ exit }) => exit !== undefined);
  }

  /** Writes what was taken. */
  async write(output: Output): Promise<void> {
    if (this.#snapshot === undefined) return;
    const bytes = await this.#snapshot.toBytes();
    withFile("write", this.#file, () => writeFileSync(this.#file, bytes, { mode: OWNER_ONLY }));
    const what = this.#isOver
      ? "all programs have ended"
      : `espnow run --from-state ${this.#file} continues from there`;
    output.remark(`${this.#file} has the state at ${duration(this.#snapshot.timeMs)}; ${what}`);
  }
}
