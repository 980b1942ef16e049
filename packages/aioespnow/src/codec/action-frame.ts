import { type Refusal, refusals } from "./refusal.ts";
import {
  decodeElement,
  decodeElementLength,
  ELEMENT_HEADER_LENGTH,
  type ElementReason,
  elementBodyLength,
  elementEnd,
  elementVersion,
  encodeElementHeader,
  hasEspNowType,
  isEspressifOui,
  MAX_ELEMENT_BODY_LENGTH,
  putEspressifOui,
} from "./vendor-element.ts";

/**
 * The body of an ESP-NOW action frame (docs/protocol.md 1.2 and 1.3), unencrypted.
 *
 *     0          1            4             8
 *     +----------+------------+-------------+----------------+--------------------------+
 *     | 7f       | 18 fe 34   | random      | vendor element | version 2: more elements |
 *     | category | organisation identifier  |                |                          |
 *     +----------+------------+-------------+----------------+--------------------------+
 */
const CATEGORY = 0;
const ORGANISATION_IDENTIFIER = 1;
const RANDOM = 4;
const ELEMENTS = 8;

const VENDOR_SPECIFIC = 127;
/** Never sent, but taken by the receivers (docs/protocol.md 1.4). */
const PROTECTED_VENDOR_SPECIFIC = 126;

/** Longest message of ESP-NOW version 1 in bytes (ESP_NOW_MAX_DATA_LEN). */
export const MAX_DATA_LEN_V1 = 250;
/** Longest message of ESP-NOW version 2 in bytes (ESP_NOW_MAX_DATA_LEN_V2 from ESP-IDF 5.4.2 on). */
export const MAX_DATA_LEN = 1470;

/** The largest body a management frame can have in bytes (IEEE 802.11-2020, 9.2.4.7.1): no valid message is longer. */
export const MAX_BODY_LENGTH = 2304;

/**
 * Longest message in bytes that a receiver of version 2 can make of one frame. Nobody sends it: devices join whatever
 * elements a frame has (docs/protocol.md 1.4), and before ESP-IDF 5.4.2 they sent up to 1490 bytes.
 */
export const MAX_RECEIVE_LEN: number = longestData(MAX_BODY_LENGTH - ELEMENTS);

/** The shortest body that is looked at: one element without data. */
const MIN_BODY_LENGTH: number = ELEMENTS + ELEMENT_HEADER_LENGTH;

/** How much data elements of `length` bytes in all can carry. */
function longestData(length: number): number {
  return length - ELEMENT_HEADER_LENGTH * Math.ceil(length / (ELEMENT_HEADER_LENGTH + MAX_ELEMENT_BODY_LENGTH));
}

/** Bytes of the action body that carries `dataLength` bytes. */
export function actionBodyLength(dataLength: number, version: 1 | 2): number {
  const elements = version === 1 ? 1 : Math.max(1, Math.ceil(dataLength / MAX_ELEMENT_BODY_LENGTH));
  return ELEMENTS + elements * ELEMENT_HEADER_LENGTH + dataLength;
}

/**
 * Writes an action body and returns the offset behind it. The caller guarantees room for `actionBodyLength` bytes and
 * that `data` is not longer than the version allows (`MAX_DATA_LEN_V1`, `MAX_DATA_LEN`).
 * @param random a number of 32 bits, another than in the frame before; written most significant byte first
 */
export function encodeActionBody(
  bytes: Uint8Array,
  offset: number,
  data: Uint8Array,
  version: 1 | 2,
  random: number,
): number {
  bytes[offset + CATEGORY] = VENDOR_SPECIFIC;
  putEspressifOui(bytes, offset + ORGANISATION_IDENTIFIER);
  for (let i = 0; i < 4; i++) bytes[offset + RANDOM + i] = random >>> (24 - 8 * i);
  let at = offset + ELEMENTS;
  let done = 0;
  do {
    const length = Math.min(data.length - done, MAX_ELEMENT_BODY_LENGTH);
    at = encodeElementHeader(bytes, at, length, version, done + length < data.length);
    bytes.set(length === data.length ? data : data.subarray(done, done + length), at);
    at += length;
    done += length;
  } while (done < data.length);
  return at;
}

/**
 * Whose rules a receiver follows:
 * - `v2`: ESP-NOW version 2 (ESP-IDF 5.4 and later). Every element is checked, their bodies are joined.
 * - `v1`: ESP-NOW version 1 (ESP-IDF up to 5.3.1). The first element, whatever its id, OUI, type and version; what
 *   follows it is cut off. A length field below 5 makes such a device read beyond the frame: it is refused here.
 * - `v1-discard`: ESP-IDF 5.3.2 and later with version 1. As `v1`, but a frame with more than one element is discarded.
 */
export type ReceiveRules = "v2" | "v1" | "v1-discard";

