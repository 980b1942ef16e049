import { HEAP_BLOCK, Layout } from "./layout.ts";

/** struct _mp_state_mem_area_t, in words. */
const AREA = { next: 0, table: 1, pool: 4, poolEnd: 5 } as const;
/** Kinds of blocks in the allocation table, two bits each (py/gc.c). */
const FREE = 0;
const TAIL = 2;

/**
 * What the words from `from` to `to` may refer to in MicroPython's heap: the heads of the blocks, by address. MicroPython
 * itself looks for pointers to heads only. But of an object that C code goes on to use, a suspended program may have kept
 * nothing but a pointer into its middle: the compiler keeps what it computes with.
 */
export function findRoots(words: Uint32Array, from: number, to: number, found: Set<number>): void {
  for (let at = from >> 2; at < to >> 2; at++) {
    const head = headOf(words, words[at] as number);
    if (head !== undefined) found.add(head);
  }
}

/** The head of the object that an address is in; undefined: it is in none. */
function headOf(words: Uint32Array, address: number): number | undefined {
  for (let area: number = Layout.heapArea; area !== 0; area = words[(area >> 2) + AREA.next] as number) {
    const pool = words[(area >> 2) + AREA.pool] as number;
    if (address < pool || address >= (words[(area >> 2) + AREA.poolEnd] as number)) continue;
    const table = words[(area >> 2) + AREA.table] as number;
    let block = Math.floor((address - pool) / HEAP_BLOCK);
    let kind = kindOf(words, table, block);
    while (kind === TAIL) kind = kindOf(words, table, --block);
    return kind === FREE ? undefined : pool + block * HEAP_BLOCK;
  }
  return undefined;
}

function kindOf(words: Uint32Array, table: number, block: number): number {
  const address = table + (block >> 2);
  return ((words[address >> 2] as number) >>> (((address & 3) << 3) + ((block & 3) << 1))) & 3;
}
