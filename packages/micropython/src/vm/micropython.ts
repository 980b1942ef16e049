import { hookCalls } from "./busy-loops.ts";
import { renumberFileErrors } from "./file-errors.ts";
import { replaceStdio, type Stdio } from "./stdio.ts";

/** As much of `@micropython/micropython-webassembly-pyscript` 1.27.0 as is used; it has no types of its own. */
interface MicroPython {
  readonly FS: FileSystem;
  pyimport(name: string): Readonly<Record<string, unknown>>;
  registerJsModule(name: string, module: object): void;
  runPython(code: string): unknown;
  readonly _module: { _mp_sched_keyboard_interrupt(): void };
}

/** Emscripten's FS. */
export interface FileSystem {
  mkdirTree(path: string): void;
  writeFile(path: string, data: Uint8Array): void;
  readFile(path: string): Uint8Array;
  readdir(path: string): string[];
  stat(path: string): { readonly mode: number; readonly size: number };
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
  analyzePath(path: string): { readonly exists: boolean };
  cwd(): string;
  chdir(path: string): void;
  /** By their numbers. */
  readonly streams: readonly (object | null | undefined)[];
  close(stream: object): void;
  write(stream: OpenFile, buffer: Uint8Array, offset: number, length: number, position?: number): number;
  readonly ErrnoError: new (errno: number) => Error;
}

/** A file as Emscripten's FS has it open. */
interface OpenFile {
  readonly flags: number;
  readonly position: number;
  readonly node: { readonly usedBytes: number };
}

/** The deepest recursion, in words of Python's stack: about 200 frames. */
const PYSTACK_WORDS = 4096;
const HEAP_BYTES = 256 * 1024;
/** What MicroPython takes at most: its heap, which doubles whenever it is full, up to 8 MiB, and itself. */
const MEMORY_BYTES = 17 * 1024 * 1024;

/** A loaded MicroPython and the memory it lives in. */
export interface LoadedVm {
  readonly python: MicroPython;
  readonly memory: WebAssembly.Memory;
  readonly cStack: CStack;
}

/** The stack of MicroPython's C code: it grows down from its base. */
interface CStack {
  emscripten_stack_get_base(): number;
  emscripten_stack_get_current(): number;
  _emscripten_stack_restore(address: number): void;
}

/** Where the time, chance, and what is typed and printed come from and go to. */
export interface Doors extends Stdio {
  /** Since the board was switched on, milliseconds. */
  uptime(): number;
  /** Since 2000, milliseconds. */
  calendar(): number;
  /** 32 random bits. */
  chance(): number;
  /** May replace further imports. */
  watch(imports: WebAssembly.Imports): void;
  /** MicroPython needs more memory than it has. */
  outOfMemory(): void;
  /** MicroPython calls one of its functions: see hookCalls. */
  onCall(): void;
}

/**
 * In place of the registry that tells Python, by numbers, which of its objects JavaScript has dropped: a number would mean
 * another object in a MicroPython that has begun anew. A thread that blocks never gets to tell, anyway.
 */
const FORGETFUL = { register: () => undefined };

/** Loads MicroPython with its doors to the outside replaced. */
export async function loadVm(module: WebAssembly.Module, doors: Doors): Promise<LoadedVm> {
  const { loadMicroPython } = await import("@micropython/micropython-webassembly-pyscript/micropython.mjs");
  const { instantiate } = WebAssembly;
  let memory!: WebAssembly.Memory;
  let cStack!: CStack;
  const instantiateHere = async (_bytes: unknown, imports: WebAssembly.Imports): Promise<object> => {
    const { uptime, calendar, chance } = doors;
    Object.assign(imports["env"] as object, {
      mp_js_ticks_ms: uptime,
      mp_js_time_ms: calendar,
      mp_js_random_u32: chance,
    });
    renumberFileErrors(imports);
    replaceStdio(imports, () => memory, doors);
    limitMemory(imports, doors.outOfMemory);
    doors.watch(imports);
    hookCalls(imports, doors.onCall);
    const instance = await instantiate(module, imports);
    memory = instance.exports["memory"] as WebAssembly.Memory;
    cStack = instance.exports as unknown as CStack;
    return { module, instance };
  };
  Object.assign(WebAssembly, { instantiate: instantiateHere, instantiateStreaming: undefined });
  try {
    const python: MicroPython = await loadMicroPython({ pystack: PYSTACK_WORDS, heapsize: HEAP_BYTES });
    Object.assign(globalThis, { pyProxyFinalizationRegistry: FORGETFUL });
    return { python, memory, cStack };
  } finally {
    Object.assign(WebAssembly, { instantiate });
  }
}

/** Where MicroPython gets no more memory it raises MemoryError. */
function limitMemory(imports: WebAssembly.Imports, outOfMemory: () => void): void {
  const env = imports["env"] as { emscripten_resize_heap: (bytes: number) => boolean };
  const { emscripten_resize_heap } = env;
  env.emscripten_resize_heap = (bytes) => {
    outOfMemory();
    return bytes <= MEMORY_BYTES && emscripten_resize_heap(bytes);
  };
}
