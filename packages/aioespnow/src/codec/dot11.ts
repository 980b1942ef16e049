import { u16 } from "./little-endian.ts";
import { ADDR_LEN, type MacAddress, macAt, putMac } from "./mac-address.ts";
import { type Refusal, refusals } from "./refusal.ts";

/**
 * The 802.11 frames that ESP-NOW uses, without FCS (IEEE 802.11-2020, 9.2 and 9.3; docs/protocol.md 1.1 and 1.6).
 *
 *     management   0        2          4           10          16          22        24
 *                  +--------+----------+-----------+-----------+-----------+---------+------
 *                  | frame  | duration | address 1 | address 2 | address 3 | sequence| body
 *                  | control| us       | receiver  | sender    | BSSID     | control |
 *                  +--------+----------+-----------+-----------+-----------+---------+------
 *     ACK          0        2          4           10
 *                  +--------+----------+-----------+
 *                  | d4 00  | 00 00    | receiver  |
 *                  +--------+----------+-----------+
 *
 * Numbers are little-endian. Sequence control: fragment number in bits 0-3, sequence number in bits 4-15.
 */
const FLAGS = 1;
const DURATION = 2;
const ADDRESS_1 = 4;
const ADDRESS_2 = 10;
const ADDRESS_3 = 16;
const SEQUENCE_CONTROL = 22;

/** Length of a management frame's header in bytes: the offset of its body. */
export const MANAGEMENT_HEADER_LENGTH = 24;

/** Length of an ACK frame in bytes, without its FCS. */
export const ACK_LENGTH = 10;

/** The two bytes of the Frame Control field: type and subtype in the first, flags in the second (IEEE 802.11, 9.2.4.1). */
export const FRAME_CONTROL = {
  /** First byte: management, action. */
  ACTION: 0xd0,
  /** First byte: control, ACK. */
  ACK: 0xd4,
  /** Second byte: a retransmission. */
  RETRY: 0x08,
  /** Second byte: power management. */
  PWR_MGT: 0x10,
  /** Second byte: more data. */
  MORE_DATA: 0x20,
  /** Second byte: the body is encrypted. */
  PROTECTED: 0x40,
} as const;

/** What the sender of an action frame says in its header. */
export interface ActionHeader {
  /** Address 1. */
  readonly destination: MacAddress;
  /** Address 2. */
  readonly source: MacAddress;
  /** Address 3: broadcast from an ESP32, the destination from an ESP8266. */
  readonly bssid: MacAddress;
  /** 0..4095 */
  readonly sequenceNumber: number;
  /** Whether the body is encrypted. */
  readonly protected: boolean;
  /** Microseconds, 0..32767; 0 if left out: hardware fills it in. */
  readonly duration?: number;
}

/** Writes the 24 bytes of an action frame's header, Retry clear. Returns the offset of the body. */
export function encodeActionHeader(bytes: Uint8Array, offset: number, header: ActionHeader): number {
  const duration = header.duration ?? 0;
  bytes[offset] = FRAME_CONTROL.ACTION;
  bytes[offset + FLAGS] = header.protected ? FRAME_CONTROL.PROTECTED : 0;
  bytes[offset + DURATION] = duration & 0xff;
  bytes[offset + DURATION + 1] = duration >> 8;
  putMac(header.destination, bytes, offset + ADDRESS_1);
  putMac(header.source, bytes, offset + ADDRESS_2);
  putMac(header.bssid, bytes, offset + ADDRESS_3);
  bytes[offset + SEQUENCE_CONTROL] = (header.sequenceNumber << 4) & 0xff;
  bytes[offset + SEQUENCE_CONTROL + 1] = header.sequenceNumber >> 4;
  return offset + MANAGEMENT_HEADER_LENGTH;
}

/** Marks the frame at `offset` as a retransmission. */
export function setRetry(bytes: Uint8Array, offset = 0): void {
  bytes[offset + FLAGS] = (bytes[offset + FLAGS] as number) | FRAME_CONTROL.RETRY;
}

