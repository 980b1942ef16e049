import { recordsOf, type Store, type StoreHealth } from "../store/store.ts";

/** How much is kept while the broker is away. What is older, or too much, is dropped and counted. */
export interface SpoolLimits {
  /** The largest number of messages. */
  readonly messages: number;
  /** The largest number of bytes. */
  readonly bytes: number;
  /** The greatest age, in ms. */
  readonly ageMs: number;
}

const SPOOL_LIMITS: SpoolLimits = { messages: 10_000, bytes: 4 * 1024 * 1024, ageMs: 24 * 3_600_000 };

/** A message in the spool. */
export interface Spooled {
  /** Its key in the store. */
  readonly key: string;
  /** The message as JSON. */
  readonly text: string;
  /** When it was received, in ms since 1970. */
  readonly time: number;
}

/** What nodes said while the broker was away, oldest first. It is kept in the store, and bounded. */
export class Spool {
  readonly #store: Store;
  readonly #health: StoreHealth;
  readonly #limits: SpoolLimits;
  readonly #items: Spooled[] = [];
  #bytes = 0;
  #nextKey = 1;
  /** Messages that were given up because the spool was full, or they were too old. */
  dropped = 0;

  constructor(store: Store, health: StoreHealth, limits: SpoolLimits = SPOOL_LIMITS) {
    this.#store = store;
    this.#health = health;
    this.#limits = limits;
    for (const [key, message] of recordsOf<{ readonly time: number }>(store, "spool")) {
      const { time } = message;
      const text = JSON.stringify(message);
      this.#items.push({ key, text, time });
      this.#bytes += text.length;
      this.#nextKey = Number(key) + 1;
    }
  }

  /** How many messages wait. */
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
    this.#change(() => this.#store.put("spool", key, text)); // it is in memory, at least
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
    const first = this.#items.findIndex(({ key }) => !keys.has(key));
    const done = this.#items.splice(0, first < 0 ? this.#items.length : first);
    this.#bytes -= done.reduce((sum, { text }) => sum + text.length, 0);
    this.#change(() => {
      for (const { key } of done) this.#store.delete("spool", key);
    });
  }

  #removeOldest(): void {
    const oldest = this.#items.shift();
    if (oldest === undefined) return;
    this.#bytes -= oldest.text.length;
    this.#change(() => this.#store.delete("spool", oldest.key));
  }

  #change(work: () => void): void {
    this.#health.tolerate(() => this.#store.transaction(work, "kill"));
  }
}
