import type { VmStart } from "../messages.ts";
import type { EventPump } from "./event-pump.ts";
import type { VmChannel } from "./vm-channel.ts";

/** As much of `@micropython/micropython-webassembly-pyscript` 1.27.0 as is used; it has no types of its own. */
export interface MicroPython {
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
  stat(path: string): { readonly mode: number };
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
}

interface LoadOptions {
  readonly pystack: number;
  readonly heapsize: number;
  readonly linebuffer: boolean;
  readonly stdout: (bytes: Uint8Array) => void;
  readonly stderr: (bytes: Uint8Array) => void;
}

/** The deepest recursion, in words of Python's stack: about 200 frames. */
const PYSTACK_WORDS = 4096;
const HEAP_BYTES = 256 * 1024;

/** A loaded MicroPython and the memory it lives in. */
export interface LoadedVm {
  readonly python: MicroPython;
  readonly memory: WebAssembly.Memory;
}

/**
 * Loads MicroPython with its doors to the outside replaced: the time is the host's, and what it prints goes to the
 * channel as it is written.
 */
export async function loadVm({ module, seed }: VmStart, channel: VmChannel, events: EventPump): Promise<LoadedVm> {
  const { loadMicroPython } = await import("@micropython/micropython-webassembly-pyscript/micropython.mjs");
  const { instantiate } = WebAssembly;
  let memory: WebAssembly.Memory | undefined;
  const instantiateHere = async (_bytes: unknown, imports: WebAssembly.Imports): Promise<object> => {
    replaceTime(imports, channel, events);
    replaceChance(imports, seed);
    const instance = await instantiate(module, imports);
    memory = instance.exports["memory"] as WebAssembly.Memory;
    return { module, instance };
  };
  const output = (stream: "stdout" | "stderr") => (bytes: Uint8Array) =>
    channel.post({ type: "output", stream, bytes: bytes.slice() });
  Object.assign(WebAssembly, { instantiate: instantiateHere, instantiateStreaming: undefined });
  try {
    const options: LoadOptions = {
      pystack: PYSTACK_WORDS,
      heapsize: HEAP_BYTES,
      linebuffer: false,
      stdout: output("stdout"),
      stderr: output("stderr"),
    };
    const python: MicroPython = await loadMicroPython(options);
    return { python, memory: memory as unknown as WebAssembly.Memory };
  } finally {
    Object.assign(WebAssembly, { instantiate });
  }
}

/** The seeds of `random`: at its import, and for each `random.seed()`. */
function replaceChance(imports: WebAssembly.Imports, seed: number): void {
  const env = imports["env"] as WebAssembly.Imports[string];
  let state = seed;
  env["mp_js_random_u32"] = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes, 7.1
    return state;
  };
}

/** A program that waits busily looks at the time: the chance to hand it what happened. */
function replaceTime(imports: WebAssembly.Imports, channel: VmChannel, events: EventPump): void {
  const env = imports["env"] as WebAssembly.Imports[string];
  env["mp_js_ticks_ms"] = () => {
    events.service();
    return channel.uptime();
  };
  env["mp_js_time_ms"] = () => channel.uptime();
}
