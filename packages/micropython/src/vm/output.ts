/** Longer pieces are handed on as they come. */
const PIECE_BYTES = 4096;
const NEWLINE = 10;

type Stream = "stdout" | "stderr";

/** A crumb that has not been handed on. */
export interface OutputState {
  readonly stream: Stream;
  readonly bytes: Uint8Array;
}

/**
 * Gathers what a program prints, which MicroPython writes in crumbs, into lines. Crumbs without a line's end are handed on
 * before the program waits or asks.
 */
export class Output {
  readonly #print: (stream: Stream, bytes: Uint8Array) => void;
  readonly #buffer: Uint8Array = new Uint8Array(PIECE_BYTES);
  #length = 0;
  #stream: Stream = "stdout";

  constructor(print: (stream: Stream, bytes: Uint8Array) => void) {
    this.#print = print;
  }

  write(stream: Stream, bytes: Uint8Array): void {
    if (stream !== this.#stream) this.flush();
    this.#stream = stream;
    let rest = bytes;
    while (rest.length > 0) {
      const part = rest.subarray(0, PIECE_BYTES - this.#length);
      this.#buffer.set(part, this.#length);
      this.#length += part.length;
      rest = rest.subarray(part.length);
      if (this.#length === PIECE_BYTES) this.flush();
    }
    if (this.#length > 0 && this.#buffer[this.#length - 1] === NEWLINE) this.flush();
  }

  save(): OutputState {
    return { stream: this.#stream, bytes: this.#buffer.slice(0, this.#length) };
  }

  load({ stream, bytes }: OutputState): void {
    this.#stream = stream;
    this.#buffer.set(bytes);
    this.#length = bytes.length;
  }

  flush(): void {
    if (this.#length === 0) return;
    const bytes = this.#buffer.slice(0, this.#length);
    this.#length = 0;
    this.#print(this.#stream, bytes);
  }
}
