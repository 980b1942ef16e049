import { EspNowError } from "../../../errors.ts";
import type { BlockingPort } from "../../../util/blocking-port.ts";
import type { Clock } from "../../../util/clock.ts";
import type { BoardPort } from "./board-port.ts";
import type { LineNews, LineOrder } from "./thread-line.ts";

/** A board hears of its host at least so often, whatever the program does. */
const KEEP_ALIVE_MS = 1000;

/** The thread's side of a line: does what the program orders, and tells it what comes. */
export class LineServer {
  readonly #line: BoardPort;
  readonly #program: BlockingPort<LineOrder, LineNews>;
  readonly #clock: Clock;
  #keepAlive: Uint8Array | undefined;
  #cancelKeepAlive: () => void = () => undefined;

  constructor(line: BoardPort, program: BlockingPort<LineOrder, LineNews>, clock: Clock) {
    this.#line = line;
    this.#program = program;
    this.#clock = clock;
    line.onOpen = () => program.post({ type: "open" });
    line.onData = (bytes) => program.post({ type: "data", bytes: bytes.slice() });
    line.onClose = (error) => this.#lose(error);
    program.onMessage = (order) => this.#obey(order);
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
      case "close":
        this.#cancelKeepAlive();
        void this.#line.close().then(() => this.#program.post({ type: "closed" }));
        break;
    }
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
    this.#program.post(lostNews(error));
  }
}

/** An error as it is told to the program. */
export function lostNews(error: Error): LineNews {
  if (!(error instanceof EspNowError)) return { type: "lost", code: "ERR_RADIO_DOWN", reason: error.message };
  const { code, message } = error;
  return { type: "lost", code, reason: message.slice(code.length + 2) };
}
