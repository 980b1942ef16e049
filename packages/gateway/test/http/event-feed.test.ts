import { once } from "node:events";
import { connect } from "node:net";
import { SeededRandom } from "aioespnow/sim";
import { Hono } from "hono";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import WebSocket from "ws";
import { Access } from "#gateway/http/access.ts";
import { EventFeed } from "#gateway/http/event-feed.ts";
import { type HttpServer, serveHttp } from "#gateway/http/server.ts";
import { ownHome } from "../home.ts";
import { GATEWAY, NODE } from "../house.ts";

const TOKEN = "0123456789abcdef";
const home = ownHome();
let feed: EventFeed;
let server: HttpServer;

async function open(token?: string): Promise<void> {
  const access = new Access({ token, random: new SeededRandom(1), now: () => home.gateway.now() });
  feed = new EventFeed(home.gateway, access);
  server = await serveHttp(new Hono(), "127.0.0.1:0", feed);
}

beforeEach(() => {
  home.open();
});

afterEach(async () => {
  await server[Symbol.asyncDispose]();
});

const address = (query = ""): string => `${server.url.replace("http", "ws")}api/events${query}`;

/** The status of a connection that is refused. */
async function refusalOf(headers: Record<string, string>, url = address()): Promise<number> {
  const socket = new WebSocket(url, { headers });
  socket.on("error", () => undefined);
  const [, response] = await once(socket, "unexpected-response");
  return (response as { statusCode: number }).statusCode;
}

test("what happens is told as JSON; raw messages to those who want them", async () => {
  await open();
  const told: [string, string][] = [];
  for (const query of ["", "?raw=1"]) {
    const socket = new WebSocket(address(query));
    socket.on("message", (data) => told.push([query, (JSON.parse(String(data)) as { type: string }).type]));
    await once(socket, "open");
  }
  await vi.waitFor(() => expect(feed.clients).toBe(2));
  await home.say('{"temperature": 21.5}');
  home.gateway.changeNode(home.gateway.nodes.find(NODE), { name: "Hall" });
  const of = (query: string): string[] => told.filter(([one]) => one === query).map(([, type]) => type);
  const types = ["node_new", "availability", "uplink", "node_changed"];
  await vi.waitFor(() => {
    expect(of("")).toEqual(expect.arrayContaining(types));
    expect(of("?raw=1")).toEqual(expect.arrayContaining([...types, "raw"]));
  });
  expect(of("")).not.toContain("raw");
});

test("a client that does not read misses events, is told how many, and costs no more memory", async () => {
  await open();
  const socket = new WebSocket(address("?raw=1"));
  await once(socket, "open");
  await vi.waitFor(() => expect(feed.clients).toBe(1));
  const missed: number[] = [];
  socket.on("message", (data) => {
    const { type, count } = JSON.parse(String(data)) as { type: string; count: number };
    if (type === "missed") missed.push(count);
  });
  socket.pause();
  const text = JSON.stringify({ text: "x".repeat(200) });
  while (feed.missed < 10) for (let i = 0; i < 200; i++) await home.node.asend(GATEWAY, text);
  socket.resume();
  await vi.waitFor(async () => {
    await home.say("1");
    expect(missed.reduce((sum, count) => sum + count, 0)).toBe(feed.missed);
  }, 30_000);
});

test("other origins, other names, and whoever has no token are refused", async () => {
  await open();
  const { host } = new URL(server.url);
  expect(await refusalOf({ origin: "http://evil.example" })).toBe(403);
  expect(await refusalOf({ host: "evil.example" })).toBe(403);
  expect(await refusalOf({}, address().replace("events", "other"))).toBe(404);
  const own = new WebSocket(address(), { origin: `http://${host}` });
  await once(own, "open");
  await server[Symbol.asyncDispose]();
  await open(TOKEN);
  expect(await refusalOf({})).toBe(401);
  expect(await refusalOf({}, `${address()}?token=${TOKEN}`)).toBe(401);
  const guarded = new WebSocket(address(), { headers: { authorization: `Bearer ${TOKEN}` } });
  await once(guarded, "open");
});

test("clients beyond 32, and those that say too much, are let go", async () => {
  await open();
  const sockets = Array.from({ length: 32 }, () => new WebSocket(address()));
  await Promise.all(sockets.map((socket) => once(socket, "open")));
  expect(await refusalOf({})).toBe(503);
  const [first] = sockets as [WebSocket];
  first.on("error", () => undefined);
  first.send("x".repeat(2000));
  expect((await once(first, "close"))[0]).toBe(1009);
  await vi.waitFor(() => expect(feed.clients).toBe(31));
});

test("a connection that breaks off in the middle of its request hurts nobody", async () => {
  await open();
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  socket.write("GET /api/nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  socket.resetAndDestroy();
  await once(socket, "close");
  const next = new WebSocket(address());
  await once(next, "open");
});
