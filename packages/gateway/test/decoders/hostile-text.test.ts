import { BROADCAST } from "aioespnow";
import { createDecoder, detect } from "espnow-gateway/decoders";
import { expect, test } from "vitest";

/** The longest message that a radio hands out. */
const LENGTH = 2233;

test.each([
  ["digits and a letter", `${"1".repeat(LENGTH - 1)}x`],
  ["digits, dots and a letter", `${"1.".repeat(LENGTH / 2)}x`],
  ["names without a value", "a ".repeat(LENGTH / 2)],
  ["underscores and digits", "_1".repeat(LENGTH / 2)],
  ["separators", ",".repeat(LENGTH)],
])("messages of 2233 bytes take less than 5 ms each: %s", (_, text) => {
  const bytes = new TextEncoder().encode(text);
  const decoder = createDecoder({ format: "text" });
  const start = performance.now();
  for (let i = 0; i < 100; i++) {
    decoder.decode(bytes, { source: BROADCAST });
    detect(bytes);
  }
  expect(performance.now() - start).toBeLessThan(500);
});
