/** The checksum of SHT3x and AHT20: CRC-8 with the polynomial 0x31, from 0xff (Sensirion SHT3x-DIS datasheet, 4.12). */
export function sensirionCrc(bytes: Uint8Array): number {
  let crc = 0xff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = ((crc & 0x80) === 0 ? crc << 1 : (crc << 1) ^ 0x31) & 0xff;
  }
  return crc;
}
