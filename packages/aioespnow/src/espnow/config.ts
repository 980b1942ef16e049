import type { Rate } from "../codec/rate.ts";
import { checkInteger, describe } from "../util/check.ts";

/** The settings that `config()` changes. Settings that are left out stay as they are. */
export interface EspNowConfig {
  /** Size of the receive buffer in bytes, by MicroPython's arithmetic; effective at the next `active(true)`. */
  rxbuf?: number;
  /** How long blocking receives without a timeout wait, in milliseconds; negative: forever. */
  timeoutMs?: number;
  /** Bit rate of sent messages, a value of `Rate`. */
  rate?: Rate;
}

const MAX_RXBUF = 16 * 1024 * 1024;
const MAX_TIMEOUT_MS = 0x7fff_ffff;

/** The values, checked; the radio checks the rate. @throws TypeError, RangeError. */
export function checkConfig(values: unknown): EspNowConfig {
  if (typeof values !== "object" || values === null) {
    throw new TypeError(`config() needs a name or values like { timeoutMs: 100 }, not ${describe(values)}`);
  }
  const { rxbuf, timeoutMs, rate, ...unknown } = values as EspNowConfig;
  for (const name of Object.keys(unknown)) throw new TypeError(`unknown config param "${name}"`);
  if (rxbuf !== undefined) checkInteger(rxbuf, "rxbuf", 1, MAX_RXBUF);
  if (timeoutMs !== undefined) checkInteger(timeoutMs, "timeoutMs", -MAX_TIMEOUT_MS, MAX_TIMEOUT_MS);
  return values;
}
