import type { Program } from "espnow-micropython";

const [CTRL_A, CTRL_C, CTRL_D] = ["\x01", "\x03", "\x04"] as const;
/** What a remote file system's requests begin with, in mpremote's protocol. */
const REQUEST = 0x18;

/** Answers a request of the board's for the files of this side; undefined: it is not whole. */
export type Answer = (request: Buffer) => { readonly length: number; readonly reply: Buffer } | undefined;

/**
 * A tool at the other end of a board's line, by MicroPython's documentation of the raw REPL: it types code in raw paste mode,
 * and reads what the code prints and raises. https://docs.micropython.org/en/latest/reference/repl.html
 */
export class RawRepl {
  board!: Program;
  /** For a board that has mounted files of this side. */
  answer: Answer | undefined;
  /** Called with all that the board prints. */
  onPiece: (bytes: Uint8Array) => void = () => undefined;
  #heard: Buffer = Buffer.alloc(0);
  #onHeard: () => void = () => undefined;

  /** The board's output: for `stdout` of its options. */
  write(bytes: Uint8Array): void {
    this.#heard = Buffer.concat([this.#heard, bytes]);
    this.onPiece(bytes);
    this.#serve();
    this.#onHeard();
  }

  async enter(): Promise<void> {
    this.board.type(`\r${CTRL_C}${CTRL_C}\r${CTRL_A}`);
    await this.#until(Buffer.from("raw REPL; CTRL-B to exit\r\n>"));
  }

  /** A soft reset, which stays in the raw REPL. */
  async softReset(): Promise<void> {
    this.board.type(CTRL_D);
    await this.#until(Buffer.from("MPY: soft reboot\r\n"));
    await this.#until(Buffer.from("raw REPL; CTRL-B to exit\r\n>"));
  }

  /** Runs code. Returns what it printed. @throws by rejection: Error with its traceback. */
  async exec(code: string): Promise<Buffer> {
    await this.#paste(Buffer.from(code));
    const printed = await this.#until(Buffer.from(CTRL_D));
    const raised = await this.#until(Buffer.from(CTRL_D));
    await this.#until(Buffer.from(">"));
    if (raised.length > 0) throw new Error(raised.toString());
    return printed;
  }

  async text(code: string): Promise<string> {
    return (await this.exec(code)).toString().replaceAll("\r\n", "\n");
  }

  /** Raw paste mode: the board says by how many bytes it can be ahead. */
  async #paste(code: Buffer): Promise<void> {
    this.board.type("\x05A\x01");
    const head = await this.#take(4);
    if (head.readUInt8(1) !== 1) throw new Error("there is no raw paste mode");
    const window = head.readUInt16LE(2);
    let room = window;
    for (let at = 0; at < code.length; ) {
      while (room === 0 || this.#heard.length > 0) {
        if ((await this.#take(1)).readUInt8() !== 1) throw new Error("the board wants no more");
        room += window;
      }
      const part = code.subarray(at, at + room);
      this.board.type(part);
      [at, room] = [at + part.length, room - part.length];
    }
    this.board.type(CTRL_D);
    while ((await this.#take(1)).readUInt8() === 1);
  }

  async #take(count: number): Promise<Buffer> {
    while (this.#heard.length < count) await this.#more();
    const taken = this.#heard.subarray(0, count);
    this.#heard = this.#heard.subarray(count);
    return taken;
  }

  /** What comes before `end`, which is taken too. */
  async #until(end: Buffer): Promise<Buffer> {
    while (this.#heard.indexOf(end) < 0) await this.#more();
    const taken = this.#heard.subarray(0, this.#heard.indexOf(end));
    this.#heard = this.#heard.subarray(taken.length + end.length);
    return taken;
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#onHeard = resolve;
    });
  }

  /** Takes requests for files out of what the board prints. */
  #serve(): void {
    for (let at = this.#heard.indexOf(REQUEST); this.answer && at >= 0; at = this.#heard.indexOf(REQUEST)) {
      const answered = this.answer(this.#heard.subarray(at + 1));
      if (answered === undefined) return;
      const rest = this.#heard.subarray(at + 1 + answered.length);
      this.#heard = Buffer.concat([this.#heard.subarray(0, at), rest]);
      this.board.type(Buffer.concat([Buffer.of(REQUEST), answered.reply]));
    }
  }
}
