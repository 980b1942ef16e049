import { Utf8Stream } from "./utf8-stream.ts";

/** A piece of what a program printed. */
export interface Output {
  /** On the radio's clock. */
  readonly timeMs: number;
  /** Where it was printed. */
  readonly stream: "stdout" | "stderr";
  /** As it was printed: not necessarily whole lines. */
  readonly bytes: Uint8Array;
}

/** How much is kept, in UTF-16 code units; what is older is forgotten. */
const LIMIT = 1024 * 1024;

/** The latest of what was printed. */
export interface OutputLogState {
  readonly text: string;
  readonly begun: Uint8Array;
  readonly forgotten: number;
}

/** What a program printed, the latest of it. */
export class OutputLog {
  readonly #decoder = new Utf8Stream();
  #text = "";
  /** How much was forgotten. */
  forgotten = 0;

  /** Returns the text of the bytes; an incomplete character is kept until its rest comes. */
  add(bytes: Uint8Array): string {
    const text = this.#decoder.decode(bytes);
    this.#text += text;
    // Twice the limit, so that little is copied for each piece.
    if (this.#text.length > 2 * LIMIT) {
      this.forgotten += this.#text.length - LIMIT;
      this.#text = this.#text.slice(-LIMIT);
    }
    return text;
  }

  get text(): string {
    return this.#text;
  }

  save(): OutputLogState {
    return { text: this.#text, begun: this.#decoder.begun, forgotten: this.forgotten };
  }

  load({ text, begun, forgotten }: OutputLogState): void {
    this.#text = text;
    this.#decoder.begun = begun;
    this.forgotten = forgotten;
  }
}
