import { expect, test } from "vitest";
import type { MacAddress } from "#lib/codec/mac-address.ts";
import { DuplicateFilter } from "#lib/radio/soft-mac/duplicate-filter.ts";

const A = "02:00:00:00:00:0a" as MacAddress;
const B = "02:00:00:00:00:0b" as MacAddress;

function station(number: number): MacAddress {
  return `02:01:${number
    .toString(16)
    .padStart(8, "0")
    .replaceAll(/..(?=.)/g, "$&:")}` as MacAddress;
}

test("a retransmission with the random value of the frame before is a duplicate", () => {
  const filter = new DuplicateFilter();
  expect(filter.repeats(A, 7)).toBe(false);
  filter.accept(A, 7);
  expect(filter.repeats(A, 7)).toBe(true);
  expect(filter.repeats(A, 7)).toBe(true);
});

test("a retransmission whose first transmission was not heard is a new frame", () => {
  expect(new DuplicateFilter().repeats(A, 7)).toBe(false);
});

test("a frame that was only looked at changes nothing", () => {
  const filter = new DuplicateFilter();
  filter.accept(A, 7);
  filter.repeats(A, 8);
  expect(filter.repeats(A, 7)).toBe(true);
  expect(filter.repeats(A, 8)).toBe(false);
});

test("each station has its own value: a frame of another in between changes nothing", () => {
  const filter = new DuplicateFilter();
  filter.accept(A, 7);
  filter.accept(B, 8);
  expect(filter.repeats(A, 7)).toBe(true);
  expect(filter.repeats(A, 8)).toBe(false);
});

test("of 10,240 strangers at most 1024 are remembered, the last 512 for certain", () => {
  const filter = new DuplicateFilter();
  for (let i = 0; i < 10_240; i++) {
    filter.accept(station(i), i);
    expect(filter.size).toBeLessThanOrEqual(1024);
    if (i >= 511) expect(filter.repeats(station(i - 511), i - 511)).toBe(true);
  }
});
