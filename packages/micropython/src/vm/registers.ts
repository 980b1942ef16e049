import type { PythonFunctions } from "./host-functions.ts";

/** What a MicroPython is outside of its memory, while its program is suspended or has not begun. */
export interface Registers extends PythonFunctions {
  readonly stack: number;
  readonly stackPointers: readonly number[];
  readonly suspension: number;
  readonly values: number;
  readonly scratch: number;
  readonly names: number;
  readonly isSuspended: boolean;
  readonly isInLoop: boolean;
  readonly fuel: number;
  readonly steps: number;
  readonly calls: number;
}
