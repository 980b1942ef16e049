import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Clock, type MacAddress, sleep, toMac } from "aioespnow";
import { Air, SeededRandom, systemClock } from "aioespnow/sim";
import { Bridge, type Broker, Gateway, MemoryBroker, MemoryStore, type Publication, type Store } from "espnow-gateway";
import { MqttBroker } from "espnow-gateway/mqtt";
import { openStore } from "espnow-gateway/sqlite";
import mqtt, { type MqttClient } from "mqtt";
import { InjectedRadio } from "./injected-radio.ts";
import { hasMosquitto, Mosquitto } from "./mosquitto.ts";
import { type Bench, type Figure, median, processorSeconds } from "./report.ts";

const WILL: Publication = { topic: "bench/state", payload: "gone", retain: false, qos: 0 };
const text = (value: object): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const macOf = (i: number): MacAddress => toMac(Uint8Array.of(2, 0, 0, 1, i >> 8, i));

/** The gateway without a simulated air, and with mosquitto where that is installed. */
export const gatewaySpeed: Bench = async function* (smoke) {
  yield await pipeline(smoke ? 1000 : 100_000);
  if (!hasMosquitto) return;
  const folder = mkdtempSync(join(tmpdir(), "espnow-bench-"));
  const mosquitto = await Mosquitto.start();
  try {
    const { url } = mosquitto;
    for (const qos of [0, 1] as const) yield* publishing(url, qos, smoke ? 200 : 20_000);
    yield* house(url, smoke ? 20 : 1000, smoke ? 0.1 : 10);
    yield await command(url, smoke ? 5 : 200, new MemoryStore(), "a store in memory");
    const store = await openStore(join(folder, "gateway.db"));
    yield await command(url, smoke ? 5 : 200, store, "a store on the disk, which is waited for");
    await store[Symbol.asyncDispose]();
  } finally {
    await mosquitto[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  }
};

/** A gateway and its bridge, which end together: a bridge that goes on would keep a virtual clock running. */
interface Running extends AsyncDisposable {
  readonly gateway: Gateway;
}

function open(radio: InjectedRadio, broker: Broker, store: Store): Running {
  const gateway = new Gateway({ radios: [radio], store, autoAccept: true });
  const bridge = new Bridge({ gateway, broker, store, random: new SeededRandom(1), version: "bench" });
  gateway.start();
  bridge.start();
  return {
    gateway,
    [Symbol.asyncDispose]: async () => {
      bridge.stop();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

/** Messages of fifty nodes through registry, decoder and bridge to a broker in memory. */
async function pipeline(messages: number): Promise<Figure> {
  await using air = new Air({ seed: 1 });
  const { clock } = air;
  const radio = new InjectedRadio(clock);
  const broker = new MemoryBroker((work) => clock.schedule(clock.now(), work), { keepsPublished: false });
  await using running = open(radio, broker.client(), new MemoryStore());
  const { gateway } = running;
  await sleep(1, { radio });
  const before = processorSeconds();
  for (let i = 0; i < messages; i++) {
    radio.inject(macOf(i % 50), text({ temperature: 20 + (i % 50) / 10, battery: 87, n: i }));
    if (i % 1000 === 999) await sleep(1, { radio });
  }
  await sleep(1, { radio });
  const tookS = processorSeconds() - before;
  const heard = gateway.nodes.all.reduce((sum, { counters }) => sum + counters.messages, 0);
  return {
    name: "registry, decoder and broker in memory, without an air",
    value: heard / tookS,
    unit: "messages/s",
    target: ">= 30000 /s",
    note: "by the processor's time",
  };
}

async function* publishing(url: string, qos: 0 | 1, messages: number): AsyncIterable<Figure> {
  const payload = JSON.stringify({
    temperature: 21.5,
    battery: 87,
    gateway_rssi: -60,
    last_seen: "2026-01-01T00:00:00Z",
  });
  const raw = await mqtt.connectAsync(url);
  const peer = await rateOf(messages, (done) => void raw.publish("bench/raw", payload, { qos, retain: true }, done));
  await raw.endAsync();
  await using broker = new MqttBroker({ url, clock: systemClock, random: new SeededRandom(1) });
  await connected(broker);
  const value = await rateOf(messages, (done) =>
    broker.publish({ topic: "bench/own", payload, retain: true, qos }, () => done()),
  );
  yield { name: `to mosquitto, QoS ${qos}`, value, unit: "messages/s", target: `>= ${qos === 0 ? 10_000 : 5000} /s` };
  yield {
    name: `to mosquitto, QoS ${qos}, against mqtt.js alone`,
    value: value / peer,
    unit: "times",
    target: ">= 0.5 times",
    note: `mqtt.js: ${Math.round(peer)} messages/s`,
  };
}

/** Messages a second, of which 500 are on their way at a time. */
async function rateOf(messages: number, publish: (done: () => void) => void): Promise<number> {
  const start = performance.now();
  await new Promise<void>((resolve) => {
    let [sent, done] = [0, 0];
    const next = (): void => {
      while (sent < messages && sent - done < 500) {
        sent++;
        publish(() => {
          if (++done === messages) resolve();
          else next();
        });
      }
    };
    next();
  });
  return (messages * 1000) / (performance.now() - start);
}

/** A house of many nodes: how long until all are discovered, and what it needs then. */
async function* house(url: string, nodes: number, idleS: number): AsyncIterable<Figure> {
  const watcher = await watch(url, "homeassistant/device/+/config");
  const radio = new InjectedRadio(systemClock);
  await using broker = new MqttBroker({ url, clock: systemClock, random: new SeededRandom(1) });
  await using running = open(radio, broker, new MemoryStore());
  const { gateway } = running;
  while (!broker.isConnected) await wait(10);
  const start = performance.now();
  const discovered = watcher.topics(nodes + 1);
  for (let i = 0; i < nodes; i++) radio.inject(macOf(i), text({ temperature: 20 + (i % 50) / 10 }));
  await discovered;
  const target = "<= 5 s";
  yield { name: `discovery of ${nodes} nodes`, value: (performance.now() - start) / 1000, unit: "s", target };
  await watcher.client.endAsync(true);
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const note = `${(heapUsed / 2 ** 20).toFixed(0)} MiB of heap; with the bench itself`;
  yield { name: `memory with ${nodes} nodes`, value: rss / 2 ** 20, unit: "MiB", target: "< 200 MiB", note };
  await wait(1000 * idleS * 0.2);
  const before = process.cpuUsage();
  await wait(1000 * idleS);
  const { user, system } = process.cpuUsage(before);
  yield {
    name: `share of a core while ${gateway.nodes.all.length} nodes are silent`,
    value: (user + system) / (idleS * 10_000),
    unit: "%",
    target: "< 1 %",
  };
}

/** From another client's `set` to the radio. */
async function command(url: string, times: number, store: Store, note: string): Promise<Figure> {
  const radio = new InjectedRadio(systemClock);
  await using broker = new MqttBroker({ url, clock: systemClock, random: new SeededRandom(1) });
  await using running = open(radio, broker, store);
  const { gateway } = running;
  const client = await mqtt.connectAsync(url);
  while (!broker.isConnected) await wait(10);
  gateway.addNode(macOf(1), { isAccepted: true, decoder: { format: "json" } });
  const value = await median(times, async () => {
    await new Promise<void>((resolve) => {
      radio.onSend = resolve;
      client.publish(`espnow/${macOf(1).replaceAll(":", "")}/set`, '{"on": true}');
    });
    await settled(gateway, systemClock);
  });
  await client.endAsync(true);
  return { name: "a command from MQTT to the radio, median", value, unit: "ms", target: "< 5 ms", note };
}

/** Waits until no command is on its way: MailDelivery sends two, and then pauses. */
async function settled(gateway: Gateway, clock: Clock): Promise<void> {
  while (gateway.mailbox.list(macOf(1)).length > 0)
    await new Promise<void>((next) => clock.schedule(clock.now(), next));
}

function connected(broker: MqttBroker): Promise<void> {
  return new Promise((resolve) => {
    const listener = { onConnected: resolve, onDisconnected: () => undefined, onMessage: () => undefined };
    broker.start(listener, WILL, []);
  });
}

async function watch(
  url: string,
  filter: string,
): Promise<{ client: MqttClient; topics(count: number): Promise<void> }> {
  const client = await mqtt.connectAsync(url);
  const seen = new Set<string>();
  let onSeen = (): void => undefined;
  client.on("message", (topic) => {
    seen.add(topic);
    onSeen();
  });
  await client.subscribeAsync(filter);
  return {
    client,
    topics: (count) =>
      new Promise((resolve) => {
        onSeen = () => {
          if (seen.size >= count) resolve();
        };
        onSeen();
      }),
  };
}
