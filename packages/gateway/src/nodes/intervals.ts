const KEPT = 5;
const FACTOR = 3;
/** Copies of a message are no interval. */
const BURST_MS = 1000;
const SHORTEST_MS = 60_000;
/** Until a node has been heard twice. */
const UNKNOWN_MS = 3_600_000;

/** How long a node may be silent: three times the longest of its last intervals, and a minute at least. */
export class Intervals {
  readonly #intervals: number[];
  #lastHeard: number | undefined;

  /** `lastHeard`: in ms since 1970. */
  constructor(latest: readonly number[] = [], lastHeard?: number) {
    this.#intervals = [...latest];
    this.#lastHeard = lastHeard;
  }

  /** It has said something. `now` is in ms since 1970. */
  heard(now: number): void {
    const ms = now - (this.#lastHeard ?? now);
    this.#lastHeard = now;
    if (ms < BURST_MS) return;
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
