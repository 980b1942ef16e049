import { EspNowError, type EspNowErrorCode } from "../../../errors.ts";
import { BlockingPort } from "../../../util/blocking-port.ts";
import { requireOwnFile } from "../../../util/own-file.ts";
import type { BoardLine, BoardPort } from "./board-port.ts";

/** Threads run what was compiled: Node 20 loads no TypeScript. */
const WORKER = new URL("../../../../dist/radio/board/line/worker.js", import.meta.url);

/** Where a line leads: a serial port, or a socket. */
export type LineAddress =
  | { readonly path: string; readonly baud: number }
  | { readonly host: string; readonly port: number };

/** From the program to the thread that has the line: bytes for the board, and what keeps it alive. */
export type LineOrder =
  | { readonly type: "write"; readonly bytes: Uint8Array }
  | { readonly type: "keep-alive"; readonly bytes: Uint8Array | undefined }
  | { readonly type: "close" };

/** From the thread: bytes of the board, and the end. `closed` is the last. */
export type LineNews =
  | { readonly type: "open" }
  | { readonly type: "data"; readonly bytes: Uint8Array }
  | { readonly type: "lost"; readonly code: EspNowErrorCode; readonly reason: string }
  | { readonly type: "closed" };

/**
 * A line that a thread of its own has, so that it is heard while this one blocks.
 * @throws EspNowError `ENOTSUP` where there are no threads, and in a bundle, where the file of the thread is missing.
 */
export function threadLine(name: string, address: LineAddress): BoardLine {
  if (threads() === undefined) {
    throw new EspNowError("ENOTSUP", "serial ports are opened by Node; use connectBoard() and webSerialLine() here");
  }
  requireOwnFile(WORKER);
  return { name, blocks: true, open: () => new ThreadPort(name, address) };
}

class ThreadPort implements BoardPort {
  onOpen: (() => void) | undefined;
  onData: ((bytes: Uint8Array) => void) | undefined;
  onClose: ((error: EspNowError) => void) | undefined;
  readonly #name: string;
  readonly #port: BlockingPort<LineNews, LineOrder>;
  readonly #thread: import("node:worker_threads").Worker;
  #onClosed: () => void = () => undefined;
  #ended = false;

  constructor(name: string, address: LineAddress) {
    const { MessageChannel, Worker } = threads() as typeof import("node:worker_threads");
    const { port1, port2 } = new MessageChannel();
    this.#name = name;
    this.#thread = new Worker(WORKER, {
      workerData: { address, port: port2, bell: BlockingPort.bell },
      transferList: [port2],
      execArgv: [], // not those of the program: `--eval` is not for its threads
    });
    this.#thread.unref();
    this.#port = new BlockingPort(port1);
    this.#port.onMessage = (news) => this.#hear(news);
    this.#thread.on("exit", () => this.#onClosed());
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
    if (news.type === "data") this.onData?.(news.bytes);
    else if (news.type === "open") this.onOpen?.();
    else if (news.type === "closed") this.#onClosed();
    else this.#lose(news.code, news.reason);
  }

  #lose(code: EspNowErrorCode, reason: string): void {
    this.#ended = true;
    this.#onClosed();
    this.onClose?.(new EspNowError(code, `${this.#name}: ${reason}`));
  }
}

function threads(): typeof import("node:worker_threads") | undefined {
  return globalThis.process?.getBuiltinModule?.("node:worker_threads");
}
