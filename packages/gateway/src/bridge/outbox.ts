import { recordsOf, type Store, type StoreHealth } from "../store/store.ts";
import type { Publication } from "./broker.ts";

const MAX_MESSAGES = 1000;
const MAX_BYTES = 1024 * 1024;
const AT_ONCE = 32;

interface Kept {
  readonly key: string;
  readonly message: Publication;
  readonly bytes: number;
}

/**
 * Publications that were promised to nodes: in the store until the broker has confirmed them. Of one topic only one is on
 * its way at a time, and it is gone from here before the next: after a crash none comes again that is older than what was
 * published last.
 */
export class Outbox {
  readonly #store: Store;
  readonly #health: StoreHealth;
  readonly #publish: (message: Publication, done: (isConfirmed: boolean) => void) => void;
  readonly #messages: Kept[] = [];
  #bytes = 0;
  #nextKey = 1;
  #isSending = false;

  constructor(
    store: Store,
    health: StoreHealth,
    publish: (message: Publication, done: (isConfirmed: boolean) => void) => void,
  ) {
    this.#store = store;
    this.#health = health;
    this.#publish = publish;
    for (const [key, message] of recordsOf<Publication>(store, "outbox")) {
      const bytes = JSON.stringify(message).length;
      this.#messages.push({ key, message, bytes });
      this.#bytes += bytes;
      this.#nextKey = Number(key) + 1;
    }
  }

  get size(): number {
    return this.#messages.length;
  }

  /** Whether it is more than half full. */
  get isFilling(): boolean {
    return this.#messages.length > MAX_MESSAGES / 2 || this.#bytes > MAX_BYTES / 2;
  }

  /** Keeps a message. When this returns, it will be published. @throws RangeError if there is no room; StoreError. */
  add(message: Publication): void {
    const text = JSON.stringify(message);
    if (this.#messages.length >= MAX_MESSAGES || this.#bytes + text.length > MAX_BYTES)
      throw new RangeError(`${this.#messages.length} messages wait for the broker: there is no room for more`);
    const key = String(this.#nextKey).padStart(12, "0");
    this.#health.need(() => this.#store.put("outbox", key, text));
    this.#nextKey++;
    this.#messages.push({ key, message, bytes: text.length });
    this.#bytes += text.length;
  }

  /** Publishes what waits, if the broker is there. `failed` is called if it does not confirm all of it. */
  send(failed: () => void): void {
    const batch = this.#nextBatch();
    if (this.#isSending || batch.length === 0) return;
    this.#isSending = true;
    const confirmed = new Set<Kept>();
    let open = batch.length;
    for (const kept of batch) {
      this.#publish(kept.message, (isConfirmed) => {
        if (isConfirmed) confirmed.add(kept);
        if (--open > 0) return;
        this.#isSending = false;
        this.#remove(confirmed);
        if (confirmed.size === batch.length) this.send(failed);
        else failed();
      });
    }
  }

  /** The first messages, each of another topic. */
  #nextBatch(): readonly Kept[] {
    const topics = new Set<string>();
    const first = this.#messages.findIndex(({ message: { topic } }) => {
      const isTaken = topics.has(topic);
      topics.add(topic);
      return isTaken;
    });
    return this.#messages.slice(0, Math.min(AT_ONCE, first < 0 ? this.#messages.length : first));
  }

  #remove(done: ReadonlySet<Kept>): void {
    if (done.size === 0) return;
    const left = this.#messages.filter((kept) => !done.has(kept));
    this.#messages.splice(0, this.#messages.length, ...left);
    this.#bytes = left.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#health.tolerate(() => {
      this.#store.transaction(() => {
        for (const { key } of done) this.#store.delete("outbox", key);
      }, "kill");
    });
  }
}
