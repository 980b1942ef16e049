import { hexByte } from "../util/bytes.ts";
import { describe } from "../util/check.ts";

/** A 48-bit IEEE 802 address as text: `"aa:bb:cc:dd:ee:ff"`, always lower case. Compares with `===`, keys a Map. */
export type MacAddress = string & {
  /**
   * Only the compiler sees it: it keeps unchecked text from passing as an address.
   * @internal
   */
  readonly __mac: unique symbol;
};

/** An address in any accepted form: text in any case with `:`, `-` or no separators, or 6 bytes. */
export type MacLike = MacAddress | string | Uint8Array;

/** Length of an address in bytes (ESP_NOW_ETH_ALEN). */
export const ADDR_LEN = 6;

/** `ff:ff:ff:ff:ff:ff` */
export const BROADCAST: MacAddress = "ff:ff:ff:ff:ff:ff" as MacAddress;

const CANONICAL = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
const ACCEPTED = /^[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5}|[0-9a-f]{10})$/i;

/**
 * Converts `value` to an address.
 * @throws TypeError for another type; RangeError for text that is not an address, or if there are not six bytes.
 * @example
 * import { toMac } from "aioespnow";
 *
 * toMac("AA-BB-CC-DD-EE-FF"); // "aa:bb:cc:dd:ee:ff"
 * toMac(new Uint8Array(6)); // "00:00:00:00:00:00"
 */
export function toMac(value: MacLike, name = "mac"): MacAddress {
  if (typeof value === "string") {
    if (CANONICAL.test(value)) return value as MacAddress;
    if (ACCEPTED.test(value)) {
      const digits = value.replaceAll(/[:-]/g, "").toLowerCase();
      return digits.replaceAll(/..(?=.)/g, "$&:") as MacAddress;
    }
    throw new RangeError(
      `${name} must look like "aa:bb:cc:dd:ee:ff" (or with "-", or 12 digits), not ${describe(value)}`,
    );
  }
  if (!(value instanceof Uint8Array)) {
    throw new TypeError(`${name} must be text like "aa:bb:cc:dd:ee:ff" or ${ADDR_LEN} bytes, not ${describe(value)}`);
  }
  if (value.length !== ADDR_LEN) throw new RangeError(`${name} must have ${ADDR_LEN} bytes, not ${value.length}`);
  return macAt(value, 0);
}

/** A direct-mapped cache: the same few stations are heard again and again, and their names need no new strings. */
const CACHE_SIZE = 1024;
const cachedHigh = new Int32Array(CACHE_SIZE).fill(-1);
const cachedLow = new Int32Array(CACHE_SIZE);
const cachedText: MacAddress[] = new Array<MacAddress>(CACHE_SIZE).fill(BROADCAST);

/** The address at `offset`. The caller has checked that six bytes are there. */
export function macAt(bytes: Uint8Array, offset: number): MacAddress {
  const high = ((bytes[offset] as number) << 16) | ((bytes[offset + 1] as number) << 8) | (bytes[offset + 2] as number);
  const low =
    ((bytes[offset + 3] as number) << 16) | ((bytes[offset + 4] as number) << 8) | (bytes[offset + 5] as number);
  const slot = (Math.imul(high, 0x9e3779b1) ^ Math.imul(low, 0x85ebca6b)) >>> 22;
  if (cachedHigh[slot] === high && cachedLow[slot] === low) return cachedText[slot] as MacAddress;
  let text = hexByte(bytes[offset] as number);
  for (let i = 1; i < ADDR_LEN; i++) text += `:${hexByte(bytes[offset + i] as number)}`;
  cachedHigh[slot] = high;
  cachedLow[slot] = low;
  cachedText[slot] = text as MacAddress;
  return text as MacAddress;
}

/** Writes the six bytes of `mac` at `offset` and returns the offset behind them. */
export function putMac(mac: MacAddress, bytes: Uint8Array, offset: number): number {
  for (let i = 0; i < ADDR_LEN; i++) {
    bytes[offset + i] = (digit(mac.charCodeAt(3 * i)) << 4) | digit(mac.charCodeAt(3 * i + 1));
  }
  return offset + ADDR_LEN;
}

/** The six bytes of `mac`. */
export function macBytes(mac: MacAddress): Uint8Array {
  const bytes = new Uint8Array(ADDR_LEN);
  putMac(mac, bytes, 0);
  return bytes;
}

/** Whether `mac` is broadcast or multicast: the low bit of its first byte (IEEE 802-2014, 8.2.2). */
export function isGroup(mac: MacAddress): boolean {
  return (digit(mac.charCodeAt(1)) & 1) === 1;
}

/** The value of a lower-case hexadecimal digit's character code. */
function digit(code: number): number {
  return code < 0x3a ? code - 0x30 : code - 0x57;
}
