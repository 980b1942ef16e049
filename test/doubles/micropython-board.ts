import { fileURLToPath } from "node:url";
import type { Radio } from "#lib/radio/radio.ts";
import { Program } from "#micropython/program.ts";
import type { Talker } from "./fake-board.ts";

const REPL = fileURLToPath(new URL("./repl_board.py", import.meta.url));

/** A board that runs MicroPython at its REPL, with `radio` as its ESP-NOW; UART 0 is its line. */
export class MicroPythonBoard implements Talker {
  readonly radio: Radio;
  onOutput: (bytes: Uint8Array) => void = () => undefined;
  #program: Program;

  constructor(radio: Radio) {
    this.radio = radio;
    this.#program = this.#start();
  }

  hear(bytes: Uint8Array): void {
    this.#program.machine.uart(0).write(bytes);
  }

  /** Bytes that came while the board was busy and its buffer was full. */
  get overflow(): number {
    return this.#program.machine.uart(0).dropped;
  }

  /** What it printed that did not go over the line: tracebacks of the REPL itself. */
  get complaints(): string {
    return this.#program.output;
  }

  /** The power fails, and comes back. */
  async reset(): Promise<void> {
    await this.#program.stop();
    this.#program = this.#start();
  }

  async stop(): Promise<void> {
    await this.#program.stop();
  }

  #start(): Program {
    const program = new Program(this.radio, { file: REPL });
    program.machine.uart(0).onData = (bytes) => this.onOutput(bytes);
    return program;
  }
}