/** Why an action body is no ESP-NOW message. See `isForeign` for the first three. */
export type MalformedReason =
  /** Not a vendor specific action (category 127 or 126). */
  | "not-vendor-specific"
  /** Another organisation's than Espressif's. */
  | "not-espressif"
  /** Espressif's, but the first element is of another type: another protocol. */
  | "not-esp-now"
  | "too-short"
  | "too-long"
  /** No data: a device drops it too. */
  | "empty"
  | ElementReason;

/** Whether the frame is something else than ESP-NOW, rather than ESP-NOW gone wrong. */
export function isForeign(reason: MalformedReason): boolean {
  return reason === "not-vendor-specific" || reason === "not-espressif" || reason === "not-esp-now";
}

/** A decoded action body, to be used again from frame to frame. */
export class ActionBody {
  /** Random: a new one for each message, the same in its retransmissions; as a number of 32 bits. */
  random = 0;
  /** Of the first element. */
  version = 0;
  /** How many elements carry the data. */
  elementCount = 0;
  /** Bytes of all elements together. */
  dataLength = 0;
  /** The buffer that holds the frame; `data()` reads from it. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the first element begins in `bytes`. */
  elementsOffset = 0;

  #joined: Uint8Array | undefined;

  /**
   * The message: a view of the frame if it came in one element, else of this object's own buffer. Valid until the frame's
   * bytes change or the next body is decoded into this object.
   */
  data(): Uint8Array {
    const start = this.elementsOffset + ELEMENT_HEADER_LENGTH;
    if (this.elementCount <= 1) return this.bytes.subarray(start, start + this.dataLength);
    this.#joined ??= new Uint8Array(MAX_BODY_LENGTH);
    let length = 0;
    for (let at = this.elementsOffset; length < this.dataLength; ) {
      const next = elementEnd(this.bytes, at);
      this.#joined.set(this.bytes.subarray(at + ELEMENT_HEADER_LENGTH, next), length);
      length += next - at - ELEMENT_HEADER_LENGTH;
      at = next;
    }
    return this.#joined.subarray(0, length);
  }
}

const NO = refusals("not-vendor-specific", "not-espressif", "not-esp-now", "too-short", "too-long", "empty");

/**
 * Decodes the action body `bytes[offset..end)`, as a device with these rules does. Returns `into`; or why it is not
 * delivered, and `into` then means nothing. The Retry and random value rule is the duplicate filter's.
 */
export function decodeActionBody(
  bytes: Uint8Array,
  offset: number,
  end: number,
  rules: ReceiveRules,
  into: ActionBody,
): ActionBody | Refusal<MalformedReason> {
  const length = end - offset;
  const category = bytes[offset + CATEGORY];
  if (length < RANDOM || (category !== VENDOR_SPECIFIC && category !== PROTECTED_VENDOR_SPECIFIC)) {
    return NO["not-vendor-specific"];
  }
  if (!isEspressifOui(bytes, offset + ORGANISATION_IDENTIFIER)) return NO["not-espressif"];
  if (length < MIN_BODY_LENGTH) return NO["too-short"];
  if (length > MAX_BODY_LENGTH) return NO["too-long"];
  into.bytes = bytes;
  into.random = u32(bytes, offset + RANDOM);
  into.elementsOffset = offset + ELEMENTS;
  into.version = elementVersion(bytes, offset + ELEMENTS);
  return rules === "v2" ? decodeElements(into, end) : decodeFirstElement(into, end, rules);
}

/** docs/protocol.md 1.4: the version byte decides nothing, any other flaw in any element loses the whole frame. */
function decodeElements(into: ActionBody, end: number): ActionBody | Refusal<MalformedReason> {
  const { bytes } = into;
  if (!hasEspNowType(bytes, into.elementsOffset)) return NO["not-esp-now"];
  into.elementCount = 0;
  into.dataLength = 0;
  for (let at = into.elementsOffset; at < end; ) {
    const next = decodeElement(bytes, at, end);
    if (typeof next !== "number") return next;
    into.elementCount++;
    into.dataLength += elementBodyLength(bytes, at);
    at = next;
  }
  return into.dataLength === 0 ? NO.empty : into;
}

/** docs/protocol.md 1.5. */
function decodeFirstElement(
  into: ActionBody,
  end: number,
  rules: "v1" | "v1-discard",
): ActionBody | Refusal<MalformedReason> {
  const { bytes, elementsOffset } = into;
  const next = decodeElementLength(bytes, elementsOffset, end);
  if (typeof next !== "number") return next;
  if (rules === "v1-discard" && next < end) return NO["too-long"];
  into.elementCount = 1;
  into.dataLength = elementBodyLength(bytes, elementsOffset);
  return into.dataLength === 0 ? NO.empty : into;
}

function u32(bytes: Uint8Array, offset: number): number {
  const high = ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
  const low = ((bytes[offset + 2] as number) << 8) | (bytes[offset + 3] as number);
  return high * 0x10000 + low;
}
