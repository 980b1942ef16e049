/** What is kept. Each collection has records of its own keys. */
export type Collection = "nodes" | "mailbox" | "spool" | "counters";

/**
 * What has to survive the process: texts by keys, in collections. All calls are synchronous, and what they changed is kept
 * when the outermost `transaction` (or, outside of one, the call) returns.
 */
export interface Store extends AsyncDisposable {
  get(collection: Collection, key: string): string | undefined;
  put(collection: Collection, key: string, value: string): void;
  delete(collection: Collection, key: string): void;
  /** The records of a collection as they are now, sorted by the UTF-8 of their keys. */
  entries(collection: Collection): readonly (readonly [key: string, value: string])[];
  /** Runs `work`. What it throws undoes all that it changed. Not nested. */
  transaction<T>(work: () => T): T;
}
