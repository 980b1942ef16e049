import { CLoops } from "./c-loops.ts";
import { Collector } from "./collector.ts";
import type { CompiledModule } from "./compiled.ts";
import type { Exports } from "./exports.ts";
import { fileCalls } from "./files/file-calls.ts";
import { Gate, type GateState, throwLongjmp } from "./gate.ts";
import { hostImports, type PythonFunctions, putHostModule } from "./host-functions.ts";
import { Layout, SCHED_DEPTH, SCHED_PENDING } from "./layout.ts";
import { Memory } from "./memory.ts";
import { indexNames } from "./names.ts";
import type { Registers } from "./registers.ts";
import { standardStreams } from "./standard-streams.ts";
import type { Surroundings } from "./surroundings.ts";
import { Suspension } from "./suspension.ts";
import { putInteger, putReference, raisedText, valuesBytes } from "./values.ts";

/** The deepest recursion, in words of Python's stack: about 200 frames. */
const PYSTACK_WORDS = 4096;
const HEAP_BYTES = 256 * 1024;
const CALLS_BETWEEN = 1000; // calls, or backward jumps, between two checks

/** A MicroPython in a memory of its own, which runs until its program waits: then it is all in its bytes and `Registers`. */
export class Interpreter {
  /** Whatever it runs for now. */
  surroundings: Surroundings;
  /** Called when garbage was collected, and the program goes on at once. */
  onCollected: (() => void) | undefined;
  readonly #exports: Exports;
  readonly #memory: Memory;
  readonly #suspension: Suspension;
  readonly #loops: CLoops;
  readonly #state: GateState;
  readonly #collector: Collector;
  /** Room for the program's result, and for the values of calls that the host makes. */
  #values = 0;
  #functions: PythonFunctions = { buffer: 0, run: 0, schedule: 0, dispatch: 0, recursionError: 0 };
  /** The program runs: not Python that the host calls while it is suspended, in which nothing can be suspended. */
  #isRunning = false;
  #waits = false;

