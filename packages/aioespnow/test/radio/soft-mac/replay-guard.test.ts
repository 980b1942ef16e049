import fc from "fast-check";
import { expect, test } from "vitest";
import { ReplayGuard } from "#lib/radio/soft-mac/replay-guard.ts";

function verdicts(...numbers: number[]): boolean[] {
  const guard = new ReplayGuard();
  return numbers.map((number) => guard.isNew(number));
}

test("a number is new once", () => {
  expect(verdicts(1, 1, 2, 1, 2, 3)).toEqual([true, false, true, false, false, true]);
});

test("numbers may come out of order within the window of 32", () => {
  expect(verdicts(40, 9, 10, 9, 39)).toEqual([true, true, true, false, true]);
  expect(verdicts(40, 8)).toEqual([true, false]);
});

test("a leap over the window forgets the numbers below it, and does not let them in", () => {
  expect(verdicts(1, 1000, 1, 968, 969, 1000)).toEqual([true, true, false, false, true, false]);
});

test("zero is never new: packet numbers begin at 1", () => {
  expect(verdicts(0, 1, 0)).toEqual([false, true, false]);
});

test("48-bit numbers are told apart", () => {
  expect(verdicts(0xffff_ffff_fffe, 0xffff_ffff_ffff, 0xffff_ffff_fffe)).toEqual([true, true, false]);
});

test("no number is ever new twice, in whatever order they come", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 300 }), (numbers) => {
      const accepted = numbers.filter((_, index) => verdicts(...numbers.slice(0, index + 1)).at(-1));
      expect(new Set(accepted).size).toBe(accepted.length);
    }),
    { numRuns: 50 },
  );
});
