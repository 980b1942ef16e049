import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { MAX_RETAINED_BYTES } from "./retained.ts";

/**
 * Bytes that may wait for a client that does not read: all retained messages, which a new subscription may ask for at once,
 * and more. Clients to which the same message goes share its bytes.
 */
const MAX_UNREAD_BYTES: number = MAX_RETAINED_BYTES + 4 * 1024 * 1024;

type Done = (error?: Error | null) => void;

/**
 * A client's socket, as the broker sees it. aedes takes no next message from anybody while a stream says that it is full,
 * and a socket says so after 16 KiB: one client that does not read would hold up all others. This stream says so at its
 * limit only, where aedes disconnects the client (`drainTimeout`).
 */
export class Connection extends Duplex {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super({ writableHighWaterMark: MAX_UNREAD_BYTES });
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    socket.on("end", () => this.push(null));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.destroy());
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#goOn(this.#socket.write(chunk), done);
  }

  /** All that waits goes out in one piece, as it would from the socket. */
  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this.#socket.cork();
    const isReady = chunks.map(({ chunk }) => this.#socket.write(chunk)).at(-1) === true;
    this.#socket.uncork();
    this.#goOn(isReady, done);
  }

  override _final(done: Done): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#socket.destroy();
    done(error);
  }

  #goOn(isReady: boolean, done: Done): void {
    if (isReady) done();
    else this.#socket.once("drain", () => done());
  }
}
