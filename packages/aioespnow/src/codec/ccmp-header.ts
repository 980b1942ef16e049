import { FRAME_CONTROL, MANAGEMENT_HEADER_LENGTH } from "./dot11.ts";
import { u16 } from "./little-endian.ts";
import { ADDR_LEN } from "./mac-address.ts";
import { type Refusal, refusals } from "./refusal.ts";

/**
 * What CCMP adds to a protected action frame, and what it authenticates (IEEE 802.11-2020, 12.5.3; ESP-NOW's choices
 * are docs/protocol.md 2.2 and 2.3).
 *
 *     frame        0              24                    32                     n-8     n
 *                  +--------------+---------------------+----------------------+-------+
 *                  | 802.11 header| CCMP header         | encrypted action body| MIC   |
 *                  +--------------+---------------------+----------------------+-------+
 *     CCMP header  PN0 PN1 00 e0 PN2 PN3 PN4 PN5                  e0: ExtIV, key id 3
 *     nonce        00 | address 2 (6) | PN5 PN4 PN3 PN2 PN1 PN0
 *     AAD          frame control (2), masked | addresses 1, 2, 3 (18) | sequence control (2), masked
 */
const KEY_ID = 3;
const PN2 = 4;

/** A packet number of 48 bits follows. */
const EXT_IV = 0x20;
/** ExtIV, and key id 3 in bits 6 and 7: the only key id that ESP-NOW uses. */
const EXT_IV_KEY_ID_3 = 0xe0;

const FRAME_CONTROL_LENGTH = 2;
const ADDRESSES = 4;
const ADDRESS_2 = ADDRESSES + ADDR_LEN;
const SEQUENCE_CONTROL = 22;

/** Bits of Frame Control's first byte that are authenticated: not the low three of the subtype, as for data frames. */
const TYPE_MASK = 0x8f;
/** Bits of Frame Control's second byte that are not: they may change from one transmission to the next. */
const MUTABLE_FLAGS = FRAME_CONTROL.RETRY | FRAME_CONTROL.PWR_MGT | FRAME_CONTROL.MORE_DATA;
const FRAGMENT_NUMBER_MASK = 0x0f;

/** Length of the CCMP header in bytes. */
export const CCMP_HEADER_LENGTH = 8;
/** Length of the message integrity code in bytes. */
export const MIC_LENGTH = 8;
/** Length of the CCM nonce in bytes. */
export const NONCE_LENGTH = 13;
/** Length of the additional authenticated data in bytes. */
export const AAD_LENGTH: number = FRAME_CONTROL_LENGTH + 3 * ADDR_LEN + 2;
/** The last packet number: a key that has used it must not be used again. */
export const MAX_PACKET_NUMBER: number = 2 ** 48 - 1;

/** Writes a CCMP header at `offset` and returns the offset behind it. `packetNumber`: 0..2^48-1. */
export function encodeCcmpHeader(bytes: Uint8Array, offset: number, packetNumber: number): number {
  const high = Math.floor(packetNumber / 2 ** 32);
  bytes[offset] = packetNumber & 0xff;
  bytes[offset + 1] = (packetNumber >>> 8) & 0xff;
  bytes[offset + 2] = 0;
  bytes[offset + KEY_ID] = EXT_IV_KEY_ID_3;
  bytes[offset + PN2] = (packetNumber >>> 16) & 0xff;
  bytes[offset + PN2 + 1] = packetNumber >>> 24;
  bytes[offset + PN2 + 2] = high & 0xff;
  bytes[offset + PN2 + 3] = high >>> 8;
  return offset + CCMP_HEADER_LENGTH;
}

/** Why a protected frame is not one of ESP-NOW. */
export type CcmpReason =
  /** Too short for a CCMP header and a MIC. */
  | "ccmp-length"
  /** Without ExtIV: not encrypted by CCMP. */
  | "ccmp-ext-iv"
  /** Another key id than 3, as ordinary Wi-Fi has. */
  | "ccmp-key-id";

const NO = refusals("ccmp-length", "ccmp-ext-iv", "ccmp-key-id");

/** The packet number of the CCMP header at `offset`, of which the caller has checked that it is all there. */
export function decodeCcmpHeader(bytes: Uint8Array, offset: number): number | Refusal<CcmpReason> {
  const keyId = bytes[offset + KEY_ID] as number;
  if (keyId !== EXT_IV_KEY_ID_3) return (keyId & EXT_IV) === 0 ? NO["ccmp-ext-iv"] : NO["ccmp-key-id"];
  return u16(bytes, offset + PN2 + 2) * 2 ** 32 + u16(bytes, offset + PN2) * 2 ** 16 + u16(bytes, offset);
}

/** The packet number of a protected frame. */
export function packetNumber(frame: Uint8Array): number | Refusal<CcmpReason> {
  if (frame.length < MANAGEMENT_HEADER_LENGTH + CCMP_HEADER_LENGTH + MIC_LENGTH) return NO["ccmp-length"];
  return decodeCcmpHeader(frame, MANAGEMENT_HEADER_LENGTH);
}

/** Writes the 13 bytes of the CCM nonce. Its flags byte is 0, not 802.11w's 0x10. */
export function writeNonce(frame: Uint8Array, packetNumber: number, nonce: Uint8Array): void {
  nonce[0] = 0;
  for (let i = 0; i < ADDR_LEN; i++) nonce[1 + i] = frame[ADDRESS_2 + i] as number;
  const high = Math.floor(packetNumber / 2 ** 32);
  nonce[7] = high >>> 8;
  nonce[8] = high & 0xff;
  nonce[9] = packetNumber >>> 24;
  nonce[10] = (packetNumber >>> 16) & 0xff;
  nonce[11] = (packetNumber >>> 8) & 0xff;
  nonce[12] = packetNumber & 0xff;
}

/** Writes the 22 bytes of additional authenticated data. Frame Control is masked like a data frame's (80 40). */
export function writeAad(frame: Uint8Array, aad: Uint8Array): void {
  aad[0] = (frame[0] as number) & TYPE_MASK;
  aad[1] = ((frame[1] as number) & ~MUTABLE_FLAGS) | FRAME_CONTROL.PROTECTED;
  for (let i = 0; i < 3 * ADDR_LEN; i++) aad[FRAME_CONTROL_LENGTH + i] = frame[ADDRESSES + i] as number;
  aad[AAD_LENGTH - 2] = (frame[SEQUENCE_CONTROL] as number) & FRAGMENT_NUMBER_MASK;
  aad[AAD_LENGTH - 1] = 0;
}
