/**
 * The frame check sequence: CRC-32 of IEEE 802.3 over the whole MPDU, its four bytes least significant first behind
 * the frame (IEEE 802.11-2020, 9.2.4.8).
 */

/** Length of the FCS in bytes. */
export const FCS_LENGTH = 4;

/** The polynomial 0x04c11db7, bits reversed: the first bit on the air is the low bit of a byte. */
const POLYNOMIAL = 0xedb88320;

/** How many bytes one step consumes. */
const STRIDE = 8;

/** `TABLES[256 * n + byte]`: the CRC of `byte` followed by n zero bytes. */
const TABLES: Int32Array = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(256 * STRIDE);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    tables[byte] = crc;
  }
  for (let i = 256; i < tables.length; i++) {
    const before = tables[i - 256] as number;
    tables[i] = (before >>> 8) ^ (tables[before & 0xff] as number);
  }
  return tables;
}

/** The FCS of `bytes[offset..end)` as an unsigned 32-bit number. */
export function fcs(bytes: Uint8Array, offset: number, end: number): number {
  let crc = -1;
  let at = offset;
  for (; at + STRIDE <= end; at += STRIDE) crc = eightBytes(bytes, at, crc);
  for (; at < end; at++) crc = (crc >>> 8) ^ (TABLES[(crc ^ (bytes[at] as number)) & 0xff] as number);
  return ~crc >>> 0;
}

/** One step over eight bytes ("slicing by 8", Kounavis and Berry, 2005): eight look-ups that do not wait for each other. */
function eightBytes(bytes: Uint8Array, at: number, crc: number): number {
  return (
    (TABLES[0x700 + (((bytes[at] as number) ^ crc) & 0xff)] as number) ^
    (TABLES[0x600 + (((bytes[at + 1] as number) ^ (crc >>> 8)) & 0xff)] as number) ^
    (TABLES[0x500 + (((bytes[at + 2] as number) ^ (crc >>> 16)) & 0xff)] as number) ^
    (TABLES[0x400 + (((bytes[at + 3] as number) ^ (crc >>> 24)) & 0xff)] as number) ^
    (TABLES[0x300 + (bytes[at + 4] as number)] as number) ^
    (TABLES[0x200 + (bytes[at + 5] as number)] as number) ^
    (TABLES[0x100 + (bytes[at + 6] as number)] as number) ^
    (TABLES[bytes[at + 7] as number] as number)
  );
}

/** Whether the last four bytes of `bytes[offset..end)` are the FCS of what stands before them. */
export function checkFcs(bytes: Uint8Array, offset: number, end: number): boolean {
  const at = end - FCS_LENGTH;
  if (at < offset) return false;
  const crc = fcs(bytes, offset, at);
  for (let i = 0; i < FCS_LENGTH; i++) if (bytes[at + i] !== ((crc >>> (8 * i)) & 0xff)) return false;
  return true;
}

/** Writes the FCS of `bytes[offset..end)` at `end`. Returns the offset behind it. */
export function appendFcs(bytes: Uint8Array, offset: number, end: number): number {
  const crc = fcs(bytes, offset, end);
  for (let i = 0; i < FCS_LENGTH; i++) bytes[end + i] = (crc >>> (8 * i)) & 0xff;
  return end + FCS_LENGTH;
}
