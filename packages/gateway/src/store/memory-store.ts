import type { Collection, Store } from "./store.ts";

/** Keeps nothing beyond the process: for tests, and for a gateway without a disk. */
export class MemoryStore implements Store {
  readonly #records = new Map<Collection, Map<string, string>>();
  /** How to undo what the transaction has changed, the last change first. */
  #undo: (() => void)[] | undefined;

  get(collection: Collection, key: string): string | undefined {
    return this.#collection(collection).get(key);
  }

  put(collection: Collection, key: string, value: string): void {
    this.#remember(collection, key);
    this.#collection(collection).set(key, value);
  }

  delete(collection: Collection, key: string): void {
    this.#remember(collection, key);
    this.#collection(collection).delete(key);
  }

  entries(collection: Collection): readonly (readonly [string, string])[] {
    return [...this.#collection(collection)].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  transaction<T>(work: () => T): T {
    const undo: (() => void)[] = [];
    this.#undo = undo;
    try {
      return work();
    } catch (error) {
      for (const restore of undo.reverse()) restore();
      throw error;
    } finally {
      this.#undo = undefined;
    }
  }

  /** Nothing is open. */
  async [Symbol.asyncDispose](): Promise<void> {}

  #remember(collection: Collection, key: string): void {
    const records = this.#collection(collection);
    const before = records.get(key);
    this.#undo?.push(() => void (before === undefined ? records.delete(key) : records.set(key, before)));
  }

  #collection(name: Collection): Map<string, string> {
    let records = this.#records.get(name);
    if (records === undefined) {
      records = new Map();
      this.#records.set(name, records);
    }
    return records;
  }
}
