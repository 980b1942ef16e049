import { i32, u16, u32 } from "./little-endian.ts";
import { type Rate, rateOfKbps } from "./rate.ts";
import { type Refusal, refusals } from "./refusal.ts";

/**
 * The radiotap header that stands before an 802.11 frame in a capture and on a monitor interface (radiotap.org).
 *
 *     0         1     2        4                        8 or later
 *     +---------+-----+--------+-----------+- - - - - -+--------+
 *     | version | pad | length | present   | present   | fields |
 *     | 0       |     | whole  | bit 31: another word  |        |
 *     +---------+-----+--------+-----------+- - - - - -+--------+
 *
 * Numbers are little-endian. Each bit of a present word announces a field; fields stand in the order of their bits, each
 * aligned to its own size, counted from the header's start. Bit 29 makes the next word begin with field 0 again (another
 * antenna), bit 30 makes it a vendor's own.
 */
const VERSION = 0;
const LENGTH = 2;
const PRESENT = 4;
const MIN_LENGTH = 8;

const FIELD_BITS = 0x1fffffff;
const RADIOTAP_NAMESPACE = 1 << 29;
const VENDOR_NAMESPACE = 1 << 30;
const ANOTHER_WORD = 1 << 31;

/** A vendor namespace begins with OUI (3), sub-namespace (1), and how many bytes of its fields to skip (2). */
const VENDOR_SKIP_LENGTH = 4;
const VENDOR_HEADER_LENGTH = 6;
const VENDOR_ALIGNMENT = 2;

/** Bit numbers of the fields that are read. */
export const FIELD = {
  TSFT: 0,
  FLAGS: 1,
  RATE: 2,
  CHANNEL: 3,
  ANTENNA_SIGNAL: 5,
  ANTENNA: 11,
  TX_FLAGS: 15,
  DATA_RETRIES: 17,
  MCS: 19,
} as const;

/** Alignment and size in bytes of the fields 0 to 28 (radiotap.org, "Defined fields"); nothing behind field 28 is found. */
const ALIGNMENT: Uint8Array = Uint8Array.from([
  8, 1, 1, 2, 2, 1, 1, 2, 2, 2, 1, 1, 1, 1, 2, 2, 1, 1, 4, 1, 4, 2, 8, 2, 2, 2, 1, 2, 1,
]);
const SIZE: Uint8Array = Uint8Array.from([
  8, 1, 1, 4, 2, 1, 1, 2, 2, 2, 1, 1, 1, 1, 2, 2, 1, 1, 8, 3, 8, 12, 12, 12, 12, 6, 1, 4, 0,
]);

/** Bits of the Flags field. */
export const RADIOTAP_FLAGS = {
  /** Sent with a short preamble. */
  SHORT_PREAMBLE: 0x02,
  /** The frame ends with its FCS. */
  FCS: 0x10,
  /** The FCS was wrong. */
  BAD_FCS: 0x40,
} as const;

/** Bits of the TX Flags field. */
export const TX_FLAGS = {
  /** In a status report: nobody acknowledged the frame. */
  FAIL: 0x0001,
  /** Expect no acknowledgement, do not retry. */
  NO_ACK: 0x0008,
  /** Keep the sequence number that is in the frame. */
  NO_SEQ: 0x0010,
} as const;

/** Bits of the MCS field's first byte (which parts are known) and second byte (flags). */
export const MCS = { KNOWN_BANDWIDTH: 0x01, KNOWN_INDEX: 0x02, KNOWN_GUARD_INTERVAL: 0x04, SHORT_GI: 0x04 } as const;

/** The first HT rates of wifi_phy_rate_t, to which the MCS index is added: long and short guard interval. */
const MCS0_LGI: Rate = 0x10;
const MCS0_SGI: Rate = 0x18;

/** Why a radiotap header is refused. */
export type RadiotapReason = "radiotap-version" | "radiotap-length";

const NO = refusals("radiotap-version", "radiotap-length");

/**
 * A decoded radiotap header, to be used again from frame to frame. It knows where the fields stand and reads one when it is
 * asked for, so they are valid until the bytes change. A field that is not there is undefined; of one that is there
 * several times (once for each antenna) this is the first.
 */
export class Radiotap {
  /** The buffer that holds the header. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Bit n is set if field n was found. */
  present = 0;
  /** Where the found fields stand in `bytes`, by field number. */
  readonly fieldOffsets: Int32Array = new Int32Array(SIZE.length);

  /** Microseconds of the receiver's clock at the frame's first bit. */
  get tsft(): number | undefined {
    const at = this.#find(FIELD.TSFT);
    return at < 0 ? undefined : u32(this.bytes, at) + u32(this.bytes, at + 4) * 2 ** 32;
  }

