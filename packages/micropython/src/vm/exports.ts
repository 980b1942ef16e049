import type { GateExports } from "./gate.ts";

/** A MicroPython's exports: its own, asyncify's, and those of scripts/make-wasm.js. */
export interface Exports extends GateExports {
  readonly fuel: { value: number };
  readonly steps: { value: number };
  readonly names: { value: number };
  emscripten_stack_init(): void;
  emscripten_stack_get_current(): number;
  emscripten_stack_get_base(): number;
  emscripten_stack_get_end(): number;
  __wasm_call_ctors(): void;
  malloc(bytes: number): number;
  free(address: number): void;
  mp_js_init(pystackWords: number, heapBytes: number): void;
  proxy_c_init(): void;
  mp_js_register_js_module(name: number, value: number): void;
  mp_js_do_exec(source: number, length: number, result: number): void;
  mp_sched_keyboard_interrupt(): void;
  proxy_c_to_js_call(callable: number, count: number, values: number, result: number): void;
  gc_collect_start(): void;
  gc_collect_end(): void;
  asyncify_start_unwind(buffer: number): void;
  asyncify_stop_unwind(): void;
  asyncify_start_rewind(buffer: number): void;
  asyncify_stop_rewind(): void;
}
