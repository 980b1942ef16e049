import { PROFILES, type SimRadioOptions } from "aioespnow/sim";

/** Which board a program believes to run on. */
export type BoardName = (typeof BOARDS)[number];

/** The version of ESP-NOW: messages of 250 bytes at most (`v1`), or of 1470. */
export type EspNowName = (typeof VERSIONS)[number];

const BOARDS = ["esp32", "esp8266"] as const;
const VERSIONS = ["v1", "v2"] as const;

/** What `checkBoard` looks at. */
interface CheckedOptions {
  readonly board?: BoardName;
  readonly espnow?: EspNowName;
  readonly startMs?: number;
}

/** @throws RangeError for text that is not a name, for programs without types, and for text that is not a time. */
export function checkBoard({ board = "esp32", espnow = "v2", startMs = 0 }: CheckedOptions): void {
  if (!(startMs >= 0)) throw new RangeError(`startMs is a number of milliseconds, not ${String(startMs)}`);
  if (!BOARDS.includes(board)) throw new RangeError(`a board is ${BOARDS.join(" or ")}, not "${String(board)}"`);
  if (!VERSIONS.includes(espnow)) throw new RangeError(`espnow is ${VERSIONS.join(" or ")}, not "${String(espnow)}"`);
}

/** What ESP-NOW a board has: an ESP8266 knows the first version only. */
export function espNowVersion(board: BoardName = "esp32", espnow: EspNowName = "v2"): 1 | 2 {
  return board === "esp8266" || espnow === "v1" ? 1 : 2;
}

/** How many boards differ in speed. */
const DIFFERENT_BOARDS = 100;

/**
 * The radio of the `index`th board on a simulated air. In virtual time programs do things in the same microsecond, again
 * and again: were all boards equally fast, their broadcasts would always collide. Of two real ones one is first.
 */
export function simulatedBoard(
  board: BoardName = "esp32",
  espnow: EspNowName | undefined,
  index: number,
): Pick<SimRadioOptions, "profile" | "version" | "softwareTimeUs"> {
  const softwareTimeUs = PROFILES[board].softwareTimeUs + 1 + (index % DIFFERENT_BOARDS);
  return { profile: board, version: espNowVersion(board, espnow), softwareTimeUs };
}
