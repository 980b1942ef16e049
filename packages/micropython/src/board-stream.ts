import { Duplex, PassThrough } from "node:stream";
import type { BoardOptions } from "./board-options.ts";
import { typeFrom } from "./keyboard.ts";
import type { Program } from "./program.ts";
import { type RadioChoice, runProgram } from "./run-program.ts";

/** A board and its program; without a program it has nothing to do before it is at its REPL. */
export interface OpenBoardOptions extends Omit<BoardOptions, "repl" | "stdin" | "stdout">, RadioChoice {
  /** The program's text. */
  readonly source?: string;
  /** The program's file, whose folder is the board's file system. */
  readonly file?: string;
  /** What is the board's file system: `main.py` there is the program. */
  readonly folder?: string;
}

/**
 * The serial line of a board, for tools that talk to one: what is written is typed, what the board prints is read. A board
 * whose output is not read waits at last. `destroy()` switches it off; the end of what is written is nothing that it sees.
 */
export class BoardStream extends Duplex {
  /** What runs on the board. */
  readonly program: Program;
  readonly #typed = new PassThrough();
  #onRead: () => void = () => undefined;

  /** Takes `program.onOutput` for itself. Each board has one stream. */
  constructor(program: Program) {
    super();
    this.program = program;
    typeFrom(this.#typed, program);
    program.onOutput = ({ bytes }) => this.#hear(bytes);
    void program.exited.then(() => this.push(null));
  }

  /** @internal */
  override _write(bytes: Uint8Array, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#typed.write(bytes, done);
  }

  /** @internal */
  override _read(): void {
    this.#onRead();
  }

  /** @internal */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#onRead();
    void this.program.stop().then(() => done(error));
  }

  #hear(bytes: Uint8Array): Promise<void> | undefined {
    if (this.destroyed || this.push(bytes)) return undefined;
    return new Promise((resolve) => {
      this.#onRead = resolve;
    });
  }
}

/**
 * Switches a board on that is at its REPL when its program is over.
 * @throws by rejection: as `runProgram`.
 * @example
 * import { openBoard } from "espnow-micropython";
 *
 * const board = await openBoard({ radio: "air:" });
 * board.pipe(process.stdout);
 * board.write("6 * 7\r");
 */
export async function openBoard(options: OpenBoardOptions = {}): Promise<BoardStream> {
  return new BoardStream(await runProgram({ source: "", ...options, repl: true }));
}
