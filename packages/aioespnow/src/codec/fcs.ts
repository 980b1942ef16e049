import { crc32 } from "../util/crc32.ts";

/**
 * The frame check sequence: CRC-32 of IEEE 802.3 over the whole MPDU, its four bytes least significant first behind
 * the frame (IEEE 802.11-2020, 9.2.4.8).
 */

/** Length of the FCS in bytes. */
export const FCS_LENGTH = 4;

/** The FCS of `bytes[offset..end)` as an unsigned 32-bit number. */
export function fcsOf(bytes: Uint8Array, offset: number, end: number): number {
  return crc32(bytes, offset, end);
}

/** Whether the last four bytes of `bytes[offset..end)` are the FCS of what stands before them. */
export function checkFcs(bytes: Uint8Array, offset: number, end: number): boolean {
  const at = end - FCS_LENGTH;
  if (at < offset) return false;
  const crc = fcsOf(bytes, offset, at);
  for (let i = 0; i < FCS_LENGTH; i++) if (bytes[at + i] !== ((crc >>> (8 * i)) & 0xff)) return false;
  return true;
}

/** Writes the FCS of `bytes[offset..end)` at `end`. Returns the offset behind it. */
export function appendFcs(bytes: Uint8Array, offset: number, end: number): number {
  const crc = fcsOf(bytes, offset, end);
  for (let i = 0; i < FCS_LENGTH; i++) bytes[end + i] = (crc >>> (8 * i)) & 0xff;
  return end + FCS_LENGTH;
}
