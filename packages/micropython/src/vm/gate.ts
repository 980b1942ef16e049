import type { FunctionTable, LinearMemory } from "./compiled.ts";
import { Layout } from "./layout.ts";

const HANDLE_PENDING: number = Layout.handlePending;

/** How Emscripten's `longjmp` leaves functions: as this value, thrown through them. */
const LONGJMP: object = Object.freeze({ name: "longjmp" });

/** What of a MicroPython the calls between its functions need. */
export interface GateExports {
  readonly memory: LinearMemory;
  readonly __indirect_function_table: FunctionTable;
  _emscripten_stack_restore(address: number): void;
  setThrew(threw: number, value: number): void;
  /** Raises a Python exception; never returns. */
  nlr_jump(exception: number): void;
}

/** Where a MicroPython is between running and being suspended; shared by all that runs in it. */
export interface GateState {
  /** Calls that may pass before `pause` is asked. */
  calls: number;
  /** Functions return one after the other, and asyncify keeps what they know. */
  isUnwinding: boolean;
  /** Functions are called again, to where they were. */
  isRewinding: boolean;
  /** The C stack's pointer at each of these calls on the way, the innermost first: rewinding finds it at its lowest. */
  stackPointers: number[];
  /** MicroPython wants its garbage collected. */
  wantsCollection: boolean;
  /** The address of the exception for a recursion that is too deep. */
  recursionError: number;
  /** Before a call: whether the program is suspended here. It unwinds then. */
  pause(callee: number): boolean;
  /** The program is where it was suspended, and goes on. */
  resumed(): void;
}

type Callee = (a?: number, b?: number, c?: number, d?: number, e?: number) => number;
/** `current`: the C stack's pointer. */
type Invoke = (current: number, callee: number, a?: number, b?: number, c?: number, d?: number, e?: number) => number;

/**
 * The imports by which MicroPython's C functions call others where an exception may pass (`invoke_*`): its `nlr_push` is
 * setjmp, so that is wherever bytecode calls something. Each is a place at which a program can be suspended.
 */
export class Gate {
  readonly imports: Readonly<Record<string, Invoke | (() => void)>>;
  /** Gives the functions what they call, once there is an instance. */
  readonly attach: (exports: GateExports) => void;

  constructor(state: GateState) {
    const functions: Callee[] = [];
    let exports: GateExports;
    this.attach = (made) => {
      exports = made;
    };
    const functionOf = (index: number): Callee => {
      const found = exports.__indirect_function_table.get(index);
      functions[index] = found;
      return found;
    };
    // Unused arguments are undefined, and ignored: cheaper than rest parameters.
    const invoke: Invoke = (current, callee, a, b, c, d, e) => {
      let stack = current;
      if (state.isRewinding) {
        const onTheWay = state.stackPointers.pop();
        if (onTheWay === undefined) state.resumed();
        else stack = onTheWay;
      } else if ((--state.calls < 0 || callee === HANDLE_PENDING || state.wantsCollection) && state.pause(callee)) {
        return 0;
      }
      try {
        const result = (functions[callee] ?? functionOf(callee))(a, b, c, d, e);
        if (state.isUnwinding) state.stackPointers.push(stack);
        return result;
      } catch (error) {
        caught(exports, state, stack, error);
        return 0;
      }
    };
    const names = ["i", "ii", "iii", "iiii", "iiiii", "iiiiii", "v", "vi", "vii", "viii", "viiii"];
    const wanted = (): void => {
      state.wantsCollection = true;
    };
    this.imports = {
      ...Object.fromEntries(names.map((name) => [`invoke_${name}`, invoke])),
      collection_wanted: wanted,
    };
  }
}

/** `_emscripten_throw_longjmp` */
export function throwLongjmp(): never {
  throw LONGJMP;
}

function caught(exports: GateExports, state: GateState, stack: number, error: unknown): void {
  exports._emscripten_stack_restore(stack);
  if (error !== LONGJMP) {
    // C code has recursed deeper than the computer's stack goes: a board raises RuntimeError.
    if (!(error instanceof RangeError) || state.isRewinding || state.recursionError === 0) throw error;
    raiseIn(exports, state.recursionError);
    exports._emscripten_stack_restore(stack);
  }
  exports.setThrew(1, 0);
}

function raiseIn(exports: GateExports, exception: number): void {
  try {
    exports.nlr_jump(exception);
  } catch (error) {
    if (error !== LONGJMP) throw error;
  }
}
