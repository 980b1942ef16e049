import { expect, test } from "vitest";
import { DuplicateFilter } from "#lib/radio/soft-mac/duplicate-filter.ts";

test("a retransmission with the random value of the frame before is a duplicate", () => {
  const filter = new DuplicateFilter();
  expect(filter.isDuplicate(7, false)).toBe(false);
  expect(filter.isDuplicate(7, true)).toBe(true);
  expect(filter.isDuplicate(7, true)).toBe(true);
});

test("the same random value without the Retry bit is a new frame", () => {
  const filter = new DuplicateFilter();
  filter.isDuplicate(7, false);
  expect(filter.isDuplicate(7, false)).toBe(false);
});

test("a retransmission whose first transmission was not heard is a new frame", () => {
  expect(new DuplicateFilter().isDuplicate(7, true)).toBe(false);
});

test("one value is remembered for all stations: a frame of another in between lets the retransmission pass", () => {
  const filter = new DuplicateFilter();
  filter.isDuplicate(7, false);
  filter.isDuplicate(8, false);
  expect(filter.isDuplicate(7, true)).toBe(false);
});
