import { openRadioSync } from "../open.ts";
import { canShareAir } from "../phy/shared-air/air-link.ts";
import type { Radio } from "../radio/radio.ts";

/** The radio of programs that name none: the air that all of this machine share, where there can be one. */
function defaultUrl(): string {
  return canShareAir() ? "air:" : "sim:";
}

let opened: Radio | undefined;

/**
 * The radio that `new ESPNow()` uses: the URL in the environment variable ESPNOW_RADIO, else `air:`; in browsers
 * `sim:`. Opened at the first call, the same at every other.
 */
export function defaultRadio(): Radio {
  const radio = opened ?? open();
  opened = radio;
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
