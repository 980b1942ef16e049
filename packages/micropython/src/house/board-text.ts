/** How much of what a board printed a test can look at, in UTF-16 code units; what is older is forgotten. */
const LIMIT = 1024 * 1024;

/** What a board has printed, and how far a test has looked at it. */
export class BoardText {
  readonly #decoder = new TextDecoder();
  #text = "";
  #seen = 0;

  add(bytes: Uint8Array): void {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    if (this.#text.length <= 2 * LIMIT) return;
    const forgotten = this.#text.length - LIMIT;
    this.#text = this.#text.slice(forgotten);
    this.#seen = Math.max(0, this.#seen - forgotten);
  }

  get all(): string {
    return this.#text;
  }

  get unseen(): string {
    return this.#text.slice(this.#seen);
  }

  /** The test has looked at this many more characters, as Python counts them. */
  see(characters: number): void {
    for (let left = characters; left > 0 && this.#seen < this.#text.length; left--) {
      this.#seen += (this.#text.codePointAt(this.#seen) as number) > 0xffff ? 2 : 1;
    }
  }
}
