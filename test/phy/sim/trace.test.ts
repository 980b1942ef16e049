import { expect, test } from "vitest";
import { traceHash } from "../../../bench/air-trace.ts";

test("the same seed gives the same transmissions, byte for byte, on every machine and every Node", () => {
  // If the model is changed on purpose, these change too: run bench/air-trace.ts to see the new ones.
  expect([1, 2, 3].map(traceHash)).toEqual(["1a507efe", "769d0335", "42ae5c06"]);
});

test("another seed gives other transmissions", () => {
  expect(traceHash(4)).not.toBe(traceHash(1));
});
