interface Copies {
  /** How many times each radio heard it; a radio that did not has no place in it. */
  readonly heard: number[];
  /** The most times that one radio heard it: there were that many messages. */
  messages: number;
  endMs: number;
}

const WINDOW_MS = 200;
const MAX_REMEMBERED = 4096;

/**
 * Knows which receptions of several radios are one message. Two equal messages in a short time are real (a button); so the
 * second copy that a radio hears is a second message, unless another radio has heard two already.
 */
export class Deduplicator {
  readonly #windowMs: number;
  readonly #radios: number;
  /** In the order of their ends. */
  readonly #copies = new Map<string, Copies>();
  duplicates = 0;

  /** `radios`: how many there are. `windowMs`: how much later another radio's copy may come. */
  constructor(radios: number, windowMs: number = WINDOW_MS) {
    this.#radios = radios;
    this.#windowMs = windowMs;
  }

  /** Whether this reception is a message that no other radio has brought yet. */
  isNew(radio: number, source: string, data: Uint8Array, nowMs: number): boolean {
    if (this.#radios === 1) return true; // each copy that it hears is a message
    this.#forget(nowMs);
    const key = source + Buffer.from(data.buffer, data.byteOffset, data.length).toString("latin1");
    const copies = this.#copies.get(key) ?? { heard: [], messages: 0, endMs: 0 };
    copies.endMs = nowMs + this.#windowMs;
    this.#copies.delete(key);
    this.#copies.set(key, copies);
    const count = (copies.heard[radio] ?? 0) + 1;
    copies.heard[radio] = count;
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
