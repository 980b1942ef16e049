import { EspNowError } from "../errors.ts";
import type { RadioOpener } from "./opening.ts";
import { simOpener } from "./sim-air.ts";

/** The radios that the library brings, in a browser: of those that need a computer's own interfaces only their names. */
export const SCHEMES: Readonly<Record<string, RadioOpener>> = {
  air: unavailable("an air is shared by processes of Node; use sim: here"),
  sim: simOpener,
  linux: unavailable("a Wi-Fi card is opened by Node on Linux"),
  board: unavailable("there are no threads here; use connectBoard(webSerialLine(port)) of aioespnow/board"),
  replay: unavailable("there are no files here; make a ReplayPhy of the bytes"),
};

/** The radio of programs that name none. */
export function defaultUrl(): string {
  return "sim:";
}

function unavailable(reason: string): RadioOpener {
  const refuse = (): never => {
    throw new EspNowError("ENOTSUP", reason);
  };
  return { radio: refuse, phy: refuse };
}
