import type { Exit, Program } from "espnow-micropython";
import { type OutputLine, OutputLines } from "espnow-micropython/command";
import { toSeconds } from "../output/format.ts";
import type { Output, Style } from "../output/output.ts";

/** The colours of the boards' names, in turn. Red is for failures. */
const COLORS: readonly Style[] = ["cyan", "yellow", "green", "magenta", "blue"];

/**
 * Shows what boards print. Several are shown side by side: line by line, each with the name of its board. One alone is
 * shown as it prints, byte by byte.
 */
export class BoardOutput {
  readonly #output: Output;
  readonly #width: number;
  readonly #isAlone: boolean;
  #boards = 0;

  constructor(output: Output, names: readonly string[], json = false) {
    this.#output = output;
    this.#isAlone = names.length === 1 && !json;
    this.#width = Math.max(...names.map((name) => name.length));
  }

  /** From now on the program's output is shown. */
  add(program: Program): void {
    const { name, radio } = program;
    const color = COLORS[this.#boards++ % COLORS.length] as Style;
    const prefix = this.#isAlone ? "" : `${this.#output.paint(color, name.padEnd(this.#width))} | `;
    const lines = new OutputLines((line) => this.#printLine(name, prefix, line));
    program.onOutput = (output) => {
      if (this.#isAlone && output.stream === "stdout") this.#output.write(output.bytes);
      else lines.add(output);
      return this.#output.drained; // the program waits for a reader who is slow
    };
    void program.exited.then((exit) => {
      lines.flush();
      this.#printExit(name, radio.clock.now(), exit);
    });
  }

  #printLine(node: string, prefix: string, { timeMs, stream, text }: OutputLine): void {
    const record = { time: toSeconds(timeMs), node, stream, text };
    if (stream === "stdout") this.#output.print(prefix + text, record);
    else this.#output.printError(prefix + text, record);
  }

  #printExit(node: string, timeMs: number, { code, traceback }: Exit): void {
    const record = { time: toSeconds(timeMs), node, exit: code, ...(traceback === undefined ? {} : { traceback }) };
    this.#output.record(record);
  }
}
