import { expect, test } from "vitest";
import { boardError } from "#lib/radio/board/board-error.ts";

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

// docs/protocol.md 4.1 and 4.2
test.each([
  [-12393, "ESP_ERR_ESPNOW_NOT_FOUND"],
  [-12397, "ESP_ERR_ESPNOW_CHAN"],
  [869, "ESP_ERR_ESPNOW_NOT_INIT"],
  [873, "ESP_ERR_ESPNOW_NOT_FOUND"],
  [116, "ETIMEDOUT"],
  [12, "ESP_ERR_ESPNOW_INTERNAL"],
  [-1, "ESP_ERR_ESPNOW_INTERNAL"],
])("an error %i of the board is %s, and its words are kept", (error, code) => {
  expect(boardError({ error, body: text("its words") })).toMatchObject({
    code,
    message: `${code}: the board refused it: its words`,
  });
});
