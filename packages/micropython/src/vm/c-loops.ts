import type { Exports } from "./exports.ts";
import { Layout, SCHED_IDLE } from "./layout.ts";
import type { Memory } from "./memory.ts";

/** Steps of them between two checks. */
const STEPS_BETWEEN = 10_000;
/** One that lasts for this many checks is left by a KeyboardInterrupt; shorter ones end first, as on a board. */
const LOOKS_BEFORE_INTERRUPT = 50;

/** The loops of MicroPython's C code, in which no Python runs. */
export class CLoops {
  readonly #exports: Exports;
  readonly #memory: Memory;
  /** How many checks there were while a KeyboardInterrupt waited. */
  #looks = 0;

  constructor(exports: Exports, memory: Memory) {
    this.#exports = exports;
    this.#memory = memory;
  }

  /** They go on. */
  giveSteps(): void {
    this.#exports.steps.value = STEPS_BETWEEN;
  }

  /** Raises the KeyboardInterrupt that has waited too long: it does not return then. */
  interrupt(): void {
    const { view } = this.#memory;
    const exception = view.getUint32(Layout.pendingException, true);
    this.#looks = exception === 0 ? 0 : this.#looks + 1;
    if (this.#looks <= LOOKS_BEFORE_INTERRUPT) return;
    this.#looks = 0;
    // As mp_handle_pending() does.
    view.setUint32(Layout.pendingException, 0, true);
    if (view.getUint8(Layout.schedLength) === 0) view.setInt16(Layout.schedState, SCHED_IDLE, true);
    this.#exports.nlr_jump(exception);
  }
}
