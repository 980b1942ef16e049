import { EspNowError } from "../../../errors.ts";
import type { BlockingPort } from "../../../util/blocking-port.ts";
import type { Clock } from "../../../util/clock.ts";
import type { PausablePort } from "./board-port.ts";
import { type LineNews, type LineOrder, MAX_UNTAKEN } from "./line-protocol.ts";

/** The longest time between two signs of life to the board, whatever the program does. */
const KEEP_ALIVE_MS = 1000;
/** The program is told what the line has taken whenever it is this much. */
const WRITTEN_STEP = 4096;

/** The thread's side of a line: does what the program orders, and tells it what comes. */
export class LineServer {
  readonly #line: PausablePort;
  readonly #program: BlockingPort<LineOrder, LineNews>;
  readonly #clock: Clock;
  /** Bytes that came and that the program has not taken. */
  #untaken = 0;
  /** Bytes that the line has taken and the program does not know of. */
  #written = 0;
  readonly #release: () => void;
  #keepAlive: Uint8Array | undefined;
  #cancelKeepAlive: () => void = () => undefined;

  constructor(line: PausablePort, program: BlockingPort<LineOrder, LineNews>, clock: Clock) {
    this.#line = line;
    this.#program = program;
    this.#clock = clock;
    line.onOpen = () => program.post({ type: "open" });
    line.onData = (bytes) => this.#handOn(bytes);
    line.onWritten = (length) => this.#tellWritten(length);
    line.onClose = (error) => this.#lose(error);
    program.onMessage = (order) => this.#obey(order);
    this.#release = clock.keepAlive(); // a socket that is not read holds no thread
  }

  #obey(order: LineOrder): void {
    switch (order.type) {
      case "write":
        this.#write(order.bytes);
        break;
      case "keep-alive":
        this.#keepAlive = order.bytes;
        this.#restart();
        break;
      case "taken":
        this.#take(order.length);
        break;
      case "close":
        this.#cancelKeepAlive();
        void this.#line.close().then(() => {
          this.#release();
          this.#program.post({ type: "closed" });
        });
        break;
    }
  }

  #handOn(bytes: Uint8Array): void {
    this.#program.post({ type: "data", bytes: bytes.slice() });
    this.#untaken += bytes.length;
    if (this.#untaken > MAX_UNTAKEN) this.#line.pause();
  }

  #tellWritten(length: number): void {
    this.#written += length;
    if (this.#written < WRITTEN_STEP) return;
    this.#program.post({ type: "written", length: this.#written });
    this.#written = 0;
  }

  #take(length: number): void {
    const wasFull = this.#untaken > MAX_UNTAKEN / 2;
    this.#untaken -= length;
    if (wasFull && this.#untaken <= MAX_UNTAKEN / 2) this.#line.resume();
  }

  #write(bytes: Uint8Array): void {
    this.#line.write(bytes);
    this.#restart();
  }

  /** Something was written: the next sign of life is due later. */
  #restart(): void {
    this.#cancelKeepAlive();
    const bytes = this.#keepAlive;
    if (bytes === undefined) return;
    this.#cancelKeepAlive = this.#clock.schedule(this.#clock.now() + KEEP_ALIVE_MS, () => this.#write(bytes));
  }

  #lose(error: EspNowError): void {
    this.#cancelKeepAlive();
    this.#release();
    this.#program.post(lostNews(error));
  }
}

/** An error as it is told to the program. */
export function lostNews(error: Error): LineNews {
  if (!(error instanceof EspNowError)) return { type: "lost", code: "ERR_RADIO_DOWN", reason: error.message };
  const { code, message } = error;
  return { type: "lost", code, reason: message.slice(code.length + 2) };
}
