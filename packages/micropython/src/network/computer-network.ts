import { createSocket } from "node:dgram";
import { lookup } from "node:dns";
import { createConnection, type Socket } from "node:net";
import type { Clock } from "aioespnow";
import { ComputerConnection } from "./computer-connection.ts";
import { Forwards, type PortForward } from "./forwards.ts";
import type { DatagramSocket, Endpoint, IpNetwork, Uplink } from "./ip-network.ts";

/** The board's own address, behind the computer's. */
const BOARD_ADDRESS = "192.168.4.2";

/** What a board may reach of the computer's network. */
export interface ComputerNetworkOptions {
  /** Ports of the computer that lead to a board's. Default: nobody reaches a board. */
  readonly forward?: readonly PortForward[];
  /** A board listens on a port to which none of the computer's leads. */
  readonly onUnreachable?: (port: number) => void;
}

/**
 * The computer's own network: what a board connects to, the computer connects to. A program can reach whatever the computer
 * can, its own services too. In real time only. Close it when its boards are switched off.
 *
 *     await using network = await ComputerNetwork.open({ forward: [{ from: 8080, to: 80 }] });
 *     const program = await runProgram({ file: "server.py", network });
 */
export class ComputerNetwork implements IpNetwork, AsyncDisposable {
  readonly #forwards: Forwards;
  readonly #connections = new Set<Socket>();

  private constructor(forwards: Forwards) {
    this.#forwards = forwards;
  }

  /** @throws by rejection: Error where a port of the computer is in use. */
  static async open({ forward = [], onUnreachable }: ComputerNetworkOptions = {}): Promise<ComputerNetwork> {
    return new ComputerNetwork(await Forwards.open(forward, onUnreachable));
  }

  /** @internal */
  join(clock: Clock): Uplink {
    if (clock.kind === "virtual")
      throw new Error("the computer's network is one of real time: it cannot be had in virtual time");
    return {
      address: BOARD_ADDRESS,
      resolve: (name, done) => lookup(name, { family: 4 }, (error, address) => done(error ? undefined : address)),
      connect: ({ address, port }, events) => {
        const socket = this.#connect(address, port);
        const local = { address: BOARD_ADDRESS, port: 0 };
        return new ComputerConnection(socket, { local, remote: { address, port } }, events);
      },
      listen: (port, accept) =>
        this.#forwards.listen(port, (socket) => {
          const { remoteAddress = "", remotePort = 0 } = socket;
          const ends = {
            local: { address: BOARD_ADDRESS, port },
            remote: { address: remoteAddress, port: remotePort },
          };
          const connection = new ComputerConnection(socket, ends);
          const events = accept(connection);
          if (events === undefined) connection.destroy();
          else connection.events = events;
        }),
      openDatagrams: (port, received) => this.#forwards.openDatagrams(port, received) ?? openDatagrams(received, port),
    };
  }

  /** The computer's TCP port that leads to one of a board; undefined: there is none. */
  portOf(port: number): number | undefined {
    return this.#forwards.portOf(port);
  }

  #connect(host: string, port: number): Socket {
    const socket = createConnection({ host, port, allowHalfOpen: true });
    this.#connections.add(socket);
    return socket.on("close", () => this.#connections.delete(socket));
  }

  /** Closes all connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    await this.#forwards.close();
  }
}

/** A socket of the computer's, on any port: the board's is known to nobody outside. */
function openDatagrams(received: (bytes: Uint8Array, from: Endpoint) => void, port: number): DatagramSocket {
  const socket = createSocket("udp4", (bytes, { address, port: from }) => received(bytes, { address, port: from }));
  socket.on("error", () => undefined); // what is not delivered is lost, as in every network
  socket.bind(0, () => socket.setBroadcast(true));
  return {
    port,
    send: (bytes, to) => socket.send(bytes, to.port, to.address),
    close: () => socket.close(),
  };
}
