/** Which board a program believes to run on. */
export type BoardName = (typeof BOARDS)[number];

/** The version of ESP-NOW: messages of 250 bytes at most (`v1`), or of 1470. */
export type EspNowName = (typeof VERSIONS)[number];

const BOARDS = ["esp32", "esp8266"] as const;
const VERSIONS = ["v1", "v2"] as const;

/** @throws RangeError for names that are none, of programs without types. */
export function checkBoard({ board = "esp32", espnow = "v2" }: { board?: BoardName; espnow?: EspNowName }): void {
  if (!BOARDS.includes(board)) throw new RangeError(`a board is ${BOARDS.join(" or ")}, not "${String(board)}"`);
  if (!VERSIONS.includes(espnow)) throw new RangeError(`espnow is ${VERSIONS.join(" or ")}, not "${String(espnow)}"`);
}

/** What ESP-NOW a board has: an ESP8266 knows the first version only. */
export function espNowVersion(board: BoardName = "esp32", espnow: EspNowName = "v2"): 1 | 2 {
  return board === "esp8266" || espnow === "v1" ? 1 : 2;
}
