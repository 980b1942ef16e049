import { HANDLE_PENDING, HARMLESS, type Internals } from "./internals.ts";
import type { LoadedVm } from "./micropython.ts";

/** What it needs of python/_gc.py. */
interface GcModule {
  /** Python memory for a copy of the C stack. */
  readonly _stack_address: number;
  readonly _STACK_SIZE: number;
  /** Any call would do. */
  _enter(): void;
  /** Whether garbage is collected, and nothing else. */
  _works(): boolean;
}

interface CollectedVm extends LoadedVm {
  readonly gc: GcModule;
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
 * something is pending. When it comes to handle that, and finds none but harmless functions on its stack, the C stack is
 * copied to where MicroPython sees what it refers to, and MicroPython is called so that it believes that no Python is
 * running.
 */
export class Collector {
  #vm: CollectedVm | undefined;
  #wanted = false;
  #pause = 1;
  #chances = 0;

  /** Replaces the import by which bytecode calls mp_handle_pending. */
  watch(imports: WebAssembly.Imports): void {
    const env = imports["env"] as { invoke_vi: InvokeVi };
    const { invoke_vi } = env;
    env.invoke_vi = (callee, argument) => {
      if (this.#wanted && callee === HANDLE_PENDING) this.#collectHere();
      invoke_vi(callee, argument);
    };
  }

  /** From now on garbage is collected. False: that does not work with this MicroPython. */
  start(vm: LoadedVm, internals: Internals): boolean {
    const gc = vm.python.pyimport("_gc") as unknown as GcModule;
    if (internals.externalCalls !== 0) return false;
    this.#vm = { ...vm, internals, gc };
    if (gc._works()) return true;
    this.#vm = undefined;
    return false;
  }

  /** MicroPython has begun anew. */
  reset(): void {
    this.#wanted = false;
    this.#pause = 1;
    this.#chances = 0;
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

  #collectHere(): void {
    const { internals, gc } = this.#vm as CollectedVm;
    this.#wanted = false;
    const possible = callers().every((caller) => HARMLESS.has(caller)) && this.#copyCStack();
    this.#pause = possible ? 1 : Math.min(this.#pause * 2, LONGEST_PAUSE);
    if (!possible) return;
    const { externalCalls } = internals;
    internals.externalCalls = 0;
    try {
      gc._enter();
    } catch {
      // The program has recursed as deep as it can; there will be another chance.
    }
    internals.externalCalls = externalCalls;
  }

  /** False: it does not fit. */
  #copyCStack(): boolean {
    const { memory, cStack, gc } = this.#vm as CollectedVm;
    const copy = new Uint8Array(memory.buffer, gc._stack_address, gc._STACK_SIZE);
    const from = cStack.emscripten_stack_get_current();
    const length = cStack.emscripten_stack_get_base() - from;
    if (length > copy.length) return false;
    copy.set(new Uint8Array(memory.buffer, from, length));
    copy.fill(0, length);
    return true;
  }
}

/**
 * The functions of MicroPython on the stack, by their numbers. Frames of JavaScript are left out at once: to describe
 * them takes long.
 */
export function callers(): number[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  Error.stackTraceLimit = Number.POSITIVE_INFINITY;
  Error.prepareStackTrace = (_error, frames) => frames.filter((frame) => frame.getFileName()?.startsWith("wasm:"));
  const { stack } = new Error("where is this") as unknown as { stack: NodeJS.CallSite[] };
  Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  return stack.map((frame) => Number(/wasm-function\[(\d+)\]/.exec(String(frame))?.[1]));
}
