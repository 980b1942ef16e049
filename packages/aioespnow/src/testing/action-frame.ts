import { encodeActionHeader } from "../codec/dot11.ts";
import { BROADCAST, type MacAddress, toMac } from "../codec/mac-address.ts";
import { Rate } from "../codec/rate.ts";
import type { TransmitOptions } from "../phy/phy.ts";

export const A: MacAddress = toMac("02:00:00:00:00:0a");
export const B: MacAddress = toMac("02:00:00:00:00:0b");
export const ABSENT: MacAddress = toMac("02:00:00:00:00:ff");
export const AT_1M: TransmitOptions = { rate: Rate.RATE_1M, noAck: false };

/** An action frame from A; every byte of its body is `mark`, which tells it from others. */
export function actionFrame(destination: MacAddress, mark: number, length = 60): Uint8Array {
  const frame = new Uint8Array(length).fill(mark, 24);
  encodeActionHeader(frame, 0, { destination, source: A, bssid: BROADCAST, sequenceNumber: mark, protected: false });
  return frame;
}

/** The mark of such a frame. */
export function markOf(frame: Uint8Array): number | undefined {
  return frame[24];
}
