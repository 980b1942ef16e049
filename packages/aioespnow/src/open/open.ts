// open: From a URL to a radio or a phy: one file for each scheme. A mistake in a URL is thrown before anything is
// opened; what fails while opening leaves nothing open. It is the only layer that knows every radio.

import { EspNowError } from "../errors.ts";
import type { Phy } from "../phy/phy.ts";
import type { BoardRadio } from "../radio/board/board-radio.ts";
import type { Radio } from "../radio/radio.ts";
import type { LazyRadioOpener, OpenOptions, RadioOpener } from "./opening.ts";
import { parseRadioUrl } from "./radio-url.ts";
import { openers } from "./registry.ts";

/** The type of radio that a URL opens, if the compiler knows the URL: `board:` opens a BoardRadio, which has more methods. */
export type RadioOf<Url extends string> = Url extends `board:${string}` ? BoardRadio : Radio;

/**
 * Opens a radio by its URL:
 *
 * - `air:` or `air:NAME`: a simulated air in real time that all processes of this user on this computer share (Node).
 *   The first one hosts it; when it leaves, another does. Parameters: `mac`, `profile` (`esp32`, `esp8266`, `host`),
 *   `version` of ESP-NOW (1, 2).
 * - `sim:` or `sim:NAME`: a simulated air of this thread; radios of one name hear each other. Parameters: `mac`,
 *   `profile` (`esp32`, `esp8266`, `host`), `version`; `seed` and `clock` (`system`, `virtual`) if the air is new.
 * - `replay:FILE`: a pcap or pcapng file as a radio, as fast as it is read; `speed=1` in its own time, 2 twice as fast.
 *   All its messages are received; with `mac` those to that station and to groups.
 * - `linux:INTERFACE`: a Wi-Fi card (docs/linux.md). Parameters: `channel` (1 if left out), `mac` (its own), `version`,
 *   `force=1` (use it even if it carries the default route), `setup=0` (it is up and in monitor mode already: use it as
 *   it is).
 * - `board:PORT`: an ESP32 or ESP8266 with MicroPython on a serial port (docs/radios.md), or the only one if `PORT` is left
 *   out, or `board:tcp://HOST:PORT`. Parameters: `baud` (115200), `reconnect` (1; 0: the radio ends when the board goes away).
 *
 * An aborted `signal` cancels the opening; nothing is left open then. `radio[Symbol.asyncDispose]()` closes an open
 * radio.
 *
 * @throws RangeError for an unknown URL; EspNowError `ERR_RADIO_PROTOCOL` for a file that is not a capture,
 *   `ENOTSUP` if the environment lacks what the radio needs; the signal's reason. Later failures are reported through
 *   `onState`.
 * @example
 * import { AIOESPNow, openRadio, WLAN } from "aioespnow";
 *
 * await using radio = await openRadio("air:?mac=02:00:00:00:00:0b");
 * new WLAN(WLAN.IF_STA, radio).active(true);
 * const e = new AIOESPNow(radio);
 */
export async function openRadio<const Url extends string>(
  url: Url,
  { signal, ...options }: OpenOptions & { readonly signal?: AbortSignal } = {},
): Promise<RadioOf<Url>> {
  signal?.throwIfAborted();
  const { opener, path, parameters } = await load(url);
  signal?.throwIfAborted();
  return (await opener.radio(path, parameters, options).ready(signal)) as RadioOf<Url>;
}

/**
 * Like `openRadio`, but blocks: for programs that block. Joining an air takes about a tenth of a second; sending the agent to
 * a board takes two seconds.
 * @example
 * import { ESPNow, openRadioSync, WLAN } from "aioespnow";
 *
 * const radio = openRadioSync("air:");
 * new WLAN(WLAN.IF_STA, radio).active(true);
 * const e = new ESPNow(radio);
 */
export function openRadioSync<const Url extends string>(url: Url, options: OpenOptions = {}): RadioOf<Url> {
  const { scheme, opener, path, parameters } = lookUp(url);
  if (typeof opener !== "function") return opener.radio(path, parameters, options).readySync() as RadioOf<Url>;
  throw new EspNowError("ENOTSUP", `radios of ${scheme}: are loaded when they are opened; use openRadio()`);
}

/**
 * Opens the medium of a radio URL below ESP-NOW, for tools. Once you give it an address to answer to (`setAckAddresses`), it
 * hears every frame on its channel, whatever its destination. It sends frames unchanged.
 * @throws by rejection: as `openRadio`; RangeError for a radio that moves messages, not frames.
 * @example
 * import { BROADCAST, openPhy } from "aioespnow";
 *
 * await using phy = await openPhy("air:");
 * phy.onFrame = ({ bytes, rssi }) => console.log(bytes.length, rssi);
 * phy.setAckAddresses([BROADCAST]); // any address switches it on
 */
export async function openPhy(url: string): Promise<Phy> {
  const { scheme, opener, path, parameters } = await load(url);
  if (opener.phy !== undefined) return opener.phy(path, parameters);
  throw new RangeError(
    `${scheme}: moves messages, not frames. To see or make frames, use another radio: air:, sim:, linux: or replay:`,
  );
}

/** A radio URL, and what opens it. */
interface Target<Opener> {
  readonly scheme: string;
  readonly path: string;
  readonly parameters: URLSearchParams;
  readonly opener: Opener;
}

/** The same with the opener loaded. @throws by rejection: as `lookUp`. */
async function load(url: string): Promise<Target<RadioOpener>> {
  const { opener, ...parts } = lookUp(url);
  return { ...parts, opener: typeof opener === "function" ? await opener() : opener };
}

/** @throws RangeError for a scheme that is not registered. */
function lookUp(url: string): Target<RadioOpener | LazyRadioOpener> {
  const parts = parseRadioUrl(url);
  const opener = openers.get(parts.scheme);
  if (opener !== undefined) return { ...parts, opener };
  throw new RangeError(`a radio URL must begin with ${[...openers.keys()].join(":, ")}:, not ${JSON.stringify(url)}`);
}
