import { checkInteger } from "./check.ts";

/** A source of chance. Simulations pass a seeded one, so that a run can be repeated. */
export interface RandomSource {
  /** A whole number 0..2^32-1, uniformly. */
  uint32(): number;
}

/** Chance from the platform's cryptographic generator: for radios that really send. */
export const systemRandom: RandomSource = {
  uint32() {
    return globalThis.crypto.getRandomValues(new Uint32Array(1))[0] as number;
  },
};

/**
 * xoshiro128** (Blackman and Vigna, 2018; public domain algorithm), seeded through splitmix32.
 * Integer arithmetic only, so the sequence is the same on every engine. Not for keys.
 */
export class SeededRandom implements RandomSource {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** @throws TypeError or RangeError unless `seed` is a whole number from 0 to 2^53 - 1. */
  constructor(seed: number) {
    checkInteger(seed, "seed", 0, Number.MAX_SAFE_INTEGER);
    let state = (seed ^ Math.floor(seed / 0x1_0000_0000)) >>> 0;
    const splitmix = (): number => {
      state = (state + 0x9e37_79b9) | 0;
      let z = state ^ (state >>> 16);
      z = Math.imul(z, 0x21f0_aaad);
      z ^= z >>> 15;
      z = Math.imul(z, 0x735a_2d97);
      return z ^ (z >>> 15);
    };
    this.#a = splitmix();
    this.#b = splitmix();
    this.#c = splitmix();
    this.#d = splitmix() | 1;
  }

  /** Where in its sequence it is: four words. What is set is one that it had. */
  get state(): readonly number[] {
    return [this.#a, this.#b, this.#c, this.#d];
  }

  /** Continues from there. */
  set state([a = 0, b = 0, c = 0, d = 1]: readonly number[]) {
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
  }

  uint32(): number {
    const b5 = Math.imul(this.#b, 5);
    const result = Math.imul((b5 << 7) | (b5 >>> 25), 9);
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** A number in [0, 1) with 32 bits of chance. */
  float(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** A whole number in 0..bound-1; `bound` is at most 2^32. The bias is below bound / 2^32. */
  below(bound: number): number {
    return Math.floor(this.float() * bound);
  }
}
