/** Numbers of more than 32 bits pass as a little-endian double. */
export function double(data: Uint8Array): number {
  return new DataView(data.buffer, data.byteOffset).getFloat64(0, true);
}

/** The way back. */
export function doubleBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return bytes;
}
