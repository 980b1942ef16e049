import type { LoadedVm } from "./micropython.ts";

/** The grain in which memory that was never used is left alone. */
const BLOCK = 64 * 1024;
const ZEROS = new Uint8Array(BLOCK);

/** What MicroPython's JavaScript keeps in `globalThis` for the objects that Python and JavaScript hold of each other. */
interface ProxyTables {
  proxy_js_ref: unknown[];
  proxy_js_ref_next: number;
  proxy_js_ref_map: Map<unknown, number>;
  proxy_js_map: Map<number, unknown>;
  proxy_js_existing: unknown[];
}

const tables = globalThis as unknown as ProxyTables;

/**
 * A MicroPython as it was at a moment at which nothing ran in it: its memory, its stack pointer, and what Emscripten and
 * its JavaScript keep outside. Files are not part of it, as flash is not of a board's RAM.
 */
export class Image {
  readonly #vm: LoadedVm;
  /** About half a megabyte. */
  readonly #memory: Uint8Array;
  readonly #stack: number;
  readonly #proxies: ProxyTables;
  readonly #folder: string;

  constructor(vm: LoadedVm) {
    this.#vm = vm;
    const memory = new Uint8Array(vm.memory.buffer);
    this.#memory = new Uint8Array(usedLength(memory));
    this.#memory.set(memory.subarray(0, this.#memory.length));
    this.#stack = vm.cStack.emscripten_stack_get_current();
    this.#proxies = copied(tables);
    this.#folder = vm.python.FS.cwd();
  }

  /** Forgets all that has happened since, wherever Python stood when it was left by an exception of JavaScript's. */
  restore(): void {
    const { memory, cStack, python } = this.#vm;
    const bytes = new Uint8Array(memory.buffer);
    const used = usedLength(bytes);
    bytes.set(this.#memory);
    if (used > this.#memory.length) bytes.fill(0, this.#memory.length, used);
    cStack._emscripten_stack_restore(this.#stack);
    Object.assign(tables, copied(this.#proxies));
    for (const stream of python.FS.streams.slice(STANDARD_STREAMS)) if (stream) python.FS.close(stream);
    python.FS.chdir(this.#folder);
  }
}

/** stdin, stdout, stderr. */
const STANDARD_STREAMS = 3;

/** Without what is zero to the end. */
function usedLength(memory: Uint8Array): number {
  let length = memory.length;
  while (length > 0 && Buffer.compare(memory.subarray(length - BLOCK, length), ZEROS) === 0) length -= BLOCK;
  return length;
}

function copied(tables: ProxyTables): ProxyTables {
  return {
    proxy_js_ref: [...tables.proxy_js_ref],
    proxy_js_ref_next: tables.proxy_js_ref_next,
    proxy_js_ref_map: new Map(tables.proxy_js_ref_map),
    proxy_js_map: new Map(tables.proxy_js_map),
    proxy_js_existing: [...tables.proxy_js_existing],
  };
}
