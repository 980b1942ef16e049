// network: What the sockets of boards reach: the computer's network, or one that a test makes. Without the computer's
// network no packet leaves the process. It knows no board and no VM.

import type { Clock } from "aioespnow";

/** Where a socket is, or what it talks to. */
export interface Endpoint {
  /** IPv4, as text. */
  readonly address: string;
  /** 0 to 65535. */
  readonly port: number;
}

/** Why a connection failed, by the name of the error. */
export type ConnectionError = "ECONNRESET" | "ECONNABORTED" | "EHOSTUNREACH" | "EADDRINUSE" | TlsError;
type TlsError = "TLS_CERTIFICATE" | "TLS_CONNECTION";

/** What happens to a connection. */
export interface ConnectionEvents {
  opened(): void;
  received(bytes: Uint8Array): void;
  /** The other end writes nothing more. */
  ended(): void;
  failed(error: ConnectionError): void;
  /** What was written is on its way. */
  drained(): void;
}

/** How the bytes of a connection are encrypted from now on. Certificates and keys are PEM. */
export interface TlsOptions {
  readonly isServer: boolean;
  readonly hostname?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** The certificates to trust, in PEM. */
  readonly authorities?: string;
  /** Whether the other end has to prove who it is. */
  readonly verify: boolean;
}

/** One end of a TCP connection. */
export interface Connection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** How many bytes were written and are not on their way. */
  readonly unsent: number;
  write(bytes: Uint8Array): void;
  /** Nothing more is written. */
  end(): void;
  /** It is over, both ways. More calls do nothing. */
  destroy(): void;
  /** Whether bytes are wanted now. */
  setFlowing(isFlowing: boolean): void;
  /** `opened` is called when both ends agree. `early`: what has been received and not read, the other end's first words. */
  startTls(options: TlsOptions, early: Uint8Array): void;
}

/** What takes the connections to a port. */
export interface Listener {
  close(): void;
}

/** One end of UDP. */
export interface DatagramSocket {
  readonly port: number;
  send(bytes: Uint8Array, to: Endpoint): void;
  close(): void;
}

/** A board in an IP network. What it calls back it calls in the clock's thread, never from inside a call. */
export interface Uplink {
  /** The board's own. */
  readonly address: string;
  /** `done` gets the IPv4 address of a name; undefined: it has none. */
  resolve(name: string, done: (address: string | undefined) => void): void;
  connect(to: Endpoint, events: ConnectionEvents): Connection;
  /** `accept` returns what is to happen with a connection; undefined: it is refused. @throws Error `EADDRINUSE` */
  listen(port: number, accept: (connection: Connection) => ConnectionEvents | undefined): Listener;
  /** Port 0: any. @throws Error `EADDRINUSE` */
  openDatagrams(port: number, received: (bytes: Uint8Array, from: Endpoint) => void): DatagramSocket;
}

/** What the sockets of boards reach: the computer's own network, or one that a test makes. */
export interface IpNetwork {
  /** Brings a board into the network. @throws Error where this network cannot be had on such a clock. @internal */
  join(clock: Clock): Uplink;
}
