import { DEVICE_KINDS } from "espnow-micropython/hardware";
import { expect, test } from "vitest";
import { readingsShape, settingsShape } from "../../src/hardware/device.ts";

test.each(DEVICE_KINDS)("what can be said of a $name is built once, not at each change of a reading", (kind) => {
  expect(readingsShape(kind)).toBe(readingsShape(kind));
  expect(settingsShape(kind)).toBe(settingsShape(kind));
});
