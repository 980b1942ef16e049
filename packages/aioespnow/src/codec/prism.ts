import { i32, u32 } from "./little-endian.ts";
import { rateOfKbps } from "./rate.ts";
import type { Reception } from "./reception.ts";
import { type Refusal, refusals } from "./refusal.ts";

/**
 * The header of Prism, which drivers wrote before radiotap (linux-wlan-ng; Wireshark's packet-ieee80211-prism.c names the
 * items of both of its versions). Numbers are in the byte order of the computer that captured: the length tells which.
 *
 *     0               4        8             24
 *     +---------------+--------+-------------+- - - - - - - - - - - - - - - - - - - -+
 *     | message code  | length | device name | items: id 4, status 2, length 2, data 4 |
 *     +---------------+--------+-------------+- - - - - - - - - - - - - - - - - - - -+
 */
const LENGTH = 4;
const ITEMS = 24;
const ITEM_LENGTH = 12;
const ITEM_STATUS = 4;
const ITEM_DATA = 8;
const MAX_LENGTH = 4096;

/** The items that are read: their number is in the high half of the id (0x00030044) or above its low bits (0x3041). */
const ITEM = { CHANNEL: 3, SIGNAL: 6, RATE: 8 } as const;

/** An AVS header has this in place of the message code, big-endian: the low byte is its version. */
const AVS_MAGIC = 0x80211000;

/** Why a Prism header leads to no 802.11 frame. */
export type PrismReason = "prism-length" | "prism-avs";

const NO = refusals("prism-length", "prism-avs");

/** Decodes the header at the start of `bytes`. It does not tell whether there is an FCS. */
export function decodePrism(bytes: Uint8Array): Reception | Refusal<PrismReason> {
  if (bytes.length < ITEMS) return NO["prism-length"];
  if ((bigEndian(bytes, 0) & ~0xff) >>> 0 === AVS_MAGIC) return NO["prism-avs"];
  const isLittleEndian = isLength(u32(bytes, LENGTH), bytes);
  const read = isLittleEndian ? u32 : bigEndian;
  const start = read(bytes, LENGTH);
  if (!isLength(start, bytes)) return NO["prism-length"];
  let [rssi, rate, channel]: (number | undefined)[] = [];
  for (let at = ITEMS; at + ITEM_LENGTH <= start; at += ITEM_LENGTH) {
    if (bytes[at + ITEM_STATUS] !== 0 || bytes[at + ITEM_STATUS + 1] !== 0) continue; // not supplied
    const id = read(bytes, at);
    const number = id > 0xffff ? id >>> 16 : id >>> 12;
    const value = read(bytes, at + ITEM_DATA);
    if (number === ITEM.CHANNEL && value >= 1 && value <= 14) channel = value;
    if (number === ITEM.SIGNAL && (value | 0) < 0 && (value | 0) > -128) rssi = value | 0;
    if (number === ITEM.RATE) rate = rateOfKbps(500 * value);
  }
  return { start, flags: undefined, rssi, rate, channel };
}

function isLength(length: number, bytes: Uint8Array): boolean {
  return length >= ITEMS && length <= Math.min(bytes.length, MAX_LENGTH);
}

function bigEndian(bytes: Uint8Array, offset: number): number {
  const swapped = i32(bytes, offset);
  return (((swapped & 0xff) << 24) | ((swapped & 0xff00) << 8) | ((swapped >>> 8) & 0xff00) | (swapped >>> 24)) >>> 0;
}
