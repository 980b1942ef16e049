const LINE_FEED = 10;

/** Bytes that came and were not read. */
export class ByteQueue {
  #pieces: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** To the end of the first line, or of all. */
  get lineLength(): number {
    let length = 0;
    for (const piece of this.#pieces) {
      const end = piece.indexOf(LINE_FEED);
      if (end >= 0) return length + end + 1;
      length += piece.length;
    }
    return length;
  }

  add(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#length += bytes.length;
  }

  /** The first `length` of them, or all. */
  take(length: number): Uint8Array {
    const taken = new Uint8Array(Math.min(length, this.#length));
    let at = 0;
    while (at < taken.length) {
      const piece = this.#pieces[0] as Uint8Array;
      const part = piece.subarray(0, taken.length - at);
      taken.set(part, at);
      at += part.length;
      if (part.length === piece.length) this.#pieces.shift();
      else this.#pieces[0] = piece.subarray(part.length);
    }
    this.#length -= taken.length;
    return taken;
  }

  clear(): void {
    this.#pieces = [];
    this.#length = 0;
  }
}
