import type { Store } from "../store/store.ts";

export interface SpoolLimits {
  readonly messages: number;
  readonly bytes: number;
  readonly ageMs: number;
}

const SPOOL_LIMITS: SpoolLimits = { messages: 10_000, bytes: 4 * 1024 * 1024, ageMs: 24 * 3_600_000 };

interface Spooled {
  readonly key: string;
  readonly text: string;
  /** In ms since 1970. */
  readonly time: number;
}

/** What nodes said while the broker was away, oldest first. It is kept in the store, and bounded. */
export class Spool {
  readonly #store: Store;
  readonly #limits: SpoolLimits;
  readonly #items: Spooled[] = [];
  #bytes = 0;
  #nextKey = 1;
  /** Messages that were given up because the spool was full, or they were too old. */
  dropped = 0;

  constructor(store: Store, limits: SpoolLimits = SPOOL_LIMITS) {
    this.#store = store;
    this.#limits = limits;
    for (const [key, text] of store.entries("spool")) {
      const { time } = JSON.parse(text) as { readonly time: number };
      this.#items.push({ key, text, time });
      this.#bytes += text.length;
      this.#nextKey = Number(key) + 1;
    }
  }

  get size(): number {
    return this.#items.length;
  }

  /** In UTF-16 code units, which JSON of ASCII has one of for each byte. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Keeps a message with its time (ms since 1970); the oldest go where it has no room. */
  add(time: number, message: object): void {
    const key = String(this.#nextKey++).padStart(12, "0");
    const text = JSON.stringify({ time, ...message });
    this.#store.put("spool", key, text);
    this.#items.push({ key, text, time });
    this.#bytes += text.length;
    const { messages, bytes, ageMs } = this.#limits;
    while (this.#items.length > messages || this.#bytes > bytes || (this.#items[0]?.time ?? time) < time - ageMs) {
      this.#removeOldest();
      this.dropped++;
    }
  }

  /** The oldest `count` messages. */
  peek(count: number): readonly Spooled[] {
    return this.#items.slice(0, count);
  }

  /** The broker has these. */
  remove(items: readonly Spooled[]): void {
    const keys = new Set(items.map(({ key }) => key));
    this.#store.transaction(() => {
      while (keys.has(this.#items[0]?.key ?? "")) this.#removeOldest();
    });
  }

  #removeOldest(): void {
    const oldest = this.#items.shift();
    if (oldest === undefined) return;
    this.#bytes -= oldest.text.length;
    this.#store.delete("spool", oldest.key);
  }
}
