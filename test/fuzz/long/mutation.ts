import { SeededRandom } from "#lib/util/rng.ts";

/** Values that sit at the edges of lengths and counts. */
const EDGES = [0, 1, 2, 4, 5, 0x0a, 0x20, 0x7f, 0x80, 0xdd, 0xfa, 0xff];

/** Makes bytes out of good ones: changed, cut, lengthened, joined. What it returns is valid until the next call. */
export class Mutator {
  readonly #random: SeededRandom;
  readonly #seeds: readonly Uint8Array[];
  readonly #buffer: Uint8Array;

  constructor(seed: number, seeds: readonly Uint8Array[], maxLength = 4096) {
    this.#random = new SeededRandom(seed);
    this.#seeds = seeds;
    this.#buffer = new Uint8Array(maxLength);
  }

  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor((this.#random.uint32() / 2 ** 32) * bound);
  }

  next(): Uint8Array {
    const dice = this.below(64);
    let length = this.#copyOf(0);
    if (dice === 0) length = this.below(length + 1);
    else if (dice === 1) length = this.#copyOf(this.below(length + 1));
    else if (dice === 2) length = this.#noise(length, this.below(64));
    else if (dice === 3) length = this.#noise(0, this.below(200));
    else if (dice < 8) length = Math.max(0, length - this.below(8));
    const changes = this.below(5);
    for (let i = 0; i < changes && length > 0; i++) {
      // Most lengths stand near the beginning.
      const at = this.below(this.below(2) === 0 ? Math.min(length, 90) : length);
      this.#buffer[at] = this.below(2) === 0 ? (EDGES[this.below(EDGES.length)] as number) : this.below(256);
    }
    return this.#buffer.subarray(0, length);
  }

  /** Puts a good one at `at`. Returns where it ends. */
  #copyOf(at: number): number {
    const good = this.#seeds[this.below(this.#seeds.length)] as Uint8Array;
    const length = Math.min(good.length, this.#buffer.length - at);
    this.#buffer.set(good.subarray(0, length), at);
    return at + length;
  }

  #noise(at: number, length: number): number {
    const end = Math.min(at + length, this.#buffer.length);
    for (let i = at; i < end; i++) this.#buffer[i] = this.below(256);
    return end;
  }
}
