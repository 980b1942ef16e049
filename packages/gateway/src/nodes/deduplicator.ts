import { toHex } from "../decoders/bytes.ts";

interface Copies {
  /** How often each radio heard it. */
  readonly heard: Map<number, number>;
  /** The most that one radio heard it: so many messages there were. */
  messages: number;
  endMs: number;
}

const MAX_REMEMBERED = 4096;

/**
 * Knows which receptions of several radios are one message. Two equal messages in a short time are real (a button); so the
 * second copy that a radio hears is a second message, unless another radio has heard two already.
 */
export class Deduplicator {
  readonly #windowMs: number;
  /** In the order of their ends. */
  readonly #copies = new Map<string, Copies>();
  duplicates = 0;

  /** `windowMs`: how much later another radio's copy may come. */
  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** Whether this reception is a message that no other radio has brought yet. */
  isNew(radio: number, source: string, data: Uint8Array, nowMs: number): boolean {
    this.#forget(nowMs);
    const key = `${source} ${toHex(data)}`;
    const copies = this.#copies.get(key) ?? { heard: new Map(), messages: 0, endMs: 0 };
    copies.endMs = nowMs + this.#windowMs;
    this.#copies.delete(key);
    this.#copies.set(key, copies);
    const count = (copies.heard.get(radio) ?? 0) + 1;
    copies.heard.set(radio, count);
    if (count <= copies.messages) {
      this.duplicates++;
      return false;
    }
    copies.messages = count;
    return true;
  }

  #forget(nowMs: number): void {
    for (const [key, { endMs }] of this.#copies) {
      if (endMs > nowMs && this.#copies.size < MAX_REMEMBERED) return;
      this.#copies.delete(key);
    }
  }
}
