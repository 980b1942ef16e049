import type { Exports } from "./exports.ts";
import { HEAP_BLOCK, Layout } from "./layout.ts";
import { findRoots } from "./roots.ts";

/** How much a program allocates before garbage is collected, at least; a part of a larger heap. */
const COLLECT_AFTER = 64 * 1024;
const HEAP_PART = 8;
/** So many roots are given to MicroPython at a time. */
const ROOTS_AT_ONCE = 1024;
const WORD = 4;

/**
 * Collects garbage while a program is suspended, wherever that is. MicroPython itself would only do so where no Python
 * runs: it cannot know what its C code holds. But all of that is in memory while a program is suspended. What the program
 * needs is found from MicroPython's own roots, which Python's stack is among, and from two stacks more: C's, and what
 * asyncify keeps of the functions on the way. Their roots are given to MicroPython in the place of Python's stack.
 */
export class Collector {
  /** Room for roots. */
  scratch = 0;
  readonly #exports: Exports;
  readonly #view: DataView;
  readonly #words: Uint32Array;

  constructor(exports: Exports) {
    this.#exports = exports;
    this.#view = new DataView(exports.memory.buffer);
    this.#words = new Uint32Array(exports.memory.buffer);
  }

  boot(): void {
    this.scratch = this.#exports.malloc(ROOTS_AT_ONCE * WORD);
  }

  /** Whether the program has asked for it, or has allocated much since the last time. `used`: of its memory. */
  isDue(used: number): boolean {
    const { wantsCollection, allocated } = Layout;
    const due = Math.max(COLLECT_AFTER, used / HEAP_PART) / HEAP_BLOCK;
    return this.#view.getUint8(wantsCollection) !== 0 || this.#view.getUint32(allocated, true) >= due;
  }

  /** `suspension`: where asyncify keeps the functions on the way; undefined: there are none. */
  collect(suspension: number | undefined): void {
    const { pystackStart, pystackCurrent, markOverflow, wantsCollection } = Layout;
    const view = this.#view;
    const [start, current] = [view.getInt32(pystackStart, true), view.getInt32(pystackCurrent, true)];
    const roots = this.#roots(suspension);
    this.#exports.gc_collect_start();
    let overflow = view.getInt32(markOverflow, true);
    for (let first = 0; first < roots.length; first += ROOTS_AT_ONCE) {
      const part = roots.slice(first, first + ROOTS_AT_ONCE);
      this.#words.set(part, this.scratch / WORD);
      view.setInt32(pystackStart, this.scratch, true);
      view.setInt32(pystackCurrent, this.scratch + part.length * WORD, true);
      this.#exports.gc_collect_start();
      overflow |= view.getInt32(markOverflow, true);
    }
    view.setInt32(pystackStart, start, true);
    view.setInt32(pystackCurrent, current, true);
    view.setInt32(markOverflow, overflow, true);
    view.setInt8(wantsCollection, 0);
    this.#exports.gc_collect_end();
  }

  #roots(suspension: number | undefined): number[] {
    const roots = new Set<number>();
    const { emscripten_stack_get_current, emscripten_stack_get_base } = this.#exports;
    findRoots(this.#words, emscripten_stack_get_current(), emscripten_stack_get_base(), roots);
    if (suspension !== undefined) {
      findRoots(this.#words, suspension + 2 * WORD, this.#view.getInt32(suspension, true), roots);
    }
    return [...roots];
  }
}
