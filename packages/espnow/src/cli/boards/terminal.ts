import { PassThrough } from "node:stream";
import type { Program } from "espnow-micropython";
import { typeFrom } from "espnow-micropython/command";
import type { Context, Host, Keyboard } from "../process/host.ts";

/** Ctrl-X and Ctrl-]: neither means anything to a board. */
const LEAVE: readonly number[] = [0x18, 0x1d];

/** The place where somebody sits before a board: a terminal, whose every key goes to the board; or a tool, on pipes. */
export class Terminal {
  readonly #context: Context;
  readonly #keyboard: Keyboard;

  constructor(host: Host, context: Context) {
    this.#context = context;
    this.#keyboard = host.stdin ?? new PassThrough().end();
  }

  /**
   * Connects the place with a board, until somebody leaves: by a key; on a pipe by its end, when the board has done what
   * was piped in.
   */
  async talk(board: Program, what: string): Promise<void> {
    board.onOutput = ({ bytes }) => this.#show(bytes);
    const isTerminal = this.#keyboard.isTTY === true;
    if (isTerminal) this.#context.output.remark(`${what}; Ctrl-X or Ctrl-] leaves`);
    if (isTerminal) this.#keyboard.setRawMode?.(true);
    try {
      await new Promise<void>((resolve) => {
        this.#context.signal.addEventListener("abort", () => resolve(), { once: true });
        if (this.#context.signal.aborted) resolve();
        if (isTerminal) this.#typeKeys(board, resolve);
        else this.#typePipe(board, resolve);
      });
    } finally {
      if (isTerminal) {
        this.#keyboard.setRawMode?.(false);
        this.#context.output.remark("");
      }
      this.#keyboard.pause();
    }
  }

  #typeKeys(board: Program, leave: () => void): void {
    this.#keyboard.on("end", leave);
    this.#keyboard.on("data", (keys: Uint8Array) => {
      const end = keys.findIndex((key) => LEAVE.includes(key));
      board.type(end < 0 ? keys : keys.subarray(0, end));
      if (end >= 0) leave();
    });
  }

  #typePipe(board: Program, leave: () => void): void {
    typeFrom(this.#keyboard, board);
    this.#keyboard.on("end", () => {
      if (board.isAtPrompt) leave();
      else board.onPrompt = leave;
    });
  }

  /** The program waits for a reader who is slow. */
  #show(bytes: Uint8Array): Promise<void> | undefined {
    this.#context.output.write(bytes);
    return this.#context.output.drained;
  }
}
