/** Which board a program believes to run on. */
export type BoardName = "esp32" | "esp8266";

/** The version of ESP-NOW: messages of 250 bytes at most (`v1`), or of 1470. */
export type EspNowName = "v1" | "v2";

/** What ESP-NOW a board has: an ESP8266 knows the first version only. */
export function espNowVersion(board: BoardName = "esp32", espnow: EspNowName = "v2"): 1 | 2 {
  return board === "esp8266" || espnow === "v1" ? 1 : 2;
}