  /** See RADIOTAP_FLAGS. */
  get flags(): number | undefined {
    return this.bytes[this.#find(FIELD.FLAGS)];
  }

  /** In units of 500 kbit/s. */
  get rate(): number | undefined {
    return this.bytes[this.#find(FIELD.RATE)];
  }

  /** The centre of the channel in MHz. */
  get frequency(): number | undefined {
    const at = this.#find(FIELD.CHANNEL);
    return at < 0 ? undefined : u16(this.bytes, at);
  }

  /** dBm */
  get signal(): number | undefined {
    const at = this.#find(FIELD.ANTENNA_SIGNAL);
    return at < 0 ? undefined : ((this.bytes[at] as number) << 24) >> 24;
  }

  /** The index of the antenna; undefined if the header does not say. */
  get antenna(): number | undefined {
    return this.bytes[this.#find(FIELD.ANTENNA)];
  }

  /** See TX_FLAGS. Present on what this computer sent. */
  get txFlags(): number | undefined {
    const at = this.#find(FIELD.TX_FLAGS);
    return at < 0 ? undefined : u16(this.bytes, at);
  }

  /** Retransmissions of a frame that this computer sent. */
  get dataRetries(): number | undefined {
    return this.bytes[this.#find(FIELD.DATA_RETRIES)];
  }

  /** The HT modulation and coding scheme, where the sender used HT. */
  get mcs():
    | {
        /** The MCS, 0 to 31 for one to four spatial streams. An ESP32 sends and hears 0 to 7. */
        readonly index: number;
        /** Whether the guard interval is the short one, 400 ns instead of 800. */
        readonly shortGi: boolean;
      }
    | undefined {
    const at = this.#find(FIELD.MCS);
    if (at < 0 || ((this.bytes[at] as number) & MCS.KNOWN_INDEX) === 0) return undefined;
    return { index: this.bytes[at + 2] as number, shortGi: ((this.bytes[at + 1] as number) & MCS.SHORT_GI) !== 0 };
  }

  /** Whether the frame ends with its FCS. Some captures say so and have lost it: check before it is cut off. */
  get hasFcs(): boolean {
    return ((this.flags ?? 0) & RADIOTAP_FLAGS.FCS) !== 0;
  }

  /** 1..14 in the 2.4 GHz band; undefined elsewhere. */
  get channel(): number | undefined {
    return this.frequency === undefined ? undefined : channelOfFrequency(this.frequency);
  }

  /** The bit rate as a number of wifi_phy_rate_t; undefined if the header does not tell or there is no such rate. */
  get phyRate(): Rate | undefined {
    if (this.rate !== undefined) return rateOfKbps(500 * this.rate);
    if (this.mcs === undefined || this.mcs.index > 7) return undefined;
    return (this.mcs.shortGi ? MCS0_SGI : MCS0_LGI) + this.mcs.index;
  }

  /** The offset of a field; -1, where nothing stands, if it was not found. */
  #find(field: number): number {
    return (this.present & (1 << field)) === 0 ? -1 : (this.fieldOffsets[field] as number);
  }
}

/** Decodes the header at `offset`. Returns the offset of the 802.11 frame behind it, or why there is none. */
export function decodeRadiotap(
  bytes: Uint8Array,
  offset: number,
  end: number,
  into: Radiotap,
): number | Refusal<RadiotapReason> {
  into.bytes = bytes;
  into.present = 0;
  if (end - offset < MIN_LENGTH) return NO["radiotap-length"];
  if (bytes[offset + VERSION] !== 0) return NO["radiotap-version"];
  const headerEnd = offset + u16(bytes, offset + LENGTH);
  if (headerEnd > end) return NO["radiotap-length"];
  let at = offset + MIN_LENGTH;
  while (at <= headerEnd && (i32(bytes, at - 4) & ANOTHER_WORD) !== 0) at += 4;
  if (at > headerEnd) return NO["radiotap-length"];
  return walkPresentWords(bytes, offset, at, headerEnd, into) ? headerEnd : NO["radiotap-length"];
}

/** Finds the fields that all present words announce, from `fields` on. False if they do not fit into the header. */
function walkPresentWords(bytes: Uint8Array, offset: number, fields: number, end: number, into: Radiotap): boolean {
  let at = fields;
  let standard = true;
  for (let word = offset + PRESENT; word < fields; word += 4) {
    const present = i32(bytes, word);
    if (standard) at = findFields(offset, at, end, present & FIELD_BITS, into);
    if (at === UNKNOWN_FIELD) return true;
    if ((present & VENDOR_NAMESPACE) !== 0) at = skipVendor(bytes, offset, at, end);
    if (at > end) return false;
    standard = (present & RADIOTAP_NAMESPACE) !== 0;
  }
  return true;
}

/** What `findFields` returns for a field of unknown size: nothing behind it can be found. */
const UNKNOWN_FIELD = -1;

/** Finds the fields of one present word. Returns the offset behind them, which is beyond `end` if they do not fit. */
function findFields(offset: number, start: number, end: number, present: number, into: Radiotap): number {
  let at = start;
  for (let bits = present; bits !== 0; bits &= bits - 1) {
    const field = 31 - Math.clz32(bits & -bits);
    const size = SIZE[field] as number;
    if (size === 0) return UNKNOWN_FIELD;
    at = align(at, offset, ALIGNMENT[field] as number);
    if (at + size > end) return end + 1;
    if ((into.present & (1 << field)) === 0) {
      into.present |= 1 << field;
      into.fieldOffsets[field] = at;
    }
    at += size;
  }
  return at;
}

/** The offset behind a vendor's namespace at `at`, header and fields. */
function skipVendor(bytes: Uint8Array, offset: number, at: number, end: number): number {
  const header = align(at, offset, VENDOR_ALIGNMENT);
  if (header + VENDOR_HEADER_LENGTH > end) return end + 1;
  return header + VENDOR_HEADER_LENGTH + u16(bytes, header + VENDOR_SKIP_LENGTH);
}

/** `at`, moved on to a multiple of `alignment` (a power of two) from the header's start. */
function align(at: number, start: number, alignment: number): number {
  return start + ((at - start + alignment - 1) & -alignment);
}

/** The channel 1..14 whose centre is at `mhz` (IEEE 802.11-2020, 15.4.4.3); undefined if there is none. */
export function channelOfFrequency(mhz: number): number | undefined {
  if (mhz === 2484) return 14;
  const channel = (mhz - 2407) / 5;
  return Number.isInteger(channel) && channel >= 1 && channel <= 13 ? channel : undefined;
}

/** The centre of channel 1..14 in MHz. */
export function frequencyOfChannel(channel: number): number {
  return channel === 14 ? 2484 : 2407 + 5 * channel;
}
