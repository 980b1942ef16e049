import { EspNowError } from "../../../errors.ts";
import { nextTurn } from "../../../util/event-loop.ts";
import type { BoardLine, PausablePort } from "./board-port.ts";

/** The part of a Node stream that is used: a socket, a SerialPort, any Duplex. */
export interface DuplexStream {
  /** Writes all bytes, then calls `done`. */
  write(bytes: Uint8Array, done: (error?: Error | null) => void): unknown;
  /** No `data` events until `resume`. */
  pause(): unknown;
  /** `data` events again. */
  resume(): unknown;
  /** Calls `listener` with what comes. */
  on(event: "data", listener: (bytes: Uint8Array) => void): unknown;
  /** Calls `listener` when the stream is open, or over. */
  on(event: "close" | "connect" | "open", listener: () => void): unknown;
  /** Calls `listener` with what ends the stream. */
  on(event: "error", listener: (error: Error) => void): unknown;
  /** Closes the stream at once. */
  destroy(): unknown;
  /** A socket has it while it is not connected yet. */
  readonly connecting?: boolean;
  /** A SerialPort has it while it is not open yet. */
  readonly opening?: boolean;
}

/** A stream as a line to a board. */
export class DuplexPort implements PausablePort {
  onOpen: (() => void) | undefined;
  onData: ((bytes: Uint8Array) => void) | undefined;
  onClose: ((error: EspNowError) => void) | undefined;
  onWritten: ((length: number) => void) | undefined;
  readonly #stream: DuplexStream;
  readonly #closed: Promise<void>;

  /** @param explain what the end of the stream means, and the error that was its cause. */
  constructor(stream: DuplexStream, explain: (error: Error | undefined) => EspNowError) {
    this.#stream = stream;
    const open = (): void => this.onOpen?.();
    if (stream.connecting === true) stream.on("connect", open);
    else if (stream.opening === true) stream.on("open", open);
    else nextTurn(open).ref(true);
    // A plain view: what a Buffer of Node calls slice copies nothing.
    stream.on("data", (bytes) => this.onData?.(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)));
    this.#closed = new Promise((resolve) => {
      const end = (error: Error | undefined): void => {
        const { onClose } = this;
        this.onClose = undefined;
        stream.destroy();
        onClose?.(explain(error));
        resolve();
      };
      stream.on("error", end);
      stream.on("close", () => end(undefined));
    });
  }

  write(bytes: Uint8Array): void {
    this.#stream.write(bytes, () => this.onWritten?.(bytes.length));
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  async close(): Promise<void> {
    this.onOpen = undefined;
    this.onData = undefined;
    this.onClose = undefined;
    this.onWritten = undefined;
    this.#stream.destroy();
    await this.#closed;
  }
}

/**
 * A line over streams of Node in this thread. It is not heard while the thread blocks.
 * @param open gives a new stream each time it is called; after the end of one, when the board is looked for again.
 */
export function duplexLine(name: string, open: () => DuplexStream): BoardLine {
  const explain = (error: Error | undefined): EspNowError => lineError(error, `${name}: `);
  return { name, blocks: false, open: () => new DuplexPort(open(), explain) };
}

/** What the end of a stream means. */
export function lineError(error: Error | undefined, prefix = ""): EspNowError {
  const reason = error?.message ?? "the line has ended";
  return new EspNowError("ERR_RADIO_DOWN", `${prefix}${reason}`, error === undefined ? {} : { cause: error });
}
