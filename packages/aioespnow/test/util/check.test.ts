import { describe, expect, test } from "vitest";
import * as check from "#lib/util/check.ts";

describe("describe", () => {
  test.each([
    [undefined, "undefined"],
    [null, "null"],
    [5, "number 5"],
    [Number.NaN, "number NaN"],
    [true, "boolean true"],
    [7n, "bigint 7"],
    [Symbol("s"), "symbol Symbol(s)"],
    [[1], "an array"],
    [new Date(0), "an object (Date)"],
    [Object.create(null), "an object (no prototype)"],
    [() => 1, "a function"],
    ["it's", `the string "it's"`],
    ["x".repeat(100), `the string "${"x".repeat(40)}"`],
  ])("%o", (value, expected) => {
    expect(check.describe(value)).toBe(expected);
  });
});

describe("checkInteger", () => {
  test("returns a whole number within the limits, the limits included", () => {
    for (const value of [1, 7, 14]) expect(check.checkInteger(value, "channel", 1, 14)).toBe(value);
  });

  test.each([0, 15, 1.5, Number.NaN, Number.POSITIVE_INFINITY])("%d is a RangeError that names the limits", (value) => {
    expect(() => check.checkInteger(value, "channel", 1, 14)).toThrow(
      new RangeError(`channel must be a whole number from 1 to 14, not ${value}`),
    );
  });

  test.each([["6"], [undefined], [null], [6n]])("%o is a TypeError", (value) => {
    expect(() => check.checkInteger(value, "channel", 1, 14)).toThrow(
      new TypeError(`channel must be a number, not ${check.describe(value)}`),
    );
  });
});
