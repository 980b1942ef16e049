/** A callback due at a time. `index` is its place in the heap, -1 when it is in none. */
export interface Timer {
  readonly at: number;
  readonly callback: () => void;
  readonly order: number;
  index: number;
}

/** Timers by time, and by order of scheduling where the times are equal: a binary heap. */
export class TimerHeap {
  readonly #heap: Timer[] = [];
  #scheduled = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** The earliest timer, still in the heap. */
  peek(): Timer | undefined {
    return this.#heap[0];
  }

  /** How many timers there ever were: the next one's `order`. */
  get scheduled(): number {
    return this.#scheduled;
  }

  /** The timer with that callback; undefined: it is not in. */
  find(callback: () => void): Timer | undefined {
    return this.#heap.find((timer) => timer.callback === callback);
  }

  /** Takes all timers out. The next one is the `scheduled`th. */
  clear(scheduled: number): void {
    for (const timer of this.#heap) timer.index = -1;
    this.#heap.length = 0;
    this.#scheduled = scheduled;
  }

  /** `order`: its place among timers of the same time, where it had one; left out: behind all others. */
  add(at: number, callback: () => void, order: number = this.#scheduled++): Timer {
    const timer: Timer = { at, callback, order, index: this.#heap.length };
    this.#heap.push(timer);
    this.#up(timer);
    return timer;
  }

  /** Takes a timer out; nothing happens if it is not in. */
  remove(timer: Timer): void {
    if (timer.index < 0) return;
    const last = this.#heap.pop() as Timer;
    if (last !== timer) {
      this.#put(last, timer.index);
      this.#up(last);
      this.#down(last);
    }
    timer.index = -1;
  }

  #put(timer: Timer, index: number): void {
    this.#heap[index] = timer;
    timer.index = index;
  }

  #up(timer: Timer): void {
    while (timer.index > 0) {
      const parent = this.#heap[(timer.index - 1) >> 1] as Timer;
      if (before(parent, timer)) return;
      const index = parent.index;
      this.#put(parent, timer.index);
      this.#put(timer, index);
    }
  }

  #down(timer: Timer): void {
    for (;;) {
      const left = this.#heap[2 * timer.index + 1];
      const right = this.#heap[2 * timer.index + 2];
      if (left === undefined) return;
      const child = right !== undefined && before(right, left) ? right : left;
      if (before(timer, child)) return;
      const index = child.index;
      this.#put(child, timer.index);
      this.#put(timer, index);
    }
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
