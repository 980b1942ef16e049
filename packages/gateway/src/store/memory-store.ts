import type { Collection, Store } from "./store.ts";

/** Keeps nothing beyond the process: for tests, and for a gateway without a disk. */
export class MemoryStore implements Store {
  #records = new Map<Collection, Map<string, string>>();

  get(collection: Collection, key: string): string | undefined {
    return this.#collection(collection).get(key);
  }

  put(collection: Collection, key: string, value: string): void {
    this.#collection(collection).set(key, value);
  }

  delete(collection: Collection, key: string): void {
    this.#collection(collection).delete(key);
  }

  entries(collection: Collection): readonly (readonly [string, string])[] {
    return [...this.#collection(collection)].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }

  transaction<T>(work: () => T): T {
    const before = new Map([...this.#records].map(([name, records]) => [name, new Map(records)]));
    try {
      return work();
    } catch (error) {
      this.#records = before;
      throw error;
    }
  }

  /** Nothing is open. */
  async [Symbol.asyncDispose](): Promise<void> {}

  #collection(name: Collection): Map<string, string> {
    let records = this.#records.get(name);
    if (records === undefined) {
      records = new Map();
      this.#records.set(name, records);
    }
    return records;
  }
}
