/** How many packet numbers below the highest one are remembered. */
const WINDOW = 32;

/**
 * Tells which packet numbers of one key were seen before: the sliding window of RFC 4303 (3.4.3), as wide as a word.
 * A number below the window counts as seen.
 */
export class ReplayGuard {
  #highest = 0;
  /** Bit n: `highest - n` was seen. */
  #seen = 0;

  /** The highest number and what was seen below it. */
  get state(): readonly [highest: number, seen: number] {
    return [this.#highest, this.#seen];
  }

  set state([highest, seen]: readonly [highest: number, seen: number]) {
    this.#highest = highest;
    this.#seen = seen;
  }

  /** Whether the number is new; it is not the next time. */
  isNew(packetNumber: number): boolean {
    const behind = this.#highest - packetNumber;
    if (behind < 0) {
      this.#seen = -behind < WINDOW ? (this.#seen << -behind) | 1 : 1;
      this.#highest = packetNumber;
      return true;
    }
    if (behind >= WINDOW || packetNumber === 0) return false;
    const bit = 1 << behind;
    const isNew = (this.#seen & bit) === 0;
    this.#seen |= bit;
    return isNew;
  }
}
