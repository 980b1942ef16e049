import { PROFILES, type Profile } from "aioespnow/sim";
import type { BoardName } from "./board-name.ts";

/**
 * The `index`th board of an air: it takes a microsecond longer to send than the one before. No two boards are equally
 * fast; without that, programs that are switched on together and send at the same times would always collide.
 */
export function boardProfile(board: BoardName = "esp32", index = 0): Profile {
  const profile = PROFILES[board];
  if (board !== "esp32" && board !== "esp8266")
    throw new RangeError(`board must be esp32 or esp8266, not ${JSON.stringify(board)}`);
  return { ...profile, softwareTimeUs: profile.softwareTimeUs + index };
}
