import { type Refusal, refusals } from "./refusal.ts";

/**
 * The vendor specific element that carries ESP-NOW data (IEEE 802.11-2020, 9.4.2.25; docs/protocol.md 1.2 and 1.3).
 *
 *     0    1        2          5      6          7
 *     +----+--------+----------+------+----------+------------+
 *     | dd | length | 18 fe 34 | 04   | version  | 0..250     |
 *     | id |        | OUI      | type |          | body bytes |
 *     +----+--------+----------+------+----------+------------+
 *          length counts what follows it: 5 + body
 *     version byte: bits 0-3 version, bit 4 more data (version 2: another element follows), bits 5-7 reserved
 */
const ID = 0;
const LENGTH = 1;
const OUI = 2;
const TYPE = 5;
const VERSION = 6;

const VENDOR_SPECIFIC = 221;
const ESP_NOW_TYPE = 4;
const VERSION_MASK = 0x0f;
const MORE_DATA = 0x10;

/** Bytes of an element before its body. */
export const ELEMENT_HEADER_LENGTH = 7;
/** Largest body of one element in bytes (ESP_NOW_MAX_IE_DATA_LEN). */
export const MAX_ELEMENT_BODY_LENGTH = 250;

/** The part of an element that its length field counts and that is not body: OUI, type, version. */
const COUNTED_HEADER_LENGTH = 5;

/** Why an element is refused. */
export type ElementReason = "element-id" | "element-length" | "element-oui" | "element-type";

/** Writes the header of an element and returns the offset of its body. `more`: another element follows (version 2). */
export function encodeElementHeader(
  bytes: Uint8Array,
  offset: number,
  bodyLength: number,
  version: number,
  more: boolean,
): number {
  bytes[offset + ID] = VENDOR_SPECIFIC;
  bytes[offset + LENGTH] = COUNTED_HEADER_LENGTH + bodyLength;
  putEspressifOui(bytes, offset + OUI);
  bytes[offset + TYPE] = ESP_NOW_TYPE;
  bytes[offset + VERSION] = more ? version | MORE_DATA : version;
  return offset + ELEMENT_HEADER_LENGTH;
}

const NO = refusals("element-id", "element-length", "element-oui", "element-type");

/** Where the element at `offset` ends, not beyond `end`; or why it is not one of ESP-NOW. */
export function decodeElement(bytes: Uint8Array, offset: number, end: number): number | Refusal<ElementReason> {
  if (bytes[offset + ID] !== VENDOR_SPECIFIC) return NO["element-id"];
  const next = decodeElementLength(bytes, offset, end);
  if (typeof next !== "number") return next;
  if (!isEspressifOui(bytes, offset + OUI)) return NO["element-oui"];
  return hasEspNowType(bytes, offset) ? next : NO["element-type"];
}

/** As `decodeElement`, for receivers that look at nothing but the length. */
export function decodeElementLength(
  bytes: Uint8Array,
  offset: number,
  end: number,
): number | Refusal<"element-length"> {
  if (end - offset < ELEMENT_HEADER_LENGTH) return NO["element-length"];
  const next = elementEnd(bytes, offset);
  return elementBodyLength(bytes, offset) < 0 || next > end ? NO["element-length"] : next;
}

/** Whether the type byte is that of ESP-NOW. */
export function hasEspNowType(bytes: Uint8Array, offset: number): boolean {
  return bytes[offset + TYPE] === ESP_NOW_TYPE;
}

/** Body bytes of a checked element; negative in one whose length field is too small for its own header. */
export function elementBodyLength(bytes: Uint8Array, offset: number): number {
  return (bytes[offset + LENGTH] as number) - COUNTED_HEADER_LENGTH;
}

/** The offset behind the element. */
export function elementEnd(bytes: Uint8Array, offset: number): number {
  return offset + OUI + (bytes[offset + LENGTH] as number);
}

/** 1 or 2 from devices; receivers do not look at it. */
export function elementVersion(bytes: Uint8Array, offset: number): number {
  return (bytes[offset + VERSION] as number) & VERSION_MASK;
}

/** Espressif's organisation identifier: 18:fe:34. */
export function isEspressifOui(bytes: Uint8Array, offset: number): boolean {
  return bytes[offset] === 0x18 && bytes[offset + 1] === 0xfe && bytes[offset + 2] === 0x34;
}

/** Writes Espressif's organisation identifier. */
export function putEspressifOui(bytes: Uint8Array, offset: number): void {
  bytes[offset] = 0x18;
  bytes[offset + 1] = 0xfe;
  bytes[offset + 2] = 0x34;
}
