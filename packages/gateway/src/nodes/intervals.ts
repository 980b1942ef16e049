const KEPT = 5;
const FACTOR = 3;
const SHORTEST_MS = 60_000;
/** Until a node has been heard twice. */
const UNKNOWN_MS = 3_600_000;

/** How long a node may be silent: three times the longest of its last intervals, and a minute at least. */
export class Intervals {
  readonly #intervals: number[];

  constructor(latest: readonly number[] = []) {
    this.#intervals = [...latest];
  }

  add(ms: number): void {
    this.#intervals.push(ms);
    if (this.#intervals.length > KEPT) this.#intervals.shift();
  }

  /** The last five, in ms. */
  get latest(): readonly number[] {
    return this.#intervals;
  }

  get timeoutMs(): number {
    if (this.#intervals.length === 0) return UNKNOWN_MS;
    return Math.max(SHORTEST_MS, FACTOR * Math.max(...this.#intervals));
  }
}
