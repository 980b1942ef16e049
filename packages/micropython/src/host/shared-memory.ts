const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;
/** Of a memory's limits: it has a maximum; it has one and is shared between threads. */
const HAS_MAXIMUM = 1;
const SHARED = 3;

/**
 * The program with its memory shared, so that another thread may write into it; undefined where it does not define one
 * memory with a maximum. (WebAssembly 2.0, 5.5.8; threads proposal, "limits".)
 */
export function withSharedMemory(wasm: Uint8Array): Uint8Array | undefined {
  let at = HEADER_BYTES;
  while (at < wasm.length) {
    const { value: length, next } = unsigned(wasm, at + 1);
    if (wasm[at] === MEMORY_SECTION) {
      const flags = next + 1; // after the number of memories
      if (wasm[next] !== 1 || wasm[flags] !== HAS_MAXIMUM) return undefined;
      const shared = wasm.slice();
      shared[flags] = SHARED;
      return shared;
    }
    at = next + length;
  }
  return undefined;
}

/** LEB128 */
function unsigned(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  let next = at;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[next++] ?? 0;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value, next };
  }
}
