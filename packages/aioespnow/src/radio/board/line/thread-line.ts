import { EspNowError, type EspNowErrorCode } from "../../../errors.ts";
import type { BlockingPort } from "../../../util/blocking-port.ts";
import { requireOwnFile } from "../../../util/own-file.ts";
import { hasThreads, type OwnThread, startThread } from "../../../util/own-thread.ts";
import { systemClock } from "../../../util/system-clock.ts";
import type { BoardLine, BoardPort } from "./board-port.ts";
import { type LineAddress, type LineNews, type LineOrder, MAX_UNTAKEN } from "./line-protocol.ts";

/** Threads run what was compiled: Node 20 loads no TypeScript. */
const WORKER = new URL("../../../../dist/radio/board/line/worker.js", import.meta.url);

/** The thread is told what was taken of its bytes whenever it is this much. */
const TAKEN_STEP = MAX_UNTAKEN / 8;

/**
 * A line that a thread of its own has, so that it is heard while this one blocks.
 * @throws EspNowError `ENOTSUP` where there are no threads, and in a bundle, where the file of the thread is missing.
 */
export function threadLine(name: string, address: LineAddress): BoardLine {
  if (!hasThreads()) {
    throw new EspNowError("ENOTSUP", "serial ports are opened by Node; use connectBoard() and webSerialLine() here");
  }
  requireOwnFile(WORKER);
  return { name, blocks: true, open: () => new ThreadPort(name, address) };
}

class ThreadPort implements BoardPort {
  onOpen: (() => void) | undefined;
  onData: ((bytes: Uint8Array) => void) | undefined;
  onClose: ((error: EspNowError) => void) | undefined;
  onWritten: ((length: number) => void) | undefined;
  readonly #name: string;
  readonly #port: BlockingPort<LineNews, LineOrder>;
  readonly #thread: OwnThread<LineNews, LineOrder>["thread"];
  #onClosed: () => void = () => undefined;
  #ended = false;
  /** Bytes that the program has taken and the thread does not know of. */
  #taken = 0;

  constructor(name: string, address: LineAddress) {
    const { thread, port } = startThread<LineNews, LineOrder>(WORKER, { address });
    this.#name = name;
    this.#thread = thread;
    this.#port = port;
    this.#port.onMessage = (news) => this.#hear(news);
    this.#thread.on("exit", () => {
      if (this.#ended) this.#onClosed();
      else this.#lose("ERR_RADIO_DOWN", "its thread has ended");
    });
    this.#thread.on("error", ({ message }) => this.#lose("ERR_RADIO_DOWN", message));
  }

  write(bytes: Uint8Array): void {
    this.#port.post({ type: "write", bytes });
  }

  keepAlive(bytes: Uint8Array | undefined): void {
    this.#port.post({ type: "keep-alive", bytes });
  }

  async close(): Promise<void> {
    this.onOpen = undefined;
    this.onData = undefined;
    this.onClose = undefined;
    this.onWritten = undefined;
    if (!this.#ended) {
      this.#ended = true;
      this.#thread.ref();
      const closed = new Promise<void>((resolve) => {
        this.#onClosed = resolve;
      });
      this.#port.post({ type: "close" });
      await closed;
    }
    this.#port.close();
    await this.#thread.terminate();
  }

  #hear(news: LineNews): void {
    if (news.type === "data") this.#take(news.bytes);
    else if (news.type === "written") this.onWritten?.(news.length);
    else if (news.type === "open") this.onOpen?.();
    else if (news.type === "closed") this.#onClosed();
    else this.#lose(news.code, news.reason);
  }

  #take(bytes: Uint8Array): void {
    const before = this.#taken;
    this.#taken += bytes.length;
    this.onData?.(bytes);
    if (before < TAKEN_STEP && this.#taken >= TAKEN_STEP) systemClock.schedule(systemClock.now(), this.#tellTaken);
  }

  /** Not while there are bytes to take: a board that floods would never let a thread that blocks look at the time. */
  readonly #tellTaken = (): void => {
    if (!this.#ended) this.#port.post({ type: "taken", length: this.#taken });
    this.#taken = 0;
  };

  #lose(code: EspNowErrorCode, reason: string): void {
    this.#ended = true;
    this.#onClosed();
    this.onClose?.(new EspNowError(code, `${this.#name}: ${reason}`));
  }
}
