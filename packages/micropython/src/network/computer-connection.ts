import { isIP, type Socket } from "node:net";
import { connect, createSecureContext, TLSSocket } from "node:tls";
import type { Connection, ConnectionError, ConnectionEvents, Endpoint, TlsOptions } from "./ip-network.ts";

/** lwIP's words for what Node tells; the rest is ECONNRESET, as it is for a port on which nobody listens. */
const ERRORS: Readonly<Record<string, ConnectionError>> = {
  ETIMEDOUT: "ECONNABORTED",
  EHOSTUNREACH: "EHOSTUNREACH",
  ENETUNREACH: "EHOSTUNREACH",
  EADDRNOTAVAIL: "EHOSTUNREACH",
};

/** TCP_FIN_WAIT_TIMEOUT of lwIP: how long the other end has to close, too. */
const FIN_WAIT_MS = 20_000;

const NOTHING: ConnectionEvents = {
  opened: () => undefined,
  received: () => undefined,
  ended: () => undefined,
  failed: () => undefined,
  drained: () => undefined,
};

interface Ends {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** A connection of a board over one of the computer's. */
export class ComputerConnection implements Connection {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  events: ConnectionEvents;
  #socket: Socket;
  #wantsTls = false;

  constructor(socket: Socket, { local, remote }: Ends, events = NOTHING) {
    this.local = local;
    this.remote = remote;
    this.events = events;
    this.#socket = socket;
    socket.setNoDelay(true);
    this.#watch(socket);
    socket.once("connect", () => this.events.opened());
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes, () => this.events.drained());
  }

  end(): void {
    this.#socket.end();
    this.#socket.setTimeout(FIN_WAIT_MS, () => this.#socket.destroy());
  }

  destroy(): void {
    this.#socket.destroy();
  }

  setFlowing(isFlowing: boolean): void {
    if (isFlowing) this.#socket.resume();
    else this.#socket.pause();
  }

  startTls(options: TlsOptions, early: Uint8Array): void {
    const raw = this.#socket;
    raw.removeAllListeners("data").removeAllListeners("end").removeAllListeners("error");
    raw.pause(); // which keeps what is given back to it for who reads next
    raw.unshift(early);
    this.#wantsTls = true;
    try {
      this.#socket = options.isServer ? acceptTls(raw, options) : connectTls(raw, options);
    } catch {
      queueMicrotask(() => this.events.failed("TLS_CERTIFICATE")); // no certificate, or none that is one
      return;
    }
    this.#watch(this.#socket);
    this.#socket.once(options.isServer ? "secure" : "secureConnect", () => {
      this.#wantsTls = false;
      this.events.opened();
    });
  }

  #watch(socket: Socket): void {
    socket.on("data", (bytes: Uint8Array) => this.events.received(bytes));
    socket.on("end", () => (this.#wantsTls ? this.events.failed("TLS_CONNECTION") : this.events.ended()));
    socket.on("error", (error: NodeJS.ErrnoException) => this.events.failed(this.#errorOf(error)));
  }

  #errorOf({ code = "" }: NodeJS.ErrnoException): ConnectionError {
    if (!this.#wantsTls) return ERRORS[code] ?? "ECONNRESET";
    return /CERT|SIGNATURE|ISSUER|ALTNAME/.test(code) ? "TLS_CERTIFICATE" : "TLS_CONNECTION";
  }
}

function connectTls(socket: Socket, { hostname, certificate, key, authorities, verify }: TlsOptions): TLSSocket {
  return connect({
    socket,
    rejectUnauthorized: verify,
    ...(hostname === undefined || isIP(hostname) !== 0 ? {} : { servername: hostname }),
    ...(certificate === undefined ? {} : { cert: certificate, key }),
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...(hostname === undefined ? { checkServerIdentity: () => undefined } : {}),
  });
}

function acceptTls(socket: Socket, { certificate, key, authorities, verify }: TlsOptions): TLSSocket {
  const secureContext = createSecureContext({ cert: certificate, key, ca: authorities });
  return new TLSSocket(socket, { isServer: true, secureContext, requestCert: verify, rejectUnauthorized: verify });
}
