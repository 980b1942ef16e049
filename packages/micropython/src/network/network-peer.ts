import type { Clock } from "aioespnow";
import type { Connection, ConnectionEvents, Endpoint } from "./ip-network.ts";

/** The other end of a board's connection, for a test. */
export class NetworkPeer {
  /** Called when the board writes nothing more, or the connection has broken. */
  onEnd: (() => void) | undefined;
  /** Address and port of the board's end. */
  readonly remote: Endpoint;
  /** For the network. @internal */
  readonly events: ConnectionEvents;
  readonly #connection: Connection;
  readonly #unread: Uint8Array[] = [];
  #onData: ((bytes: Uint8Array) => void) | undefined;

  /** @internal */
  constructor(connection: Connection, clock: Clock) {
    this.#connection = connection;
    this.remote = connection.remote;
    const told = (tell: () => void) => (): void => {
      tell();
      clock.delivered();
    };
    this.events = {
      opened: () => undefined,
      drained: () => undefined,
      received: (bytes) => told(() => this.#receive(bytes))(),
      ended: told(() => this.onEnd?.()),
      failed: told(() => this.onEnd?.()),
    };
  }

  /** Called with what the board has written. What came before it was set comes then. */
  set onData(listener: ((bytes: Uint8Array) => void) | undefined) {
    this.#onData = listener;
    for (const bytes of listener === undefined ? [] : this.#unread.splice(0)) listener?.(bytes);
  }

  /** Sends to the board. */
  write(data: Uint8Array | string): void {
    this.#connection.write(typeof data === "string" ? new TextEncoder().encode(data) : data);
  }

  /** Nothing more is written. */
  end(data?: Uint8Array | string): void {
    if (data !== undefined) this.write(data);
    this.#connection.end();
  }

  /** The connection breaks: the board is told ECONNRESET. */
  destroy(): void {
    this.#connection.destroy();
  }

  /** Takes part in the TLS that the board begins. Nothing is encrypted: nobody is there to read it. */
  startTls(): void {
    this.#connection.startTls({ isServer: true, verify: false }, new Uint8Array(0));
  }

  #receive(bytes: Uint8Array): void {
    if (this.#onData === undefined) this.#unread.push(bytes);
    else this.#onData(bytes);
  }
}
