import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SeededRandom, systemRandom } from "#lib/util/rng.ts";

const draw = (seed: number, count: number) => {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => random.uint32());
};

describe("SeededRandom", () => {
  test.each([
    [0, [0x6ab03720, 0x02ae349e, 0x964966a4, 0xe4b2fcb9, 0xa3525c09]],
    [1, [0x177119d4, 0x81962de5, 0xe3609ab3, 0x7cbcc17a, 0x6f2c548e]],
    [2 ** 53 - 1, [0x220025fd, 0xfc8272c2, 0xe28f48d8, 0xc9e1c296, 0x339c020c]],
  ])(
    "seed %d gives the sequence of xoshiro128** (computed with another implementation, in Python)",
    (seed, expected) => {
      expect(draw(seed, 5)).toEqual(expected);
    },
  );

  test("the same seed gives the same sequence, the next one another", () => {
    fc.assert(
      fc.property(
        fc.maxSafeNat().filter((seed) => seed < Number.MAX_SAFE_INTEGER),
        (seed) => {
          expect(draw(seed, 4)).toEqual(draw(seed, 4));
          expect(draw(seed, 4)).not.toEqual(draw(seed + 1, 4));
        },
      ),
    );
  });

  test.each([-1, 0.5, 2 ** 53, Number.NaN])("seed %d is a RangeError", (seed) => {
    expect(() => new SeededRandom(seed)).toThrow(RangeError);
  });

  test("float() lies in [0, 1) and below() in 0..bound-1", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 2 ** 32 - 1 }), (seed, bound) => {
        const random = new SeededRandom(seed);
        const float = random.float();
        expect(float).toBeGreaterThanOrEqual(0);
        expect(float).toBeLessThan(1);
        const below = random.below(bound);
        expect(Number.isInteger(below)).toBe(true);
        expect(below).toBeGreaterThanOrEqual(0);
        expect(below).toBeLessThan(bound);
      }),
    );
  });

  test("below() is uniform: 10 classes of 10,000 draws each hold about 1000 (chi squared below the 99.9 % point)", () => {
    const random = new SeededRandom(7);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const drawn = random.below(10);
      counts[drawn] = (counts[drawn] as number) + 1;
    }
    const chiSquared = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(chiSquared).toBeLessThan(27.9);
  });
});

test("systemRandom gives unsigned 32-bit numbers that differ", () => {
  const drawn = Array.from({ length: 8 }, () => systemRandom.uint32());
  for (const value of drawn) expect(value).toBe(value >>> 0);
  expect(new Set(drawn).size).toBeGreaterThan(1);
});
