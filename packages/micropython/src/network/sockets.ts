import type { Refusal } from "../bridge/refusal.ts";
import { ByteQueue } from "./byte-queue.ts";
import type {
  Connection,
  ConnectionError,
  ConnectionEvents,
  DatagramSocket,
  Endpoint,
  Listener,
  TlsOptions,
} from "./ip-network.ts";
import { refusal, refusalOf } from "./socket-errors.ts";

/** What `select.poll` tells (python/select.py). */
export const POLL = { in: 1, out: 4, error: 8, hangUp: 16 } as const;

/** TCP_WND of an ESP32: how many unread bytes make the other end wait. */
const RECEIVE_WINDOW = 5744;
/** TCP_SND_BUF of an ESP32. */
const SEND_BUFFER = 5744;
/** CONFIG_LWIP_UDP_RECVMBOX_SIZE: more datagrams that nobody reads are lost. */
const MAX_DATAGRAMS = 6;
const NO_BYTES = new Uint8Array(0);

/** A socket that does something, as `poll` sees it. */
interface ActiveSocket {
  /** What it is ready for. */
  readonly events: number;
  close(): void;
}

/** A TCP connection of a board. */
export class StreamSocket implements ActiveSocket, ConnectionEvents {
  connection!: Connection;
  readonly #changed: () => void;
  readonly #received = new ByteQueue();
  #isOpen = false;
  #isEnded = false;
  #error: Refusal | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get events(): number {
    if (this.#error !== undefined) return POLL.in | POLL.out | POLL.error | POLL.hangUp;
    if (!this.#isOpen) return 0;
    const canRead = this.#received.length > 0 || this.#isEnded;
    return (canRead ? POLL.in : 0) | (this.connection.unsent < SEND_BUFFER ? POLL.out : 0);
  }

  /** Nothing: the other end has closed. @throws Refusal `EAGAIN`, and what the connection failed with. */
  read(length: number, toLineEnd = false): Uint8Array {
    if (this.#received.length > 0) {
      const bytes = this.#received.take(toLineEnd ? Math.min(length, this.#received.lineLength) : length);
      this.connection.setFlowing(this.#received.length < RECEIVE_WINDOW);
      return bytes;
    }
    if (this.#isEnded) return NO_BYTES;
    this.check();
    throw refusal(this.#isOpen ? "EAGAIN" : "ENOTCONN");
  }

  /** Returns how many bytes it took. @throws Refusal as `read`. */
  write(bytes: Uint8Array): number {
    this.check();
    if (!this.#isOpen) throw refusal("ENOTCONN");
    const part = bytes.subarray(0, Math.max(0, SEND_BUFFER - this.connection.unsent));
    if (part.length === 0 && bytes.length > 0) throw refusal("EAGAIN");
    if (part.length > 0) this.connection.write(part);
    return part.length;
  }

  startTls(options: TlsOptions): void {
    this.check();
    if (!this.#isOpen) throw refusal("ENOTCONN");
    this.#isOpen = false;
    if (this.#isEnded) this.failed("TLS_CONNECTION");
    else this.connection.startTls(options, this.#received.take(this.#received.length));
  }

  /** @throws Refusal What the connection failed with. */
  check(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  close(): void {
    this.#received.clear();
    if (this.#isOpen && this.#error === undefined) this.connection.end();
    else this.connection.destroy();
    this.connection.setFlowing(true);
  }

  opened(): void {
    this.#isOpen = true;
    this.#changed();
  }

  received(bytes: Uint8Array): void {
    this.#received.add(bytes);
    if (this.#received.length >= RECEIVE_WINDOW) this.connection.setFlowing(false);
    this.#changed();
  }

  ended(): void {
    this.#isEnded = true;
    this.#changed();
  }

  failed(error: ConnectionError): void {
    this.#error ??= refusalOf(error);
    this.#changed();
  }

  drained(): void {
    this.#changed();
  }
}

/** A socket that takes connections. */
export class ListeningSocket implements ActiveSocket {
  readonly port: number;
  listener!: Listener;
  readonly #changed: () => void;
  readonly #backlog: number;
  readonly #waiting: StreamSocket[] = [];

  constructor(port: number, backlog: number, changed: () => void) {
    this.port = port;
    this.#backlog = Math.max(1, backlog);
    this.#changed = changed;
  }

  get events(): number {
    return this.#waiting.length > 0 ? POLL.in : 0;
  }

  /** Undefined: more wait than the program said. */
  add(connection: Connection): StreamSocket | undefined {
    if (this.#waiting.length >= this.#backlog) return undefined;
    const socket = new StreamSocket(this.#changed);
    socket.connection = connection;
    socket.opened();
    this.#waiting.push(socket);
    this.#changed();
    return socket;
  }

  take(): StreamSocket | undefined {
    return this.#waiting.shift();
  }

  close(): void {
    this.listener.close();
    for (const socket of this.#waiting) socket.connection.destroy();
  }
}

/** A UDP socket. */
export class DatagramQueue implements ActiveSocket {
  socket!: DatagramSocket;
  readonly #changed: () => void;
  readonly #received: { readonly from: Endpoint; readonly bytes: Uint8Array }[] = [];

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get events(): number {
    return POLL.out | (this.#received.length > 0 ? POLL.in : 0);
  }

  /** Returns whether there was room. */
  add(bytes: Uint8Array, from: Endpoint): boolean {
    if (this.#received.length >= MAX_DATAGRAMS) return false;
    this.#received.push({ from, bytes });
    this.#changed();
    return true;
  }

  /** @throws Refusal `EAGAIN` */
  take(): { readonly from: Endpoint; readonly bytes: Uint8Array } {
    const datagram = this.#received.shift();
    if (datagram === undefined) throw refusal("EAGAIN");
    return datagram;
  }

  close(): void {
    this.socket.close();
  }
}
