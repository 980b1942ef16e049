import type { Internals } from "./internals.ts";
import type { LoadedVm } from "./micropython.ts";

/** python/_collector.py */
interface CollectorModule {
  /** Python memory for the copy of the C stack. */
  readonly stack_address: number;
  readonly stack_size: number;
  /** A call that does nothing. */
  enter(): unknown;
  /** Jumps in all kinds of frames. */
  visit(): void;
  /** Whether garbage is collected, and nothing else. */
  works(): boolean;
}

interface CollectedVm extends LoadedVm {
  readonly module: CollectorModule;
  readonly internals: Internals;
}

type InvokeVi = (fn: number, argument: number) => void;

/** At most so many chances to collect are let pass after one at which it was not possible. */
const LONGEST_PAUSE = 4096;

/**
 * Collects garbage while a program blocks. This build of MicroPython only notes the wish to collect, and does it when
 * no Python is running: for a program that does not return that is never. It cannot know what the variables of its C
 * code hold. But between two instructions of the bytecode they hold nothing that Python's own frames or the C stack do
 * not hold too, as long as there is nothing on the way from the program's first frame to this one but calls of Python
 * functions.
 *
 * MicroPython is between two instructions where it handles what is pending, at a jump. So it is made to believe that
 * something is pending; when it comes to handle that, the functions on the stack are compared with those seen during
 * the calls of python/_collector.py. If there are no others, the C stack is copied to where MicroPython finds what it
 * refers to, and MicroPython is called so that it believes that no Python is running.
 */
export class Collector {
  #vm: CollectedVm | undefined;
  readonly #harmless = new Set<string>();
  /** mp_handle_pending, by its index in the table of functions. */
  #handlePending = -1;
  #learning = false;
  #wanted = false;
  #pause = 1;
  #chances = 0;

  /** Replaces the import by which bytecode calls mp_handle_pending. */
  watch(imports: WebAssembly.Imports): void {
    const env = imports["env"] as { invoke_vi: InvokeVi };
    const { invoke_vi } = env;
    env.invoke_vi = (fn, argument) => {
      if (this.#wanted && fn === this.#handlePending) this.#collectHere();
      if (this.#learning) this.#learn(fn, () => invoke_vi(fn, argument));
      else invoke_vi(fn, argument);
    };
  }

  /** Learns from which calls it may collect, and tries it. False: it does not work with this MicroPython. */
  start(loaded: LoadedVm, internals: Internals): boolean {
    const vm = { ...loaded, internals, module: loaded.python.pyimport("_collector") as unknown as CollectorModule };
    if (internals.externalCalls !== 0) return false;
    this.#vm = vm;
    this.#learning = true;
    internals.awaitJump();
    vm.module.visit();
    this.#learning = false;
    if (this.#handlePending !== -1 && vm.module.works()) return true;
    this.#vm = undefined;
    return false;
  }

  /** A chance to collect at the program's next jump, if MicroPython wishes to. */
  offer(): void {
    if (!this.#vm?.internals.wantsCollection || ++this.#chances < this.#pause) return;
    this.#chances = 0;
    this.#wanted = true;
    this.#vm.internals.awaitJump();
  }

  /** As `offer`, though the last chance may have been no good. */
  insist(): void {
    this.#pause = 1;
    this.offer();
  }

  #learn(fn: number, call: () => void): void {
    const { internals } = this.#vm as CollectedVm;
    const pending = internals.callbacksPending;
    call();
    if (!pending || internals.callbacksPending) return;
    this.#handlePending = fn;
    for (const caller of callers()) this.#harmless.add(caller);
    internals.awaitJump();
  }

  #collectHere(): void {
    const { internals, module } = this.#vm as CollectedVm;
    this.#wanted = false;
    const possible = callers().every((caller) => this.#harmless.has(caller)) && this.#copyCStack();
    this.#pause = possible ? 1 : Math.min(this.#pause * 2, LONGEST_PAUSE);
    if (!possible) return;
    const { externalCalls } = internals;
    internals.externalCalls = 0;
    module.enter();
    internals.externalCalls = externalCalls;
  }

  /** False: it does not fit. */
  #copyCStack(): boolean {
    const { memory, cStack, module } = this.#vm as CollectedVm;
    const copy = new Uint8Array(memory.buffer, module.stack_address, module.stack_size);
    const from = cStack.emscripten_stack_get_current();
    const length = cStack.emscripten_stack_get_base() - from;
    if (length > copy.length) return false;
    copy.set(new Uint8Array(memory.buffer, from, length));
    copy.fill(0, length);
    return true;
  }
}

/** The functions of MicroPython on the stack, by their numbers. */
function callers(): string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return Array.from(stack.matchAll(/wasm-function\[(\d+)\]/g), ([, number]) => number as string);
}
