import type { Clock } from "aioespnow";
import type {
  Connection,
  ConnectionEvents,
  DatagramSocket,
  Endpoint,
  IpNetwork,
  Listener,
  Uplink,
} from "./ip-network.ts";
import { addressNumber } from "./ipv4.ts";
import { NetworkPeer } from "./network-peer.ts";
import { LATENCY_MS, type PipeEnd, pipe } from "./pipe.ts";

/** Answers a connection: called when it is there. */
export type ConnectionHandler = (client: NetworkPeer) => void;
/** Answers a datagram, or does not. */
export type DatagramHandler = (bytes: Uint8Array, from: Endpoint) => Uint8Array | undefined;

type Accept = (connection: Connection) => ConnectionEvents | undefined;
type Receive = (bytes: Uint8Array, from: Endpoint) => void;

/** The ports that are chosen begin here (RFC 6335). */
const FIRST_EPHEMERAL = 49_152;
const EPHEMERAL_PORTS = 0x1_0000 - FIRST_EPHEMERAL;
/** Hosts have addresses 10.0.0.1 and on, boards 192.168.4.2 and on. */
const MAX_BOARDS = 252;
/** Where no board is. */
const TEST_ADDRESS = "10.0.0.254";

/**
 * The IP network of a scenario: what its boards reach by sockets. Nothing of it leaves the process. Boards reach each
 * other by their addresses, too.
 *
 *     scenario.network.serve("broker.local", 1883, (client) => {
 *       client.onData = (bytes) => client.write(answerTo(bytes));
 *     });
 */
export class SimulatedNetwork implements IpNetwork {
  readonly #clock: Clock;
  readonly #hosts = new Map<string, string>();
  readonly #listeners = new Map<string, Accept>();
  readonly #datagrams = new Map<string, Receive>();
  #boards = 0;
  #ports = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * From now on `handler` answers the connections to a port of a host: a name, or an IPv4 address. Where a program wraps its
   * socket by `ssl`, the handler calls `client.startTls()`.
   */
  serve(host: string, port: number, handler: ConnectionHandler): void {
    this.#listeners.set(key(this.#addressOf(host), port), (connection) => {
      const peer = new NetworkPeer(connection, this.#clock);
      handler(peer);
      return peer.events;
    });
  }

  /** From now on `handler` answers the datagrams to a port of a host. */
  serveDatagrams(host: string, port: number, handler: DatagramHandler): void {
    const address = this.#addressOf(host);
    this.#datagrams.set(key(address, port), (bytes, from) => {
      const answer = handler(bytes, from);
      if (answer !== undefined) this.#send(answer, { address, port }, from);
    });
  }

  /** Connects to a port on which a board listens. Resolves when it is there. @throws by rejection: Error where nobody takes it. */
  connect(address: string, port: number): Promise<NetworkPeer> {
    return new Promise((resolve, reject) => {
      const [near] = this.#dial({ address: TEST_ADDRESS, port: this.#freePort() }, { address, port });
      const peer = new NetworkPeer(near, this.#clock);
      near.events = {
        ...peer.events,
        opened: () => {
          near.events = peer.events;
          resolve(peer);
          this.#clock.delivered();
        },
        failed: (error) => reject(new Error(`nobody takes connections at ${address}:${port} (${error})`)),
      };
    });
  }

  join(clock: Clock): Uplink {
    const address = `192.168.4.${2 + (this.#boards++ % MAX_BOARDS)}`;
    return {
      address,
      resolve: (name, done) => {
        clock.schedule(clock.now() + 2 * LATENCY_MS, () => done(this.#hosts.get(name.toLowerCase())));
      },
      connect: (to, events) => {
        const [near] = this.#dial({ address, port: this.#freePort() }, to);
        near.events = events;
        return near;
      },
      listen: (port, accept) => this.#keep(this.#listeners, key(address, port || this.#freePort()), accept),
      openDatagrams: (port, received) => this.#openDatagrams({ address, port: port || this.#freePort() }, received),
    };
  }

  #dial(from: Endpoint, to: Endpoint): readonly [PipeEnd, PipeEnd] {
    const [near, far] = pipe(this.#clock, from, to);
    this.#clock.schedule(this.#clock.now() + LATENCY_MS, () => {
      const accept = this.#listeners.get(key(to.address, to.port));
      if (accept === undefined) return near.refuse(this.#isThere(to.address) ? "ECONNRESET" : "EHOSTUNREACH");
      far.accept();
      const events = accept(far);
      if (events === undefined) far.destroy();
      else far.events = events;
    });
    return [near, far];
  }

  #openDatagrams(at: Endpoint, received: Receive): DatagramSocket {
    const { close } = this.#keep(this.#datagrams, key(at.address, at.port), received);
    return { port: at.port, close, send: (bytes, to) => this.#send(bytes, at, to) };
  }

  /** Delivers a datagram to the owner of the port. If there is none, nobody is told. */
  #send(bytes: Uint8Array, from: Endpoint, to: Endpoint): void {
    const copy = bytes.slice();
    this.#clock.schedule(this.#clock.now() + LATENCY_MS, () => {
      for (const [place, receive] of [...this.#datagrams]) {
        const isBroadcast = /\.255$/.test(to.address) && place.endsWith(`:${to.port}`);
        if (place === key(to.address, to.port) || (isBroadcast && place !== key(from.address, from.port)))
          receive(copy, from);
      }
    });
  }

  #keep<T>(places: Map<string, T>, place: string, value: T): Listener {
    places.set(place, value);
    return {
      close: () => {
        if (places.get(place) === value) places.delete(place);
      },
    };
  }

  #addressOf(host: string): string {
    const name = host.toLowerCase();
    if (addressNumber(name) !== undefined) return name;
    const address = this.#hosts.get(name) ?? `10.0.0.${this.#hosts.size + 1}`;
    this.#hosts.set(name, address);
    return address;
  }

  #isThere(address: string): boolean {
    return [...this.#listeners.keys(), ...this.#datagrams.keys()].some((place) => place.startsWith(`${address}:`));
  }

  #freePort(): number {
    return FIRST_EPHEMERAL + (this.#ports++ % EPHEMERAL_PORTS);
  }
}

function key(address: string, port: number): string {
  return `${address}:${port}`;
}
