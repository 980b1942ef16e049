// broker: A broker in the gateway's own process. Clients and what they may keep waiting are limited. It knows topics
// and users, and neither nodes nor the bridge.

import { createServer, type Socket } from "node:net";
import type { Clock } from "aioespnow";
import { authorityOf, type ListenAddress, listenAt, stopListening } from "../listening.ts";
import type { Store, StoreHealth } from "../store/store.ts";
import { type AedesOptions, loadAedes } from "./aedes.ts";
import { Connection } from "./connection.ts";
import { Retained } from "./retained.ts";
import { isUser, type Users } from "./users.ts";

export interface EmbeddedBrokerOptions {
  /** `127.0.0.1:1883` or `[::1]:1883`; port 0 is any that is free. */
  readonly listen: string;
  /** Undefined: everybody who can connect is served. */
  readonly users: Users | undefined;
  /** Keeps the retained messages. */
  readonly store: Store;
  readonly health: StoreHealth;
  /** In ms since 1970. */
  readonly now: number;
  /** Real time. */
  readonly clock: Clock;
  /** Called with a sentence about what somebody should know. */
  readonly onRemark: (text: string) => void;
}

/** A broker in this process. */
export interface EmbeddedBroker extends AsyncDisposable {
  /** Where this computer reaches it. */
  readonly url: string;
  /** Messages that were passed on, and not kept as retained ones, because there were too many. */
  readonly notRetained: number;
  /** Clients that were disconnected because they did not read what they were sent. */
  readonly slowClients: number;
}

const MAX_CONNECTIONS = 256;
const MAX_PACKET_BYTES = 1024 * 1024;
/** A session ends with its connection: what waits for clients that are away would grow without limit. */
const SESSION_S = 1;
const MAX_SESSIONS = 100;
/** How long everybody waits for a client at its limit (`Connection`) until it is disconnected: the shortest that there is. */
const DRAIN_MS = 1;
/** aedes' words for that. */
const AT_ITS_LIMIT = "drain timeout";
/** MQTT 3.1.1, 3.2.2.3. */
const WRONG_PASSWORD = 4;
/** Guessing takes time. */
const REFUSAL_MS = 1000;

/**
 * Starts a broker that speaks MQTT 3.1.1 and 5.
 * @throws Error that says what to do, by rejection: aedes is not installed, or the port is in use.
 */
export async function startEmbeddedBroker(options: EmbeddedBrokerOptions): Promise<EmbeddedBroker> {
  const { Aedes } = await loadAedes();
  const retained = new Retained(options.store, options.health);
  const aedes = await Aedes.createBroker(settings(options, retained));
  await retained.attach(aedes.persistence, options.now);
  let slowClients = 0;
  const known = new WeakSet<object>(); // each message that cannot be written says so again
  aedes.on("clientError", (client, { message }) => {
    if (message !== AT_ITS_LIMIT || known.has(client)) return;
    known.add(client);
    slowClients++;
    options.onRemark(`the broker has disconnected the client "${client.id}": it did not read what it was sent`);
  });
  // What else a client does wrong is its own affair; without a listener it would end the process.
  for (const event of ["connectionError", "error"] as const) aedes.on(event, () => undefined);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true).on("close", () => sockets.delete(socket));
    aedes.handle(new Connection(socket));
  });
  server.maxConnections = MAX_CONNECTIONS;
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => aedes.close(resolve));
    for (const socket of sockets) socket.destroy();
    await stopListening(server);
  };
  const address = await listenAt(server, options.listen, "broker", "the broker ").catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    url: `mqtt://${authorityOf(reachable(address))}`,
    get notRetained() {
      return retained.refused;
    },
    get slowClients() {
      return slowClients;
    },
    [Symbol.asyncDispose]: close,
  };
}

function settings({ users, clock }: EmbeddedBrokerOptions, retained: Retained): AedesOptions {
  return {
    maximumPacketSize: MAX_PACKET_BYTES,
    sessionExpiryIntervalLimit: SESSION_S,
    pendingSessionsLimit: MAX_SESSIONS,
    drainTimeout: DRAIN_MS,
    preConnect(_client, packet, done) {
      packet.clean = true;
      done(null, true);
    },
    authenticate(_client, name, password, done) {
      if (users === undefined || isUser(users, name, password)) {
        done(null, true);
        return;
      }
      const refusal = Object.assign(new Error("the password is wrong"), { returnCode: WRONG_PASSWORD });
      clock.schedule(clock.now() + REFUSAL_MS, () => done(refusal, false));
    },
    authorizePublish(_client, packet, done) {
      if (packet.topic.startsWith("$")) {
        done(new Error("topics that begin with $ are the broker's own"));
        return;
      }
      if (packet.retain && !retained.hasRoom(packet)) packet.retain = false;
      done(null);
    },
  };
}

/** Where this computer itself reaches an address that it listens on. */
function reachable({ host, port }: ListenAddress): ListenAddress {
  const own = new Map([
    ["0.0.0.0", "127.0.0.1"],
    ["::", "::1"],
  ]);
  return { host: own.get(host) ?? host, port };
}
