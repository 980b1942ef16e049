import { FIELD, frequencyOfChannel, MCS, RADIOTAP_FLAGS, TX_FLAGS } from "./radiotap.ts";
import { type Rate, type RateInfo, rateInfo } from "./rate.ts";

/**
 * The two radiotap headers that are written (the format: radiotap.ts).
 *
 *     injection   0         8       9      10         12
 *                 +---------+-------+------+----------+- - - - -+
 *                 | 8 bytes | flags | rate | TX flags | MCS (3) |
 *                 +---------+-------+------+----------+- - - - -+
 *     capture     0         8          16      17     18      20        22       23
 *                 +---------+----------+-------+------+-------+---------+--------+- - - - -+
 *                 | 8 bytes | TSFT (8) | flags | rate | MHz   | channel | signal | MCS (3) |
 *                 |         |          |       |      |       | flags   | dBm    |         |
 *                 +---------+----------+-------+------+-------+---------+--------+- - - - -+
 *
 * An HT rate is written as MCS, any other as Rate: the byte of a Rate that is not announced is padding. Without a signal
 * the MCS field follows the channel.
 */
const MCS_LENGTH = 3;

/** Longest header that these functions write, in bytes. */
export const MAX_WRITTEN_RADIOTAP_LENGTH = 26;

const CHANNEL_FLAGS = { CCK: 0x20, OFDM: 0x40, SPECTRUM_2GHZ: 0x80, DYNAMIC: 0x400 } as const;

/** How a frame shall be sent. */
export interface InjectionHeader {
  /** Not one of Espressif's long range rates: radiotap cannot name them, and Wi-Fi cards cannot send them. */
  readonly rate: Rate;
  /** Expect no acknowledgement and do not retry. */
  readonly noAck: boolean;
}

/**
 * Writes the header before a frame that Linux shall send. The frame must not carry an FCS: mac80211 cuts four bytes
 * more than once off a frame that is said to have one. Its sequence number is kept. Returns the offset of the frame.
 * @throws RangeError for a rate that only ESP32s can send.
 */
export function encodeInjectionHeader(bytes: Uint8Array, offset: number, header: InjectionHeader): number {
  const info = rateInfo(header.rate);
  if (info === undefined || info.modulation === "lr") {
    throw new RangeError(`rate must be one that Wi-Fi cards can send, not ${info?.name ?? header.rate}`);
  }
  const isHt = info.modulation === "ht";
  const rateField = isHt ? FIELD.MCS : FIELD.RATE;
  const length = isHt ? 12 + MCS_LENGTH : 12;
  putStart(bytes, offset, length, (1 << FIELD.FLAGS) | (1 << FIELD.TX_FLAGS) | (1 << rateField));
  bytes[offset + 8] = preambleFlag(info);
  bytes[offset + 9] = isHt ? 0 : info.kbps / 500;
  putU16(bytes, offset + 10, header.noAck ? TX_FLAGS.NO_ACK | TX_FLAGS.NO_SEQ : TX_FLAGS.NO_SEQ);
  if (isHt) putMcs(bytes, offset + 12, header.rate, info);
  return offset + length;
}

/** How a frame was heard (or sent: then without a signal). */
export interface CaptureHeader {
  /** Microseconds, a whole number below 2^53. */
  readonly tsft: number;
  /** Left out of the header if it is not known, or radiotap cannot name it. */
  readonly rate: Rate | undefined;
  /** 1..14 */
  readonly channel: number;
  /** dBm */
  readonly signal: number | undefined;
  /** Whether the frame ends with its FCS. */
  readonly hasFcs: boolean;
}

/** Writes the header before a frame in a capture. Returns the offset of the frame. */
export function encodeCaptureHeader(bytes: Uint8Array, offset: number, header: CaptureHeader): number {
  const { rate } = header;
  const info = rate === undefined ? undefined : rateInfo(rate);
  const isHt = info?.modulation === "ht";
  const isLegacy = info?.modulation === "dsss" || info?.modulation === "ofdm";
  const hasSignal = header.signal !== undefined;
  const length = 22 + (hasSignal ? 1 : 0) + (isHt ? MCS_LENGTH : 0);
  let present = (1 << FIELD.TSFT) | (1 << FIELD.FLAGS) | (1 << FIELD.CHANNEL);
  if (isHt) present |= 1 << FIELD.MCS;
  if (isLegacy) present |= 1 << FIELD.RATE;
  if (hasSignal) present |= 1 << FIELD.ANTENNA_SIGNAL;
  putStart(bytes, offset, length, present);
  putU32(bytes, offset + 8, header.tsft);
  putU32(bytes, offset + 12, Math.floor(header.tsft / 2 ** 32));
  bytes[offset + 16] = (header.hasFcs ? RADIOTAP_FLAGS.FCS : 0) | (info === undefined ? 0 : preambleFlag(info));
  bytes[offset + 17] = isLegacy ? info.kbps / 500 : 0;
  putU16(bytes, offset + 18, frequencyOfChannel(header.channel));
  putU16(bytes, offset + 20, CHANNEL_FLAGS.SPECTRUM_2GHZ | modulationFlag(info));
  if (hasSignal) bytes[offset + 22] = header.signal;
  if (isHt && rate !== undefined) putMcs(bytes, offset + length - MCS_LENGTH, rate, info);
  return offset + length;
}

function preambleFlag(info: RateInfo): number {
  return info.modulation === "dsss" && info.short ? RADIOTAP_FLAGS.SHORT_PREAMBLE : 0;
}

function modulationFlag(info: RateInfo | undefined): number {
  if (info?.modulation === "dsss") return CHANNEL_FLAGS.CCK;
  return info?.modulation === "ofdm" ? CHANNEL_FLAGS.OFDM : CHANNEL_FLAGS.DYNAMIC;
}

function putStart(bytes: Uint8Array, offset: number, length: number, present: number): void {
  bytes[offset] = 0;
  bytes[offset + 1] = 0;
  putU16(bytes, offset + 2, length);
  putU32(bytes, offset + 4, present);
}

/** 20 MHz, the guard interval, and the index: the low three bits of an HT rate's number. */
function putMcs(bytes: Uint8Array, offset: number, rate: Rate, info: RateInfo): void {
  bytes[offset] = MCS.KNOWN_BANDWIDTH | MCS.KNOWN_INDEX | MCS.KNOWN_GUARD_INTERVAL;
  bytes[offset + 1] = info.short ? MCS.SHORT_GI : 0;
  bytes[offset + 2] = rate & 7;
}

function putU16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value & 0xff;
  bytes[offset + 1] = (value >>> 8) & 0xff;
}

function putU32(bytes: Uint8Array, offset: number, value: number): void {
  putU16(bytes, offset, value);
  putU16(bytes, offset + 2, value >>> 16);
}
