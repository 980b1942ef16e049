import type { Exports } from "./exports.ts";
import { Layout } from "./layout.ts";
import type { Memory } from "./memory.ts";

/** struct _qstr_pool_t: offsets. */
const POOL = { previous: 0, length: 12, hashes: 16 } as const;
const HASHES = 65_536;

/**
 * Whatever makes a text asks whether it is a name, and MicroPython looks through all names that modules have added, one
 * after the other. A bit for each hash that a name has tells first whether there can be one: scripts/make-wasm.js. Returns
 * where the bits stand; MicroPython sets those of names to come.
 */
export function indexNames(exports: Exports, memory: Memory): number {
  const bits = exports.malloc(HASHES / 8);
  memory.bytes.fill(0, bits, bits + HASHES / 8);
  const { view } = memory;
  for (
    let pool = view.getUint32(Layout.lastPool, true);
    pool !== 0;
    pool = view.getUint32(pool + POOL.previous, true)
  ) {
    const hashes = view.getUint32(pool + POOL.hashes, true);
    for (let index = 0; index < view.getUint32(pool + POOL.length, true); index++) {
      const hash = view.getUint16(hashes + 2 * index, true);
      view.setUint8(bits + (hash >> 3), view.getUint8(bits + (hash >> 3)) | (1 << (hash & 7)));
    }
  }
  return bits;
}
