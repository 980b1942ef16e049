import { canShareAir } from "../phy/shared-air/joined-air.ts";
import { airOpener } from "./air-radio.ts";
import { boardOpener } from "./board-opening.ts";
import { linuxOpener } from "./linux-radio.ts";
import type { RadioOpener } from "./opening.ts";
import { replayOpener } from "./replay-radio.ts";
import { simOpener } from "./sim-air.ts";

/** The radios that the library brings. In bundles for browsers `portable-schemes.ts` takes the place of this file (package.json). */
export const SCHEMES: Readonly<Record<string, RadioOpener>> = {
  air: airOpener,
  sim: simOpener,
  linux: linuxOpener,
  board: boardOpener,
  replay: replayOpener,
};

/** The radio of programs that name none: the air that all of this computer share, where there can be one. */
export function defaultUrl(): string {
  return canShareAir() ? "air:" : "sim:";
}
