/** Numbers of 802.11, radiotap and PPI: least significant byte first. The caller has checked that the bytes are there. */

export function u16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8);
}

export function i32(bytes: Uint8Array, offset: number): number {
  return u16(bytes, offset) | (u16(bytes, offset + 2) << 16);
}

export function u32(bytes: Uint8Array, offset: number): number {
  return i32(bytes, offset) >>> 0;
}
