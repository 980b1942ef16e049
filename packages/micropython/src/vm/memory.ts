import type { LinearMemory } from "./compiled.ts";

/** What MicroPython takes of it at most, bytes: more is MemoryError. scripts/make-wasm.js knows it too. */
export const MEMORY_LIMIT: number = 259 * 65_536;
const PAGE = 65_536;
/** The fewest pages by which it grows: each time costs a system call. */
const GROWTH_PAGES = 16;

/** A MicroPython's memory, as bytes and words. It grows. */
export class Memory {
  readonly #memory: LinearMemory;
  #bytes: Uint8Array;
  #view: DataView;
  #words: Uint32Array;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
    this.#bytes = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
    this.#words = new Uint32Array(memory.buffer);
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get view(): DataView {
    return this.#view;
  }

  get words(): Uint32Array {
    return this.#words;
  }

  /** Grows the memory to this length for MicroPython. False: it may not be that long. */
  grows(length: number): boolean {
    if (length > MEMORY_LIMIT) return false;
    this.reach(length);
    return true;
  }

  /** Makes it at least this long. Views that were made before are of no use then. */
  reach(length: number): void {
    const missing = Math.ceil((length - this.#bytes.length) / PAGE);
    if (missing <= 0) return;
    this.#memory.grow(Math.max(missing, GROWTH_PAGES));
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#view = new DataView(this.#memory.buffer);
    this.#words = new Uint32Array(this.#memory.buffer);
  }
}
