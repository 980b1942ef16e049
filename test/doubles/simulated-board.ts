import type { Radio } from "#lib/radio/radio.ts";
import { Program } from "#micropython/program.ts";
import type { Talker } from "./board-line.ts";

/** MicroPython's stdin_ringbuf on an ESP32. */
const LINE_BUFFER = 259;

/**
 * Our simulated board at its REPL, with `radio` as its ESP-NOW, on a line. What it does not read waits in a buffer as small
 * as that of a real board.
 */
export class SimulatedBoard implements Talker {
  readonly radio: Radio;
  onOutput: (bytes: Uint8Array) => void = () => undefined;
  /** Bytes that came while it was busy and its buffer was full. */
  overflow = 0;
  readonly #source: string;
  #program: Program;
  #onPrompt: () => void = () => undefined;

  /** `source`: its main.py. */
  constructor(radio: Radio, source = "") {
    this.radio = radio;
    this.#source = source;
    this.#program = this.#start();
  }

  hear(bytes: Uint8Array): void {
    const room = Math.max(0, LINE_BUFFER - this.#program.unread);
    this.#program.type(bytes.subarray(0, room));
    this.overflow += Math.max(0, bytes.length - room);
  }

  /** Everything that it has printed, agents too. */
  get printed(): string {
    return this.#program.output;
  }

  /** Resolves when it waits at its prompt for something to be typed. */
  async atPrompt(): Promise<void> {
    if (this.#program.isAtPrompt) return;
    const release = this.radio.clock.keepAlive();
    await new Promise<void>((resolve) => {
      this.#onPrompt = resolve;
    });
    release();
  }

  /** The power fails, and comes back. */
  async reset(): Promise<void> {
    const resetting = this.radio.clock.join("the reset of a board");
    await this.#program.stop();
    this.#program = this.#start();
    resetting.leave();
  }

  async stop(): Promise<void> {
    await this.#program.stop();
  }

  #start(): Program {
    const program = new Program(this.radio, { source: this.#source, repl: true });
    program.onOutput = ({ bytes }) => this.onOutput(bytes);
    program.onPrompt = () => this.#onPrompt();
    return program;
  }
}
