import { AIOESPNow, type MacAddress, sleep, toMac, WLAN } from "aioespnow";
import { Air, SeededRandom, type SimRadio } from "aioespnow/sim";
import { Bridge, Gateway, MemoryBroker, MemoryStore } from "espnow-gateway";
import { createDecoder, type DecoderConfig } from "espnow-gateway/decoders";
import { type Bench, type Figure, processorSeconds, rate } from "./report.ts";

const SOURCE = toMac("02:00:00:00:00:01");
const NODES = 50;
const EVERY_MS = 10_000;
const HOUR_MS = 3_600_000;

const MESSAGES: readonly (readonly [config: DecoderConfig, message: string, target?: string])[] = [
  [
    {
      format: "struct",
      layout: "<hHB?",
      fields: [{ key: "temperature", scale: 0.01 }, { key: "voltage", scale: 0.001 }, { key: "mode" }, { key: "open" }],
    },
    "6608c40b0101",
    ">= 0.1 M/s",
  ],
  [{ format: "json" }, Buffer.from('{"temperature": 21.5, "battery": 87}').toString("hex")],
  [{ format: "bthome" }, "4002ca0903bf13"],
];

/** Decoders, and a house of fifty nodes in virtual time. */
export const gateway: Bench = async function* (smoke) {
  for (const [config, message, target] of MESSAGES) yield decoding(config, message, target, smoke ? 100 : 20_000);
  const hours = smoke ? 0.01 : 1;
  const { tookS, messages } = await house(hours * HOUR_MS);
  yield {
    name: `${NODES} nodes, a message each 10 s, to a broker in memory`,
    value: messages / tookS,
    unit: "messages/s",
    note: "virtual time, with the simulated air; by the processor's time",
  };
  yield {
    name: "a virtual day of that house",
    value: (tookS * 24) / hours,
    unit: "s",
    target: "<= 60 s",
    note: "of a processor",
  };
};

function decoding(config: DecoderConfig, message: string, target: string | undefined, operations: number): Figure {
  const decoder = createDecoder(config);
  const bytes = Uint8Array.from(Buffer.from(message, "hex"));
  const batch = (): void => {
    for (let i = 0; i < operations; i++) decoder.decode(bytes, { source: SOURCE });
  };
  const value = rate(operations, batch, 7) / 1e6;
  return { name: `decode ${config.format}`, value, unit: "M messages/s", ...(target === undefined ? {} : { target }) };
}

/** Runs the house for so long. What it took, in seconds of a processor. */
async function house(forMs: number): Promise<{ readonly tookS: number; readonly messages: number }> {
  await using air = new Air({ seed: 1 });
  const radio = air.radio({ profile: "host" });
  const store = new MemoryStore();
  const broker = new MemoryBroker((work) => air.clock.schedule(air.clock.now(), work), { keepsPublished: false });
  await using own = new Gateway({ radios: [radio], store, autoAccept: true });
  const random = new SeededRandom(1);
  const bridge = new Bridge({ gateway: own, broker: broker.client(), store, random, version: "bench" });
  own.start();
  bridge.start();
  const stops = Array.from({ length: NODES }, (_, i) => {
    return startNode(air.radio(), radio.address(0), (i * EVERY_MS) / NODES);
  });
  const before = processorSeconds();
  await sleep(forMs, { radio });
  const tookS = processorSeconds() - before;
  for (const stop of stops) stop();
  bridge.stop();
  return { tookS, messages: own.nodes.all.reduce((sum, { counters }) => sum + counters.messages, 0) };
}

/** Returns how to stop it. */
function startNode(radio: SimRadio, to: MacAddress, firstMs: number): () => void {
  new WLAN(WLAN.IF_STA, radio).active(true);
  const espnow = new AIOESPNow(radio);
  espnow.active(true);
  espnow.addPeer(to);
  const { clock } = radio;
  let n = 0;
  const next = (): void => {
    espnow.send(to, JSON.stringify({ temperature: 20 + (n++ % 50) / 10 }), false);
    cancel = clock.schedule(clock.now() + EVERY_MS, next);
  };
  let cancel = clock.schedule(firstMs, next);
  return () => cancel();
}
