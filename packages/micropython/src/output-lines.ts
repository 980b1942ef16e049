import type { Output } from "./output-log.ts";
import { Utf8Stream } from "./utf8-stream.ts";

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

/** A line that has no end yet. */
export interface OutputLinesState extends OutputLine {
  /** The first bytes of a character in UTF-8 that is not complete. */
  readonly begun: Uint8Array;
}

/** Makes lines of what a program prints. What is no UTF-8 becomes U+FFFD. */
export class OutputLines {
  readonly #onLine: (line: OutputLine) => void;
  readonly #decoder = new Utf8Stream();
  #text = "";
  #timeMs = 0;
  #stream: Output["stream"] = "stdout";

  /** `onLine` is called synchronously with each line that is complete. */
  constructor(onLine: (line: OutputLine) => void) {
    this.#onLine = onLine;
  }

  /** What was printed next. It is not kept. */
  add({ timeMs, stream, bytes }: Output): void {
    if (stream !== this.#stream) this.flush();
    this.#stream = stream;
    if (this.#text === "") this.#timeMs = timeMs;
    const lines = (this.#text + this.#decoder.decode(bytes)).split(/\r?\n/);
    this.#text = lines.pop() ?? "";
    for (const text of lines) {
      this.#onLine({ timeMs: this.#timeMs, stream, text });
      this.#timeMs = timeMs;
    }
    if (this.#text.length > MAX_LENGTH) this.flush();
  }

  /** What `load` brings back: the line that has no end yet. */
  save(): OutputLinesState {
    return { timeMs: this.#timeMs, stream: this.#stream, text: this.#text, begun: this.#decoder.begun };
  }

  /** Continues with a line that `save` returned. */
  load({ timeMs, stream, text, begun }: OutputLinesState): void {
    this.#timeMs = timeMs;
    this.#stream = stream;
    this.#text = text;
    this.#decoder.begun = begun;
  }

  /** The last line may have no end. */
  flush(): void {
    if (this.#text !== "") this.#onLine({ timeMs: this.#timeMs, stream: this.#stream, text: this.#text });
    this.#text = "";
  }
}