  constructor(module: CompiledModule, surroundings: Surroundings) {
    this.surroundings = surroundings;
    this.#state = {
      calls: CALLS_BETWEEN,
      isUnwinding: false,
      isRewinding: false,
      wantsCollection: false,
      stackPointers: [],
      recursionError: 0,
      pause: () => this.#pause(),
      resumed: () => this.#suspension.rewound(),
    };
    const gate = new Gate(this.#state);
    const instance = new WebAssembly.Instance(module, this.#imports(gate));
    this.#exports = instance.exports as object as Exports;
    this.#memory = new Memory(this.#exports.memory);
    this.#collector = new Collector(this.#exports, this.#memory);
    this.#loops = new CLoops(this.#exports, this.#memory);
    this.#suspension = new Suspension(this.#exports, this.#memory, this.#state);
    gate.attach(this.#exports);
    this.#exports.emscripten_stack_init();
  }

  get memory(): Uint8Array {
    return this.#memory.bytes;
  }

  get #view(): DataView {
    return this.#memory.view;
  }

  /** Starts MicroPython in its memory, which is new; `hostModule` is what Python calls the host's functions. */
  boot(hostModule: string): void {
    const exports = this.#exports;
    exports.__wasm_call_ctors();
    exports.mp_js_init(PYSTACK_WORDS, HEAP_BYTES);
    exports.names.value = indexNames(exports, this.#memory);
    exports.proxy_c_init();
    this.#suspension.boot();
    this.#values = exports.malloc(valuesBytes(4));
    this.#collector.boot();
    putHostModule(this.#view, this.#values);
    this.#withText(hostModule, (name) => exports.mp_js_register_js_module(name, this.#values));
    // For good: MicroPython itself would collect garbage where it is 0, and does not know where a suspended program is.
    this.#view.setInt32(Layout.externalCalls, 1, true);
  }

  /** Runs Python to its end, in which nothing waits. @throws Error for what it raises. */
  execute(source: string): void {
    this.#withText(source, (text, length) => this.#exports.mp_js_do_exec(text, length, this.#values));
    this.#throwRaised(this.#values);
  }

  /**
   * Starts the program, or goes on with it, until it waits (undefined) or ends (what `_boot.run` returned).
   * @throws whatever broke it down. It cannot go on then.
   */
  run(): number | undefined {
    this.#isRunning = true;
    try {
      for (;;) {
        if (this.#suspension.isSuspended) this.#suspension.rewind();
        this.#exports.proxy_c_to_js_call(this.#functions.run, 0, 0, this.#values);
        if (!this.#state.isUnwinding) break;
        this.#suspension.unwound();
        const isDue = !this.#suspension.isInLoop && this.#collector.isDue(this.used);
        if (isDue) this.collect();
        if (this.#waits) return undefined;
        if (isDue) this.onCollected?.();
      }
    } finally {
      this.#isRunning = false;
    }
    this.#throwRaised(this.#values);
    return this.#view.getInt32(this.#values + 4, true);
  }

  /** Collects garbage, while the program is suspended. */
  collect(): void {
    const wasRunning = this.#isRunning;
    this.#isRunning = false;
    this.#collector.collect(this.#suspension.isSuspended ? this.#suspension.kept : undefined);
    this.#isRunning = wasRunning;
    this.#state.wantsCollection = false;
  }

  /** KeyboardInterrupt, at the program's next jump. */
  interrupt(): void {
    this.#exports.mp_sched_keyboard_interrupt();
  }

  /** Whether something waits for the program's next jump: a callback, or a KeyboardInterrupt. */
  get callbacksPending(): boolean {
    return this.#view.getInt16(Layout.schedState, true) === SCHED_PENDING;
  }

  /**
   * Makes MicroPython call `_bridge._dispatch(event)` at the next jump. False: its queue is full, or a KeyboardInterrupt
   * comes first. Nothing may be raised in this call: to tell of it takes memory, and the heap may be locked.
   */
  schedule(event: number): boolean {
    const isFull = this.#view.getUint8(Layout.schedLength) >= SCHED_DEPTH;
    if (isFull || this.#view.getUint32(Layout.pendingException, true) !== 0) return false;
    const valueAt = (index: number): number => this.#values + valuesBytes(index);
    putReference(this.#view, valueAt(2), this.#functions.dispatch);
    putInteger(this.#view, valueAt(3), event);
    const wasRunning = this.#isRunning;
    this.#isRunning = false;
    this.#exports.proxy_c_to_js_call(this.#functions.schedule, 2, valueAt(2), valueAt(1));
    this.#isRunning = wasRunning;
    return true;
  }

  /** Where the bytes of calls and answers stand, from which `length` are taken. */
  buffer(length: number): Uint8Array {
    return this.memory.subarray(this.#functions.buffer, this.#functions.buffer + length);
  }

  /** Starts again from an image: of an interpreter that waits, or has ended. */
  load({ memory, registers }: { readonly memory: Uint8Array; readonly registers: Registers }): void {
    const { used } = this;
    this.#memory.reach(memory.length);
    this.memory.set(memory);
    if (used > memory.length) this.memory.fill(0, memory.length, used);
    this.registers = registers;
    const wantsCollection = this.memory[Layout.wantsCollection] !== 0;
    Object.assign(this.#state, { isUnwinding: false, isRewinding: false, wantsCollection });
  }

  /** Up to where its memory is in use. */
  get used(): number {
    const { isSuspended, isInLoop, kept } = this.#suspension;
    return isSuspended && isInLoop ? kept.to : this.#view.getUint32(Layout.break, true);
  }

  get registers(): Registers {
    const { stackPointers, calls } = this.#state;
    return {
      ...this.#functions,
      stack: this.#exports.emscripten_stack_get_current(),
      stackPointers: [...stackPointers],
      suspension: this.#suspension.address,
      values: this.#values,
      scratch: this.#collector.scratch,
      names: this.#exports.names.value,
      isSuspended: this.#suspension.isSuspended,
      isInLoop: this.#suspension.isInLoop,
      fuel: this.#exports.fuel.value,
      steps: this.#exports.steps.value,
      calls,
    };
  }

  set registers(registers: Registers) {
    const { stack, stackPointers, suspension, values, scratch, isSuspended, isInLoop, ...others } = registers;
    const { fuel, steps, names, calls, ...functions } = others;
    this.#exports._emscripten_stack_restore(stack);
    this.#values = values;
    this.#collector.scratch = scratch;
    Object.assign(this.#suspension, { address: suspension, isSuspended, isInLoop });
    this.#exports.fuel.value = fuel;
    this.#exports.steps.value = steps;
    this.#exports.names.value = names;
    Object.assign(this.#state, { stackPointers: [...stackPointers], calls, recursionError: functions.recursionError });
    this.#functions = functions;
  }

  /** Before one of MicroPython's calls. */
  #pause(): boolean {
    const { fuel } = this.#exports;
    const isCounted = this.#state.calls < 0 || fuel.value === 0;
    if (this.#state.calls < 0) this.#state.calls = CALLS_BETWEEN;
    if (fuel.value === 0) fuel.value = CALLS_BETWEEN;
    if (!this.#isRunning) return false;
    const waits = this.surroundings.computed(isCounted);
    if (!waits && !this.#collector.isDue(this.used)) return false;
    this.#suspend(waits);
    return true;
  }

  /** Whether the code after it runs on; false if the program is suspended before that. */
  #passes(before: () => boolean): boolean {
    if (this.#state.isRewinding) this.#suspension.rewound();
    else if (this.#isRunning && before()) {
      this.#suspend(true);
      return false;
    }
    return true;
  }

  #suspend(waits: boolean, isInLoop = false): void {
    this.#waits = waits;
    this.#suspension.unwind(isInLoop);
  }

  /** In a loop of C code. */
  #outOfSteps(): void {
    if (this.#state.isRewinding) {
      this.#suspension.rewound();
    } else {
      this.#loops.giveSteps();
      if (!this.#isRunning) return;
      if (this.surroundings.computed(true)) {
        this.#suspend(true, true);
        return;
      }
    }
    this.#loops.interrupt();
  }

  #imports(gate: Gate): WebAssembly.Imports {
    const view = (): DataView => this.#view;
    const passes = (before: () => boolean): boolean => this.#passes(before);
    const files = fileCalls(view, () => this.surroundings.files);
    const host = hostImports({
      surroundings: () => this.surroundings,
      memory: view,
      passes,
      attached: (functions) => {
        this.#functions = { ...this.#functions, ...functions };
        this.#state.recursionError = this.#functions.recursionError;
      },
    });
    const streams = standardStreams(() => this.surroundings, view, passes, files);
    const env = {
      ...gate.imports,
      ...host,
      ...files,
      mp_js_ticks_ms: () => (passes(() => this.surroundings.beforeLook()) ? this.surroundings.uptime() : 0),
      mp_js_time_ms: () => this.surroundings.calendar(),
      mp_js_random_u32: () => this.surroundings.chance(),
      emscripten_resize_heap: (length: number) => (this.#memory.grows(length >>> 0) ? 1 : 0),
      out_of_steps: () => this.#outOfSteps(),
      _emscripten_throw_longjmp: throwLongjmp,
      _abort_js: () => {
        throw new Error("MicroPython gave up");
      },
    };
    return { env, wasi_snapshot_preview1: { ...files, ...streams } } as WebAssembly.Imports;
  }

  #withText(text: string, use: (address: number, length: number) => void): void {
    const bytes = new TextEncoder().encode(`${text}\0`);
    const address = this.#exports.malloc(bytes.length);
    this.memory.set(bytes, address);
    use(address, bytes.length - 1);
    this.#exports.free(address);
  }

  #throwRaised(value: number): void {
    const text = raisedText(this.#view, value);
    if (text === undefined) return;
    const message = new TextDecoder().decode(this.memory.subarray(text, this.memory.indexOf(0, text)));
    this.#exports.free(text);
    throw new Error(message);
  }
}