/** Whether an action frame with a whole header begins at `offset`. The readers below rely on this check. */
export function isAction(bytes: Uint8Array, offset = 0, end: number = bytes.length): boolean {
  return end - offset >= MANAGEMENT_HEADER_LENGTH && bytes[offset] === FRAME_CONTROL.ACTION;
}

/** Whether the body is encrypted. */
export function isProtected(bytes: Uint8Array, offset = 0): boolean {
  return ((bytes[offset + FLAGS] as number) & FRAME_CONTROL.PROTECTED) !== 0;
}

/** Whether the frame is a retransmission. */
export function isRetry(bytes: Uint8Array, offset = 0): boolean {
  return ((bytes[offset + FLAGS] as number) & FRAME_CONTROL.RETRY) !== 0;
}

/** Address 1: who shall receive the frame. */
export function destinationOf(bytes: Uint8Array, offset = 0): MacAddress {
  return macAt(bytes, offset + ADDRESS_1);
}

/** Address 2: who sent the frame. */
export function sourceOf(bytes: Uint8Array, offset = 0): MacAddress {
  return macAt(bytes, offset + ADDRESS_2);
}

/** Address 3. ESP-NOW receivers do not look at it (docs/protocol.md 1.1). */
export function bssid(bytes: Uint8Array, offset = 0): MacAddress {
  return macAt(bytes, offset + ADDRESS_3);
}

/** 0..4095, one more for each new frame of a sender; the same in its retransmissions. */
export function sequenceNumber(bytes: Uint8Array, offset = 0): number {
  return u16(bytes, offset + SEQUENCE_CONTROL) >> 4;
}

/** A decoded header, to be used again from frame to frame. Its addresses become text only when they are asked for. */
export class ManagementHeader {
  /** The buffer that holds the frame; the addresses are read from it. */
  bytes: Uint8Array = new Uint8Array(MANAGEMENT_HEADER_LENGTH);
  /** Where the header begins in `bytes`. */
  offset = 0;
  /** Type and subtype: the first byte of Frame Control. */
  type = 0;
  /** The second byte of Frame Control. */
  flags = 0;
  /** Microseconds. */
  duration = 0;
  /** 0 to 4095. */
  sequenceNumber = 0;
  /** 0 to 15; ESP-NOW sends no fragments. */
  fragmentNumber = 0;

  /** Address 1. */
  get destination(): MacAddress {
    return destinationOf(this.bytes, this.offset);
  }

  /** Address 2. */
  get source(): MacAddress {
    return sourceOf(this.bytes, this.offset);
  }

  /** Address 3. */
  get bssid(): MacAddress {
    return bssid(this.bytes, this.offset);
  }
}

const NO = refusals("header-length");

/** Decodes the header of a management frame. Returns the offset of the body; or that the header is not all there. */
export function decodeManagementHeader(
  bytes: Uint8Array,
  offset: number,
  end: number,
  into: ManagementHeader,
): number | Refusal<"header-length"> {
  if (end - offset < MANAGEMENT_HEADER_LENGTH) return NO["header-length"];
  const sequenceControl = u16(bytes, offset + SEQUENCE_CONTROL);
  into.bytes = bytes;
  into.offset = offset;
  into.type = bytes[offset] as number;
  into.flags = bytes[offset + FLAGS] as number;
  into.duration = u16(bytes, offset + DURATION);
  into.sequenceNumber = sequenceControl >> 4;
  into.fragmentNumber = sequenceControl & 0x0f;
  return offset + MANAGEMENT_HEADER_LENGTH;
}

/** Writes the 10 bytes of an ACK frame to `receiver` and returns the offset behind them, where its FCS belongs. */
export function encodeAck(bytes: Uint8Array, offset: number, receiver: MacAddress): number {
  bytes[offset] = FRAME_CONTROL.ACK;
  bytes.fill(0, offset + FLAGS, offset + ADDRESS_1);
  return putMac(receiver, bytes, offset + ADDRESS_1);
}

/** Whether an ACK frame begins at `offset`. Its receiver is `destination()`: the station whose frame was heard. */
export function isAck(bytes: Uint8Array, offset = 0, end: number = bytes.length): boolean {
  return end - offset >= ADDRESS_1 + ADDR_LEN && bytes[offset] === FRAME_CONTROL.ACK;
}
