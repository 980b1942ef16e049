/** The same bytes in the middle of a larger buffer: what reads by the wrong offset or beyond the end is found out. */
export function surrounded(bytes: Uint8Array): Uint8Array {
  const buffer = new Uint8Array(bytes.length + 16).fill(0xa5);
  buffer.set(bytes, 5);
  return buffer.subarray(5, 5 + bytes.length);
}
