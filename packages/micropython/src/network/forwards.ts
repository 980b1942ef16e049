import { createSocket, type Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { DatagramSocket, Endpoint, Listener } from "./ip-network.ts";

/** A port of the computer that leads to a board's. */
export interface PortForward {
  /** Of the computer; 0: any that is free. */
  readonly from: number;
  /** Of the board. */
  readonly to: number;
  /** The computer's address. Default `"127.0.0.1"`: only its own programs reach it. */
  readonly host?: string;
  /** Default `"tcp"`. */
  readonly protocol?: "tcp" | "udp";
}

type Receive = (bytes: Uint8Array, from: Endpoint) => void;

const LOOPBACK = "127.0.0.1";

/** The ports of the computer, which are open before a board listens, and stay open when it is reset. */
export class Forwards {
  readonly #servers: Server[] = [];
  readonly #udpSockets = new Map<number, UdpSocket>();
  readonly #connections = new Set<Socket>();
  /** Of the computer, by the board's. */
  readonly #tcpPorts = new Map<number, number>();
  readonly #accepts = new Map<number, (socket: Socket) => void>();
  readonly #receives = new Map<number, Receive>();
  readonly #onUnreachable: (port: number) => void;

  private constructor(onUnreachable: (port: number) => void) {
    this.#onUnreachable = onUnreachable;
  }

  static async open(
    wanted: readonly PortForward[],
    onUnreachable = (_port: number): void => undefined,
  ): Promise<Forwards> {
    const forwards = new Forwards(onUnreachable);
    try {
      for (const forward of wanted) {
        if (forward.protocol === "udp") await forwards.#openUdp(forward);
        else await forwards.#openTcp(forward);
      }
    } catch (error) {
      await forwards.close();
      throw error;
    }
    return forwards;
  }

  /** A board listens. Where it does not, whoever connects is turned away. */
  listen(port: number, accept: (socket: Socket) => void): Listener {
    if (!this.#tcpPorts.has(port)) this.#onUnreachable(port);
    this.#accepts.set(port, accept);
    return { close: () => this.#accepts.get(port) === accept && this.#accepts.delete(port) };
  }

  /** Undefined: no port of the computer leads to this one. */
  openDatagrams(port: number, received: Receive): DatagramSocket | undefined {
    const socket = this.#udpSockets.get(port);
    if (socket === undefined) return undefined;
    this.#receives.set(port, received);
    return {
      port,
      send: (bytes, to) => socket.send(bytes, to.port, to.address),
      close: () => this.#receives.get(port) === received && this.#receives.delete(port),
    };
  }

  /** The computer's TCP port that leads to one of a board; undefined: there is none. */
  portOf(port: number): number | undefined {
    return this.#tcpPorts.get(port);
  }

  async close(): Promise<void> {
    for (const socket of this.#udpSockets.values()) socket.close();
    for (const socket of this.#connections) socket.destroy();
    await Promise.all(this.#servers.map((server) => new Promise((resolve) => server.close(resolve))));
  }

  async #openTcp({ from, to, host = LOOPBACK }: PortForward): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#connections.add(socket);
      socket.on("close", () => this.#connections.delete(socket));
      socket.on("error", () => undefined); // whoever takes it listens, too
      const accept = this.#accepts.get(to);
      if (accept === undefined) socket.destroy();
      else accept(socket);
    });
    await once(server.listen(from, host), "listening");
    this.#tcpPorts.set(to, (server.address() as AddressInfo).port);
    this.#servers.push(server);
  }

  async #openUdp({ from, to, host = LOOPBACK }: PortForward): Promise<void> {
    const socket = createSocket("udp4", (bytes, { address, port }) =>
      this.#receives.get(to)?.(bytes, { address, port }),
    );
    await once(socket.bind(from, host), "listening");
    socket.on("error", () => undefined); // what is not delivered is lost, as in every network
    this.#udpSockets.set(to, socket);
  }
}
