import { openRadioSync } from "../open.ts";
import type { Radio } from "../radio/radio.ts";

/** The radio of programs that name none. */
const DEFAULT_URL = "sim:";

let opened: Radio | undefined;

/**
 * The radio that `new ESPNow()` uses: the URL in the environment variable ESPNOW_RADIO, else a simulated air of this
 * process. Opened at the first call, the same at every other.
 */
export function defaultRadio(): Radio {
  const radio = opened ?? open();
  opened = radio;
  return radio;
}

function open(): Radio {
  const { ESPNOW_RADIO } = globalThis.process?.env ?? {};
  if (!ESPNOW_RADIO) return openRadioSync(DEFAULT_URL); // set to nothing is not set
  try {
    return openRadioSync(ESPNOW_RADIO);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new RangeError(`the environment variable ESPNOW_RADIO: ${cause.message}`, { cause });
  }
}
