import type { Output } from "./output.ts";

const NEWLINE = 10;
const LINE_END = Uint8Array.of(13, 10);

/**
 * What a program prints as text on a board that is at its REPL: all on one line, and a line's end is CR LF, as MicroPython
 * sends it over a serial line.
 */
export class SerialLine implements Pick<Output, "write"> {
  readonly #output: Output;

  constructor(output: Output) {
    this.#output = output;
  }

  write(_stream: "stdout" | "stderr", bytes: Uint8Array): void {
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      this.#output.write("stdout", bytes.subarray(start, end));
      this.#output.write("stdout", LINE_END);
      start = end + 1;
    }
    this.#output.write("stdout", bytes.subarray(start));
  }
}
