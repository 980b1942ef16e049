// parts: What answers the calls of programs, a part for each Python module. A part does not block: it says that the
// program has to wait. It refuses as MicroPython does, with the same errors. It knows the board and the calls, and no
// Python.

/**
 * What answers the calls of one Python module of a program. Its state is plain data (docs/architecture.md). What it cannot
 * save it refuses with an Error that says what to do.
 */
export interface Part<S> {
  /** The program is over: what the part does of itself ends. Twice is once. */
  detach(): void;
  save(): S;
  /** Of a part that was attached just now, and whose radio and board are loaded. */
  load(state: S): void;
}
