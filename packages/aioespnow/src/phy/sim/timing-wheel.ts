import { lowestBit } from "../../util/bits.ts";

/** 32 x 32 x 32 buckets of one microsecond: longer than any backoff of 1023 long slots (20.5 ms). */
const BUCKETS = 32 * 32 * 32;
const MASK = BUCKETS - 1;
const NONE = -1;

/** How far ahead a time may lie, microseconds. */
export const WHEEL_SPAN_US: number = BUCKETS - 1;

/** A station and the bucket that it is in. */
export type WheelEntry = readonly [station: number, bucket: number];

/**
 * The stations that will transmit within the next 32 ms, by microsecond. To enter and to leave costs the same few
 * writes however many there are: in a crowd, thousands do so whenever a frame begins or ends.
 */
export class TimingWheel {
  readonly #heads: Int32Array = new Int32Array(BUCKETS).fill(NONE);
  /** One bit per bucket that is not empty; one per word of those; one per word of those. */
  readonly #low: Int32Array = new Int32Array(BUCKETS / 32);
  readonly #middle: Int32Array = new Int32Array(BUCKETS / 1024);
  #top = 0;
  #next: Int32Array = new Int32Array(64);
  #previous: Int32Array = new Int32Array(64);
  /** The bucket of each station, NONE if it is in none. */
  #buckets: Int32Array = new Int32Array(64).fill(NONE);

  /** The stations that are in, with their buckets: those of one bucket in the order in which they are taken. */
  save(): readonly WheelEntry[] {
    const entries: WheelEntry[] = [];
    for (const [bucket, head] of this.#heads.entries()) {
      for (let station = head; station !== NONE; station = this.#next[station] as number)
        entries.push([station, bucket]);
    }
    return entries;
  }

  load(entries: readonly WheelEntry[]): void {
    for (const [station] of this.save()) this.remove(station);
    for (const [station, bucket] of [...entries].reverse()) this.add(station, bucket);
  }

  /** Makes room for station numbers below `capacity`. */
  resize(capacity: number): void {
    const grow = (old: Int32Array): Int32Array => {
      const array = new Int32Array(capacity).fill(NONE);
      array.set(old);
      return array;
    };
    this.#next = grow(this.#next);
    this.#previous = grow(this.#previous);
    this.#buckets = grow(this.#buckets);
  }

  /** `timeUs` is at most `WHEEL_SPAN_US` from now. The station must not be in. */
  add(station: number, timeUs: number): void {
    const bucket = timeUs & MASK;
    const head = this.#heads[bucket] as number;
    this.#heads[bucket] = station;
    this.#buckets[station] = bucket;
    this.#next[station] = head;
    this.#previous[station] = NONE;
    if (head !== NONE) {
      this.#previous[head] = station;
      return;
    }
    this.#low[bucket >> 5] = (this.#low[bucket >> 5] as number) | (1 << (bucket & 31));
    this.#middle[bucket >> 10] = (this.#middle[bucket >> 10] as number) | (1 << ((bucket >> 5) & 31));
    this.#top |= 1 << (bucket >> 10);
  }

  /** Takes a station out; nothing happens if it is not in. */
  remove(station: number): void {
    const bucket = this.#buckets[station] as number;
    if (bucket === NONE) return;
    const next = this.#next[station] as number;
    const previous = this.#previous[station] as number;
    this.#buckets[station] = NONE;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else {
      this.#heads[bucket] = next;
      if (next === NONE) this.#markEmpty(bucket);
    }
  }

  /** Any station due at `timeUs`, taken out; -1 if there is none (left). */
  take(timeUs: number): number {
    const station = this.#heads[timeUs & MASK] as number;
    if (station !== NONE) this.remove(station);
    return station;
  }

  /** The earliest time from `nowUs` at which a station is due; Infinity if there is none. */
  nextTime(nowUs: number): number {
    if (this.#top === 0) return Number.POSITIVE_INFINITY;
    const start = nowUs & MASK;
    let bucket = this.#bucketFrom(start);
    if (bucket === NONE) bucket = this.#bucketFrom(0);
    return nowUs + ((bucket - start) & MASK);
  }

  /** The first bucket from `start` to the last that is not empty, or NONE. */
  #bucketFrom(start: number): number {
    const lowWord = start >> 5;
    const low = (this.#low[lowWord] as number) & (-1 << (start & 31));
    if (low !== 0) return (lowWord << 5) | lowestBit(low);
    const middleWord = lowWord >> 5;
    const middle = (this.#middle[middleWord] as number) & bitsAbove(lowWord & 31);
    if (middle !== 0) return this.#firstIn((middleWord << 5) | lowestBit(middle));
    const top = this.#top & bitsAbove(middleWord);
    if (top === 0) return NONE;
    const word = lowestBit(top);
    return this.#firstIn((word << 5) | lowestBit(this.#middle[word] as number));
  }

  #firstIn(lowWord: number): number {
    return (lowWord << 5) | lowestBit(this.#low[lowWord] as number);
  }

  #markEmpty(bucket: number): void {
    this.#low[bucket >> 5] = (this.#low[bucket >> 5] as number) & ~(1 << (bucket & 31));
    if (this.#low[bucket >> 5] !== 0) return;
    this.#middle[bucket >> 10] = (this.#middle[bucket >> 10] as number) & ~(1 << ((bucket >> 5) & 31));
    if (this.#middle[bucket >> 10] === 0) this.#top &= ~(1 << (bucket >> 10));
  }
}

/** The bits of a word above `bit`. (A shift by 32 would be a shift by 0.) */
function bitsAbove(bit: number): number {
  return (-1 << bit) << 1;
}
