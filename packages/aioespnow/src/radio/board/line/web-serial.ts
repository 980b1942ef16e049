import { EspNowError } from "../../../errors.ts";
import type { BoardLine, BoardPort } from "./board-port.ts";

/** The part of a Web Serial port that is used (W3C, "Web Serial API"). */
export interface WebSerialPort {
  /** Opens the port at a speed in bits per second. */
  open(options: { readonly baudRate: number }): Promise<void>;
  /** The bytes that come; null while it is closed. */
  readonly readable: ReadableStream<Uint8Array> | null;
  /** Takes bytes; null while it is closed. */
  readonly writable: WritableStream<Uint8Array> | null;
  /** Closes the port; its streams must not be locked. */
  close(): Promise<void>;
}

/** A line over a port that the user of a browser has chosen (`navigator.serial.requestPort()`). */
export function webSerialLine(port: WebSerialPort, { baud = 115200 }: { readonly baud?: number } = {}): BoardLine {
  return { name: "the serial port", blocks: false, open: () => new WebPort(port, baud) };
}

class WebPort implements BoardPort {
  onOpen: (() => void) | undefined;
  onData: ((bytes: Uint8Array) => void) | undefined;
  onClose: ((error: EspNowError) => void) | undefined;
  onWritten: ((length: number) => void) | undefined;
  readonly #port: WebSerialPort;
  readonly #opened: Promise<void>;
  readonly #ended: Promise<void>;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #closing = false;

  constructor(port: WebSerialPort, baud: number) {
    this.#port = port;
    this.#opened = port.open({ baudRate: baud });
    this.#ended = this.#readAll();
  }

  write(bytes: Uint8Array): void {
    const lost = (): void => undefined; // the reader hears of it too
    this.#opened.then(() => {
      this.#writer ??= this.#port.writable?.getWriter();
      this.#writer?.write(bytes).then(() => this.onWritten?.(bytes.length), lost);
    }, lost);
  }

  async close(): Promise<void> {
    if (!this.#closing) {
      this.#closing = true;
      this.onOpen = undefined;
      this.onData = undefined;
      this.onClose = undefined;
      this.onWritten = undefined;
      await this.#reader?.cancel().catch(() => undefined);
    }
    await this.#ended;
  }

  async #readAll(): Promise<void> {
    let cause: unknown;
    try {
      await this.#opened;
      this.onOpen?.();
      this.#reader = this.#port.readable?.getReader();
      for (let read = await this.#reader?.read(); read?.value !== undefined; read = await this.#reader?.read()) {
        this.onData?.(read.value);
      }
    } catch (error) {
      cause = error;
    }
    await this.#release();
    const reason = cause instanceof Error ? cause.message : "the line has ended";
    this.onClose?.(new EspNowError("ERR_RADIO_DOWN", `the serial port: ${reason}`, { cause }));
  }

  /** The port can be opened again only after its streams were given back. */
  async #release(): Promise<void> {
    this.#reader?.releaseLock();
    this.#writer?.releaseLock();
    await this.#port.close().catch(() => undefined);
  }
}
