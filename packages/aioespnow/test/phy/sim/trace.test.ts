import { expect, test } from "vitest";
import { traceHash } from "../../../../../bench/air-trace.ts";

test("the same seed gives the same transmissions, byte for byte, on every machine and every Node", () => {
  // A change of the model on purpose changes these too; nothing else may.
  expect([1, 2, 3].map(traceHash)).toEqual(["06669786", "ce71edcd", "0d8716b5"]);
});

test("another seed gives other transmissions", () => {
  expect(traceHash(4)).not.toBe(traceHash(1));
});
