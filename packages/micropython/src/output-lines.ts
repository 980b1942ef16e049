import type { Output } from "./output-log.ts";

/** A line that a program printed, without its end. */
export interface OutputLine {
  /** When it began, on the radio's clock. */
  readonly timeMs: number;
  /** Where it was printed. */
  readonly stream: Output["stream"];
  /** Without the end of the line. */
  readonly text: string;
}

/** A line that is longer is shown in pieces. */
const MAX_LENGTH = 64 * 1024;

/** Makes lines of what a program prints. What is no UTF-8 becomes U+FFFD. */
export class OutputLines {
  readonly #onLine: (line: OutputLine) => void;
  readonly #decoder = new TextDecoder();
  #text = "";
  #timeMs = 0;
  #stream: Output["stream"] = "stdout";

  constructor(onLine: (line: OutputLine) => void) {
    this.#onLine = onLine;
  }

  add({ timeMs, stream, bytes }: Output): void {
    if (stream !== this.#stream) this.flush();
    this.#stream = stream;
    if (this.#text === "") this.#timeMs = timeMs;
    const lines = (this.#text + this.#decoder.decode(bytes, { stream: true })).split(/\r?\n/);
    this.#text = lines.pop() ?? "";
    for (const text of lines) {
      this.#onLine({ timeMs: this.#timeMs, stream, text });
      this.#timeMs = timeMs;
    }
    if (this.#text.length > MAX_LENGTH) this.flush();
  }

  /** The last line may have no end. */
  flush(): void {
    if (this.#text !== "") this.#onLine({ timeMs: this.#timeMs, stream: this.#stream, text: this.#text });
    this.#text = "";
  }
}
