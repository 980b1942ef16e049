import type { Exports } from "./exports.ts";
import type { GateState } from "./gate.ts";
import { MEMORY_LIMIT, type Memory } from "./memory.ts";

/** What asyncify keeps of the functions on the stack, at a call: 22 kB at the deepest recursion of Python. */
const BYTES = 96 * 1024;
/** The same in a loop of C code, which may have recursed as deep as the computer's stack goes: behind all other memory. */
const LOOP_BYTES = 1024 * 1024;
const LOOP_ADDRESS = MEMORY_LIMIT;
const WORD = 4;

/** What asyncify keeps while a program is suspended: where it stands, and its end, then the functions on the way. */
export class Suspension {
  /** Where that is at calls. */
  address = 0;
  isSuspended = false;
  /** In a loop of C code: pointers may be to anywhere then, and no garbage is collected. */
  isInLoop = false;
  readonly #exports: Exports;
  readonly #memory: Memory;
  readonly #state: GateState;

  constructor(exports: Exports, memory: Memory, state: GateState) {
    this.#exports = exports;
    this.#memory = memory;
    this.#state = state;
  }

  boot(): void {
    this.address = this.#exports.malloc(BYTES);
  }

  /** Where what is kept begins and ends. */
  get kept(): { readonly from: number; readonly to: number } {
    const address = this.isInLoop ? LOOP_ADDRESS : this.address;
    return { from: address + 2 * WORD, to: this.#memory.view.getInt32(address, true) };
  }

  /** The functions on the stack return from now on. */
  unwind(isInLoop: boolean): void {
    this.isInLoop = isInLoop;
    if (isInLoop) this.#memory.reach(LOOP_ADDRESS + LOOP_BYTES);
    const [address, bytes] = isInLoop ? [LOOP_ADDRESS, LOOP_BYTES] : [this.address, BYTES];
    const { view } = this.#memory;
    view.setInt32(address, address + 2 * WORD, true);
    view.setInt32(address + WORD, address + bytes, true);
    this.#state.isUnwinding = true;
    this.#exports.asyncify_start_unwind(address);
  }

  /** They have. */
  unwound(): void {
    this.#exports.asyncify_stop_unwind();
    this.#state.isUnwinding = false;
    this.isSuspended = true;
  }

  /** They are called again from now on. */
  rewind(): void {
    this.isSuspended = false;
    this.#state.isRewinding = true;
    this.#exports.asyncify_start_rewind(this.isInLoop ? LOOP_ADDRESS : this.address);
  }

  /** They have been. */
  rewound(): void {
    this.#exports.asyncify_stop_rewind();
    this.#state.isRewinding = false;
  }
}
