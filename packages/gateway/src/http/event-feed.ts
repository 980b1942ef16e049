import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { systemClock } from "aioespnow/sim";
import { type WebSocket, WebSocketServer } from "ws";
import { nodeSummary } from "../bridge/summary.ts";
import { toHex } from "../decoders/bytes.ts";
import type { GatewayEvent } from "../events.ts";
import type { Gateway } from "../gateway.ts";
import { isoTime } from "../util/iso-time.ts";
import type { Access } from "./access.ts";

const PATH = "/api/events";
const MAX_CLIENTS = 32;
/** What waits for a client that reads too slowly; beyond that it misses events, and is told how many. */
const MAX_WAITING = 1024 * 1024;
const PING_MS = 30_000;
/** Clients only listen. */
const MAX_INCOMING = 1024;

interface Client {
  readonly socket: WebSocket;
  readonly wantsRaw: boolean;
  missed: number;
  /** Whether it has answered the last ping. */
  isAlive: boolean;
}

/** What happens, as JSON over WebSockets at `/api/events`; with `?raw=1` raw messages too. */
export class EventFeed implements Disposable {
  readonly #gateway: Gateway;
  readonly #access: Access;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAX_INCOMING });
  readonly #clients = new Set<Client>();
  readonly #stopObserving: () => void;
  #cancelPing: () => void = () => undefined;
  /** Events that clients have missed. */
  missed = 0;

  constructor(gateway: Gateway, access: Access) {
    this.#gateway = gateway;
    this.#access = access;
    this.#stopObserving = gateway.observe((event) => this.#tell(event));
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** Serves the WebSockets of a server. */
  attach(server: Server): void {
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on("error", () => undefined); // it is gone: `close` follows
      const refusal = this.#refusalOf(request);
      if (refusal === undefined) {
        const wantsRaw = /[?&]raw=1(&|$)/.test(request.url ?? "");
        this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#add(webSocket, wantsRaw));
      } else socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    });
  }

  [Symbol.dispose](): void {
    this.#stopObserving();
    this.#cancelPing();
    for (const { socket } of this.#clients) socket.terminate();
    this.#clients.clear();
    this.#server.close();
  }

  #refusalOf({ url = "", headers }: IncomingMessage): string | undefined {
    const path = url.split("?")[0] ?? "";
    if (path !== PATH) return "404 Not Found";
    const { host, origin, authorization, cookie } = headers;
    const refusal = this.#access.refusal({ method: "GET", path, host, origin, authorization, cookie, contentType: "" });
    if (refusal !== undefined) return `${refusal[0]} Refused`;
    return this.#clients.size >= MAX_CLIENTS ? "503 Too Many Clients" : undefined;
  }

  #add(socket: WebSocket, wantsRaw: boolean): void {
    const client: Client = { socket, wantsRaw, missed: 0, isAlive: true };
    this.#clients.add(client);
    socket.on("pong", () => {
      client.isAlive = true;
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => this.#clients.delete(client));
    if (this.#clients.size === 1) this.#pingLater();
  }

  /** A client that does not answer is gone. In real time: a browser knows no other. */
  #pingLater(): void {
    this.#cancelPing();
    this.#cancelPing = systemClock.schedule(systemClock.now() + PING_MS, () => {
      for (const client of this.#clients) {
        if (!client.isAlive) client.socket.terminate();
        client.isAlive = false;
        client.socket.ping();
      }
      if (this.#clients.size > 0) this.#pingLater();
    });
  }

  #tell(event: GatewayEvent): void {
    if (this.#clients.size === 0) return;
    let text: string | undefined;
    for (const client of this.#clients) {
      if (event.kind === "raw" && !client.wantsRaw) continue;
      text ??= JSON.stringify(eventRecord(event, this.#gateway));
      this.#send(client, text);
    }
  }

  #send(client: Client, text: string): void {
    const { socket } = client;
    if (socket.bufferedAmount > MAX_WAITING) {
      client.missed++;
      this.missed++;
      return;
    }
    if (client.missed > 0) socket.send(JSON.stringify({ type: "missed", count: client.missed }));
    client.missed = 0;
    socket.send(text);
  }
}

function eventRecord(event: GatewayEvent, gateway: Gateway): object {
  switch (event.kind) {
    case "uplink": {
      const { node, values, events, time } = event;
      return { type: "uplink", node: node.name, mac: node.mac, values, events, time: isoTime(time) };
    }
    case "raw": {
      const { node, data, rssi } = event;
      return { type: "raw", node: node.name, mac: node.mac, hex: toHex(data), rssi: rssi ?? null };
    }
    case "command": {
      const { node, status } = event;
      return { type: "command", node: node?.name ?? null, ...status, time: isoTime(status.time) };
    }
    default:
      return { type: event.kind.replace("-", "_"), node: nodeSummary(event.node, gateway) };
  }
}
