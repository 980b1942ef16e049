import type { Radio } from "../radio/radio.ts";
import { openRadioSync } from "./open.ts";
import { defaultUrl } from "./schemes.ts";

let radio: Radio | undefined;

/**
 * The radio that `new ESPNow()` uses: the URL in the environment variable ESPNOW_RADIO, else `air:`; in browsers
 * `sim:`. Opened at the first call, the same at every other.
 */
export function defaultRadio(): Radio {
  radio ??= open();
  return radio;
}

function open(): Radio {
  const { ESPNOW_RADIO } = globalThis.process?.env ?? {};
  if (!ESPNOW_RADIO) return openRadioSync(defaultUrl()); // set to nothing is not set
  try {
    return openRadioSync(ESPNOW_RADIO);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new RangeError(`the environment variable ESPNOW_RADIO: ${cause.message}`, { cause });
  }
}
