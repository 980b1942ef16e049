/** CRC-32 of IEEE 802.3: the FCS of 802.11 frames, and the checksum of frames on the line to a board. */

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

/** The CRC-32 of `bytes[offset..end)` as an unsigned 32-bit number. */
export function crc32(bytes: Uint8Array, offset: number, end: number): number {
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
