import type { Endpoint, TlsOptions, Uplink } from "./ip-network.ts";
import { refusal } from "./socket-errors.ts";
import { DatagramQueue, ListeningSocket, POLL, StreamSocket } from "./sockets.ts";

/** CONFIG_LWIP_MAX_SOCKETS of MicroPython's ESP32 builds. */
const MAX_SOCKETS = 16;

/** A socket as the program made it; what it does is known later. */
interface BoardSocket {
  readonly isStream: boolean;
  /** What it is bound to; 0: nothing. */
  port: number;
  active: StreamSocket | ListeningSocket | DatagramQueue | undefined;
}

/** The sockets of a board, by the numbers that its program gave them. Errors are Refusals, as its IP stack has them. */
export class BoardSockets {
  readonly #uplink: Uplink;
  readonly #isUp: () => boolean;
  readonly #changed: () => void;
  readonly #dropped: () => void;
  readonly #sockets = new Map<number, BoardSocket>();
  readonly #lookups = new Map<string, string>();

  /**
   * `isUp`: whether the board is in the network. `changed` is called when something has happened to a socket, `dropped` for
   * each datagram that found no room.
   */
  constructor(uplink: Uplink, isUp: () => boolean, { changed, dropped }: { changed: () => void; dropped: () => void }) {
    this.#uplink = uplink;
    this.#isUp = isUp;
    this.#changed = changed;
    this.#dropped = dropped;
  }

  /** Whether there are any, or a name is looked up. */
  get isUsed(): boolean {
    return this.#sockets.size > 0 || this.#lookups.size > 0;
  }

  open(number: number, isStream: boolean): void {
    if (this.#sockets.size >= MAX_SOCKETS) throw refusal("ENFILE");
    this.#sockets.set(number, { isStream, port: 0, active: undefined });
  }

  /** Does nothing where there is none. */
  close(number: number): void {
    this.#sockets.get(number)?.active?.close();
    this.#sockets.delete(number);
  }

  /** The board has left its network: connections end, as where lwIP loses its address; sockets that listen stay. */
  abortAll(): void {
    for (const { active } of this.#sockets.values()) {
      if (!(active instanceof StreamSocket)) continue;
      active.connection.destroy();
      active.failed("ECONNABORTED");
    }
  }

  /** The board is switched off. */
  closeAll(): void {
    for (const { active } of this.#sockets.values()) {
      if (active instanceof StreamSocket) active.connection.destroy();
      else active?.close();
    }
    this.#sockets.clear();
  }

  /** The address of a name; "": it has none; undefined: it is being looked up. A failure is told once. */
  resolve(name: string): string | undefined {
    if (!this.#isUp()) return "";
    const known = this.#lookups.get(name);
    if (known === undefined) {
      this.#lookups.set(name, "?");
      this.#uplink.resolve(name, (address = "") => {
        this.#lookups.set(name, address);
        this.#changed();
      });
      return undefined;
    }
    if (known === "?") return undefined;
    this.#lookups.delete(name);
    return known;
  }

  bind(number: number, port: number): void {
    const socket = this.#socket(number);
    socket.port = port;
    if (!socket.isStream) this.#openDatagrams(socket);
  }

  connect(number: number, to: Endpoint): void {
    const socket = this.#socket(number);
    if (!socket.isStream) throw refusal("EOPNOTSUPP");
    if (socket.active !== undefined) throw refusal("EISCONN");
    if (!this.#isUp()) throw refusal("EHOSTUNREACH");
    const stream = new StreamSocket(this.#changed);
    stream.connection = this.#uplink.connect(to, stream);
    socket.active = stream;
  }

  listen(number: number, backlog: number): void {
    const socket = this.#socket(number);
    if (!socket.isStream || socket.active !== undefined) throw refusal("EINVAL");
    const listening = new ListeningSocket(socket.port, backlog, this.#changed);
    this.#checkPort(socket.port, true);
    listening.listener = this.#uplink.listen(socket.port, (connection) => listening.add(connection));
    socket.active = listening;
  }

  /** Makes the open socket `accepted` the next connection, and tells who it is; undefined: nobody has connected. */
  accept(number: number, accepted: number): Endpoint | undefined {
    const { active } = this.#socket(number);
    if (!(active instanceof ListeningSocket)) throw refusal("EINVAL");
    const stream = active.take();
    if (stream !== undefined) this.#socket(accepted).active = stream;
    return stream?.connection.remote;
  }

  /** A stream that is not connected has hung up, as in lwIP. */
  events(number: number): number {
    const { active, isStream } = this.#socket(number);
    return active?.events ?? (isStream ? POLL.hangUp : POLL.out);
  }

  /** `toLineEnd`: nothing after the first line feed. */
  read(number: number, length: number, toLineEnd: boolean): Uint8Array {
    const socket = this.#socket(number);
    return socket.isStream
      ? this.#stream(socket).read(length, toLineEnd)
      : this.receive(number, length).bytes.subarray(0, length);
  }

  write(number: number, bytes: Uint8Array): number {
    return this.#stream(this.#socket(number)).write(bytes);
  }

  /** @throws Refusal What the connection failed with. */
  check(number: number): void {
    const { active } = this.#socket(number);
    if (active instanceof StreamSocket) active.check();
  }

  send(number: number, to: Endpoint, bytes: Uint8Array): void {
    const socket = this.#socket(number);
    if (socket.isStream) throw refusal("EINVAL");
    if (!this.#isUp()) throw refusal("EHOSTUNREACH");
    this.#openDatagrams(socket).socket.send(bytes, to);
  }

  receive(number: number, length: number): { readonly from: Endpoint; readonly bytes: Uint8Array } {
    const { active } = this.#socket(number);
    if (active instanceof DatagramQueue) return active.take();
    if (active instanceof StreamSocket) return { from: active.connection.remote, bytes: active.read(length) };
    throw refusal("EAGAIN");
  }

  startTls(number: number, options: TlsOptions): void {
    this.#stream(this.#socket(number)).startTls(options);
  }

  #socket(number: number): BoardSocket {
    const socket = this.#sockets.get(number);
    if (socket === undefined) throw refusal("EBADF");
    return socket;
  }

  #stream({ active }: BoardSocket): StreamSocket {
    if (active instanceof StreamSocket) return active;
    throw refusal("ENOTCONN");
  }

  #openDatagrams(socket: BoardSocket): DatagramQueue {
    if (socket.active instanceof DatagramQueue) return socket.active;
    this.#checkPort(socket.port, false);
    const queue = new DatagramQueue(this.#changed);
    queue.socket = this.#uplink.openDatagrams(socket.port, (bytes, from) => queue.add(bytes, from) || this.#dropped());
    socket.active = queue;
    return queue;
  }

  /** @throws Refusal `EADDRINUSE` where another socket of the board has it. */
  #checkPort(port: number, isStream: boolean): void {
    for (const other of this.#sockets.values()) {
      const isOpen = other.active instanceof ListeningSocket || other.active instanceof DatagramQueue;
      if (isOpen && other.isStream === isStream && other.port === port && port !== 0) throw refusal("EADDRINUSE");
    }
  }
}
