import { u16, u32 } from "./little-endian.ts";
import { channelOfFrequency, RADIOTAP_FLAGS } from "./radiotap.ts";
import { type Rate, rateOfKbps } from "./rate.ts";
import type { Reception } from "./reception.ts";
import { type Refusal, refusals } from "./refusal.ts";

/**
 * The header of PPI, "per-packet information" (CACE Technologies, PPI specification 1.0.10): what AirPcap and old versions of
 * Kismet wrote. Numbers are little-endian.
 *
 *     0         1       2        4                  8
 *     +---------+-------+--------+------------------+--------------------------+
 *     | version | flags | length | link type of the | fields: type 2, length 2,|
 *     | 0       |       | whole  | frame behind it  | and that many bytes      |
 *     +---------+-------+--------+------------------+--------------------------+
 *
 *     field 2, "802.11 common", 20 bytes
 *     0          8       10           12    14              16          17        18     19
 *     +----------+-------+------------+-----+---------------+-----------+---------+------+-------+
 *     | TSFT     | flags | 500 kbit/s | MHz | channel flags | FHSS hop set, pattern | dBm | noise |
 *     +----------+-------+------------+-----+---------------+-----------+---------+------+-------+
 */
const FLAGS = 1;
const LENGTH = 2;
const LINK_TYPE = 4;
const HEADER_LENGTH = 8;
const FIELD_HEADER_LENGTH = 4;

/** A bit of the header's flags: each field begins at a multiple of 4. */
const IS_ALIGNED = 0x01;

const COMMON_FIELD = 2;
const COMMON = { FLAGS: 8, RATE: 10, FREQUENCY: 12, SIGNAL: 18, LENGTH: 20 } as const;
const COMMON_FLAGS = { FCS: 0x01, BAD_FCS: 0x04 } as const;

/** A frame of 802.11: nothing else is looked for. */
const IEEE802_11 = 105;

/** Why a PPI header leads to no 802.11 frame. */
export type PpiReason = "ppi-version" | "ppi-length" | "ppi-link-type";

const NO = refusals("ppi-version", "ppi-length", "ppi-link-type");

/** Decodes the header at the start of `bytes`. */
export function decodePpi(bytes: Uint8Array): Reception | Refusal<PpiReason> {
  if (bytes.length < HEADER_LENGTH) return NO["ppi-length"];
  if (bytes[0] !== 0) return NO["ppi-version"];
  const start = u16(bytes, LENGTH);
  if (start < HEADER_LENGTH || start > bytes.length) return NO["ppi-length"];
  if (u32(bytes, LINK_TYPE) !== IEEE802_11) return NO["ppi-link-type"];
  const isAligned = ((bytes[FLAGS] as number) & IS_ALIGNED) !== 0;
  for (let at = HEADER_LENGTH; at + FIELD_HEADER_LENGTH <= start; ) {
    const length = u16(bytes, at + 2);
    const body = at + FIELD_HEADER_LENGTH;
    if (body + length > start) return NO["ppi-length"];
    if (u16(bytes, at) === COMMON_FIELD && length >= COMMON.LENGTH) return receptionOf(bytes, body, start);
    at = body + (isAligned ? (length + 3) & -4 : length);
  }
  return { start, flags: undefined, rssi: undefined, rate: undefined, channel: undefined };
}

function receptionOf(bytes: Uint8Array, field: number, start: number): Reception {
  const flags = u16(bytes, field + COMMON.FLAGS);
  return {
    start,
    flags:
      ((flags & COMMON_FLAGS.FCS) === 0 ? 0 : RADIOTAP_FLAGS.FCS) |
      ((flags & COMMON_FLAGS.BAD_FCS) === 0 ? 0 : RADIOTAP_FLAGS.BAD_FCS),
    rssi: signalOf(bytes[field + COMMON.SIGNAL] as number),
    rate: rateOf(u16(bytes, field + COMMON.RATE)),
    channel: channelOfFrequency(u16(bytes, field + COMMON.FREQUENCY)),
  };
}

/** 0 and -128 say that it is not known. */
function signalOf(byte: number): number | undefined {
  const dBm = (byte << 24) >> 24;
  return dBm === 0 || dBm === -128 ? undefined : dBm;
}

function rateOf(halfMbps: number): Rate | undefined {
  return rateOfKbps(500 * halfMbps);
}
