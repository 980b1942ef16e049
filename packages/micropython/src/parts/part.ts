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
