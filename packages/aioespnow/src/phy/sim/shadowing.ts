/** Shadowing beyond this many standard deviations is cut off, so that it has a greatest value. */
const LIMIT = 2;
/** Of the sum of eight random bytes: nearly a normal distribution. */
const MEAN = 8 * 127.5;
const DEVIATION: number = Math.sqrt((8 * (256 * 256 - 1)) / 12);

/**
 * What stands between two stations: a loss in dB, normally distributed over the pairs, the same in both directions and
 * for the whole life of an air. It is worked out from the seed and the two numbers, so nothing is stored.
 */
export class Shadowing {
  /** The greatest gain, dB. */
  readonly limit: number;
  readonly #seed: number;
  /** By the sum of eight bytes. */
  readonly #losses: Int8Array;

  /** `deviation`: dB; 0 turns it off. `seed`: of the air. */
  constructor(deviation: number, seed: number) {
    this.limit = Math.round(LIMIT * deviation);
    this.#seed = mix(seed ^ 0x51ed_270b);
    this.#losses = Int8Array.from({ length: 8 * 255 + 1 }, (_, sum) => {
      const normal = (sum - MEAN) / DEVIATION;
      return Math.round(deviation * Math.max(-LIMIT, Math.min(LIMIT, normal)));
    });
  }

  /** dB, a whole number from `-limit` to `limit`. */
  loss(a: number, b: number): number {
    const first = mix(this.#seed ^ Math.min(a, b));
    const second = mix(first ^ Math.max(a, b));
    return this.#losses[sumOfBytes(second) + sumOfBytes(mix(second ^ first))] as number;
  }
}

/** Spreads a change of one bit over all 32 (the finisher of MurmurHash3, Austin Appleby, public domain). */
function mix(value: number): number {
  let z = Math.imul(value ^ (value >>> 16), 0x85eb_ca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2_ae35);
  return z ^ (z >>> 16);
}

function sumOfBytes(word: number): number {
  return (word & 0xff) + ((word >>> 8) & 0xff) + ((word >>> 16) & 0xff) + (word >>> 24);
}
