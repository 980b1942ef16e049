import type { Exports } from "./exports.ts";
import { HEAP_BLOCK, Layout } from "./layout.ts";
import type { Memory } from "./memory.ts";
import { findRoots } from "./roots.ts";

/**
 * How much a program allocates before garbage is collected, at least; a part of a larger heap. Less than the first heap
 * has free where a program keeps little: it does not grow then.
 */
const COLLECT_AFTER = 96 * 1024;
const HEAP_PART = 8;
/** How many roots MicroPython gets at a time. */
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
  readonly #memory: Memory;

  constructor(exports: Exports, memory: Memory) {
    this.#exports = exports;
    this.#memory = memory;
  }

  boot(): void {
    this.scratch = this.#exports.malloc(ROOTS_AT_ONCE * WORD);
  }

  /** Whether the program has asked for it, or has allocated much since the last time. `used`: of its memory. */
  isDue(used: number): boolean {
    const { wantsCollection, allocated } = Layout;
    const { view } = this.#memory;
    const due = Math.max(COLLECT_AFTER, used / HEAP_PART) / HEAP_BLOCK;
    return view.getUint8(wantsCollection) !== 0 || view.getUint32(allocated, true) >= due;
  }

  /**
   * Clears what functions that have returned left on C's stack. A function that is called later does not write all of its
   * frame: what it leaves there would be taken for its own, and keep alive for as long as it runs what nobody needs.
   */
  #clearStack(): void {
    const { emscripten_stack_get_current, emscripten_stack_get_end } = this.#exports;
    this.#memory.bytes.fill(0, emscripten_stack_get_end(), emscripten_stack_get_current());
  }

  /** `suspended`: where asyncify keeps the functions on the way; undefined: there are none. */
  collect(suspended: { readonly from: number; readonly to: number } | undefined): void {
    const { pystackStart, pystackCurrent, markOverflow, wantsCollection } = Layout;
    const { view, words } = this.#memory;
    const [start, current] = [view.getInt32(pystackStart, true), view.getInt32(pystackCurrent, true)];
    const roots = this.#roots(suspended);
    this.#clearStack();
    this.#exports.gc_collect_start();
    let overflow = view.getInt32(markOverflow, true);
    for (let first = 0; first < roots.length; first += ROOTS_AT_ONCE) {
      const part = roots.slice(first, first + ROOTS_AT_ONCE);
      words.set(part, this.scratch / WORD);
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
    this.#exports.steps.value = -1; // it took at least as long as the loops of C code had left
  }

  #roots(suspended: { readonly from: number; readonly to: number } | undefined): number[] {
    const roots = new Set<number>();
    const { words } = this.#memory;
    const { emscripten_stack_get_current, emscripten_stack_get_base } = this.#exports;
    findRoots(words, emscripten_stack_get_current(), emscripten_stack_get_base(), roots);
    if (suspended !== undefined) findRoots(words, suspended.from, suspended.to, roots);
    return [...roots];
  }
}
