import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { systemClock } from "aioespnow/sim";
import { MemoryStore, StoreHealth } from "espnow-gateway";
import mqtt, { type MqttClient } from "mqtt";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type EmbeddedBroker, startEmbeddedBroker } from "#gateway/broker/embedded-broker.ts";

const KIB = 1024;
const MESSAGE = Buffer.alloc(32 * KIB, "x");
/**
 * So many messages that the sockets of a computer do not take them by themselves (Linux: 10 MiB at most, net.ipv4.tcp_rmem
 * and tcp_wmem), and that the rest is more than the 100 that aedes has in hand at a time. The broker keeps them all.
 */
const BEYOND_SOCKETS = 600;
/** How long something may take on a computer with other work. */
const PATIENCE = { timeout: 60_000 };

let broker: EmbeddedBroker;
let remarks: string[];
let onRemark: (text: string) => void;
let clients: MqttClient[];

beforeEach(async () => {
  [remarks, clients] = [[], []];
  onRemark = (text) => void remarks.push(text);
  broker = await startEmbeddedBroker({
    listen: "127.0.0.1:0",
    users: undefined,
    store: new MemoryStore(),
    health: new StoreHealth(),
    now: 0,
    clock: systemClock,
    onRemark: (text) => onRemark(text),
  });
});

afterEach(async () => {
  for (const client of clients) client.end(true);
  await broker[Symbol.asyncDispose]();
});

async function join(): Promise<MqttClient> {
  const client = await mqtt.connectAsync(broker.url, { reconnectPeriod: 0 });
  clients.push(client);
  return client;
}

/** MQTT 3.1.1: a CONNECT of the client "deaf" without keepalive, and a SUBSCRIBE to t/#. */
const CONNECT = "\x10\x10\0\x04MQTT\x04\x02\0\0\0\x04deaf";
const SUBSCRIBE = "\x82\x08\0\x01\0\x03t/#\0";

/** A client that subscribes, and then reads nothing more. */
async function deafClient(): Promise<Socket> {
  const socket = connect(Number(new URL(broker.url).port), "127.0.0.1");
  for (const packet of [CONNECT, SUBSCRIBE]) {
    socket.write(packet, "latin1");
    await once(socket, "data");
  }
  socket.pause();
  return socket;
}

/** How many messages a client has heard. */
async function listener(): Promise<{ readonly heard: number }> {
  const state = { heard: 0 };
  const client = await join();
  client.on("message", () => state.heard++);
  await client.subscribeAsync("t/#", { qos: 1 });
  return state;
}

test("a client that reads nothing for a while delays nobody, and reads everything later", async () => {
  const deaf = await deafClient();
  const [publisher, other] = [await join(), await listener()];
  for (let i = 0; i < BEYOND_SOCKETS; i++) await publisher.publishAsync("t/a", MESSAGE, { qos: 1 });
  await expect.poll(() => other.heard, PATIENCE).toBe(BEYOND_SOCKETS);
  let length = 0;
  for await (const chunk of deaf) {
    length += (chunk as Buffer).length;
    if (length >= BEYOND_SOCKETS * MESSAGE.length) break;
  }
  expect(length).toBeGreaterThanOrEqual(BEYOND_SOCKETS * MESSAGE.length);
  expect([broker.slowClients, remarks]).toEqual([0, []]);
});

test("one that goes on so is disconnected, counted and named, and the others miss nothing", async () => {
  const deaf = await deafClient();
  const [publisher, other] = [await join(), await listener()];
  const remarked = new Promise<string>((resolve) => {
    onRemark = resolve;
  });
  let published = 0;
  let isOver = false;
  void remarked.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await publisher.publishAsync("t/a", MESSAGE, { qos: 1 });
    published++;
  }
  expect(await remarked).toBe('the broker has disconnected the client "deaf": it did not read what it was sent');
  expect(broker.slowClients).toBe(1);
  await publisher.publishAsync("t/a", "end", { qos: 1 });
  await expect.poll(() => other.heard, PATIENCE).toBe(published + 1);
  deaf.destroy();
});

test("a new subscriber gets all that may be retained, however slowly it reads", async () => {
  const publisher = await join();
  const retained = 500; // of 32 KiB: a little less than 16 MiB
  for (let i = 0; i < retained; i++) await publisher.publishAsync(`t/${i}`, MESSAGE, { qos: 1, retain: true });
  expect(broker.notRetained).toBe(0);
  const deaf = await deafClient();
  await publisher.publishAsync("t/live", MESSAGE, { qos: 1 });
  let length = 0;
  for await (const chunk of deaf) {
    length += (chunk as Buffer).length;
    if (length >= (retained + 1) * MESSAGE.length) break;
  }
  expect(length).toBeGreaterThanOrEqual((retained + 1) * MESSAGE.length);
  expect(broker.slowClients).toBe(0);
});
