import { SCHED_IDLE, SCHED_PENDING, SCHED_STATE } from "../channel/scheduler-state.ts";

/**
 * Variables of MicroPython's C code in 1.27.0, by address: they have no names outside. Whether they are what they are
 * taken for is tried before they are used.
 *
 *     pendingException   MP_STATE_MAIN_THREAD(mp_pending_exception), a pointer
 *     externalCalls      external_call_depth: how many calls from outside are running
 *     wantsCollection    gc_collect_pending, a byte
 */
const PENDING_EXCEPTION = 185_148;
const EXTERNAL_CALLS = 186_120;
const WANTS_COLLECTION = 186_124;

/** mp_handle_pending(bool): its index in the table of functions. */
export const HANDLE_PENDING = 505;

/**
 * Numbers of the functions by which Python functions call each other. Not those that make an object of a class and that
 * call a closure: they keep arguments in memory of which nothing but a variable in C knows, and give that free afterwards,
 * whoever may have it then.
 */
export const HARMLESS: ReadonlySet<number> = new Set([
  391, 397, 400, 401, 409, 410, 412, 415, 508, 598, 599, 601, 606, 609, 611, 612, 613, 614, 615, 836, 837, 899, 903,
  905, 908, 909, 910, 911, 930, 1032, 1319,
]);

/** A look into MicroPython's scheduler. */
export class Internals {
  readonly #memory: WebAssembly.Memory;
  #words: Int32Array;
  #halves: Int16Array;

  private constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.#words = new Int32Array(memory.buffer);
    this.#halves = new Int16Array(memory.buffer);
  }

  /** `interrupt` is MicroPython's own. Undefined: the variables are elsewhere in this MicroPython. */
  static probe(memory: WebAssembly.Memory, interrupt: () => void): Internals | undefined {
    const internals = new Internals(memory);
    if (internals.#word(PENDING_EXCEPTION) !== 0 || internals.#half(SCHED_STATE) !== SCHED_IDLE) return undefined;
    interrupt();
    const right = internals.#word(PENDING_EXCEPTION) !== 0 && internals.callbacksPending;
    internals.#words[PENDING_EXCEPTION >> 2] = 0;
    internals.#halves[SCHED_STATE >> 1] = SCHED_IDLE;
    return right ? internals : undefined;
  }

  /** Something waits for the program's next backward jump: a callback, or a KeyboardInterrupt. */
  get callbacksPending(): boolean {
    return this.#half(SCHED_STATE) === SCHED_PENDING;
  }

  /** Makes MicroPython look for what is pending at the program's next backward jump. */
  awaitJump(): void {
    if (this.#half(SCHED_STATE) === SCHED_IDLE) this.#halves[SCHED_STATE >> 1] = SCHED_PENDING;
  }

  get externalCalls(): number {
    return this.#word(EXTERNAL_CALLS);
  }

  set externalCalls(count: number) {
    this.#refresh();
    this.#words[EXTERNAL_CALLS >> 2] = count;
  }

  /** MicroPython has noted that it is to collect garbage. */
  get wantsCollection(): boolean {
    return (this.#word(WANTS_COLLECTION) & 0xff) === 1;
  }

  #half(address: number): number {
    this.#refresh();
    return this.#halves[address >> 1] as number;
  }

  #word(address: number): number {
    this.#refresh();
    return this.#words[address >> 2] as number;
  }

  /** Memory that has grown is another buffer. */
  #refresh(): void {
    if (this.#words.length > 0 && this.#words.buffer === this.#memory.buffer) return;
    this.#words = new Int32Array(this.#memory.buffer);
    this.#halves = new Int16Array(this.#memory.buffer);
  }
}
