import {
  AIOESPNow,
  BROADCAST,
  type Clock,
  type Phy,
  type PhyCapabilities,
  type PhyState,
  type ReceivedFrame,
  SoftMacRadio,
} from "aioespnow";
import { encodeActionBody, encodeActionHeader, Rate, toMac } from "aioespnow/codec";
import { Air, VirtualClock } from "aioespnow/sim";
import type { Bench, Figure } from "./report.ts";

const SENDER = toMac("02:00:00:00:00:01");
const MESSAGE = new Uint8Array(250).map((_, i) => i);
/** As many as the receive buffer holds, and fewer than would fill it. */
const BURST = 64;

/** A medium on which frames are heard whenever the bench says so. */
class FedPhy implements Phy {
  readonly capabilities: PhyCapabilities = {
    reportsAck: false,
    retriesInHardware: true,
    blocks: false,
    maxAckAddresses: 1,
    maxFrameLength: 2304,
    channels: [1],
  };
  readonly clock: Clock = new VirtualClock();
  onFrame: ((frame: ReceivedFrame) => void) | undefined;
  onState: ((state: PhyState) => void) | undefined;
  readonly #frame: ReceivedFrame = { bytes: broadcastFrame(), rssi: -50, rate: Rate.RATE_1M, channel: 1, timeMs: 0 };

  feed(count: number): void {
    for (let i = 0; i < count; i++) this.onFrame?.(this.#frame);
  }

  setChannel(): void {}
  setAckAddresses(): void {}
  setTxPower(): void {}
  transmit(): void {}
  wait(): void {}
  async [Symbol.asyncDispose](): Promise<void> {}
}

function broadcastFrame(): Uint8Array {
  const bytes = new Uint8Array(512);
  const header = { destination: BROADCAST, source: SENDER, bssid: BROADCAST, sequenceNumber: 0, protected: false };
  return bytes.subarray(0, encodeActionBody(bytes, encodeActionHeader(bytes, 0, header), MESSAGE, 2, 1));
}

function open(phy: Phy): AIOESPNow {
  const radio = new SoftMacRadio(phy);
  radio.setInterfaceActive(0, true);
  const e = new AIOESPNow(radio);
  e.active(true);
  return e;
}

/** From the frame to the message, through the radio, the receive buffer and a promise; and from asend to its answer. */
export const espnow: Bench = async function* (smoke: boolean): AsyncGenerator<Figure> {
  const messages = smoke ? 64_000 : 2_560_000;
  yield perSecond("airecv, frames in bursts", ">= 500 k/s", await receive(messages, (e) => () => e.airecv()));
  yield* observing(smoke ? 10 : 40, smoke ? 6_400 : 64_000);
  yield perSecond(
    "for await, frames in bursts",
    ">= 500 k/s",
    await receive(messages, (e) => {
      const iterator = e[Symbol.asyncIterator]();
      return () => iterator.next();
    }),
  );
  yield perSecond("airecv, a waiting reader woken by each frame", undefined, await receiveWoken(messages));
  yield* heapGrowth(smoke ? 64_000 : 10_000_000);
  yield* sends(smoke ? 2_000 : 200_000);
};

async function receive(messages: number, reader: (e: AIOESPNow) => () => Promise<unknown>): Promise<number> {
  const phy = new FedPhy();
  const read = reader(open(phy));
  const bursts = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      phy.feed(BURST);
      for (let k = 0; k < BURST; k++) await read();
    }
  };
  await bursts(messages / BURST / 10); // warm up
  return rateOf(messages, () => bursts(messages / BURST));
}

/** What one observer costs: pieces with and without it in turn, so that both meet the same machine. */
async function* observing(rounds: number, messages: number): AsyncGenerator<Figure> {
  const phy = new FedPhy();
  const e = open(phy);
  const piece = async (): Promise<void> => {
    for (let i = 0; i < messages / BURST; i++) {
      phy.feed(BURST);
      for (let k = 0; k < BURST; k++) await e.airecv();
    }
  };
  const ratios: number[] = [];
  let bytes = 0;
  await piece(); // warm up
  for (let round = 0; round < rounds; round++) {
    const alone = await rateOf(messages, piece);
    const stop = e.observe((event) => {
      if (event.kind === "heard") bytes += event.message.data.length;
    });
    const observed = await rateOf(messages, piece);
    stop();
    ratios.push(alone / observed - 1);
  }
  if (bytes !== rounds * messages * MESSAGE.length) throw new Error("the observer was not told everything");
  const cost = ratios.sort((a, b) => a - b)[rounds >> 1] as number;
  yield { name: "espnow: airecv, more time with one observer", value: 100 * cost, unit: "%", target: "<= 10 %" };
}

async function receiveWoken(messages: number): Promise<number> {
  const phy = new FedPhy();
  const e = open(phy);
  return rateOf(messages, async () => {
    for (let i = 0; i < messages; i++) {
      const received = e.airecv();
      phy.feed(1);
      await received;
    }
  });
}

async function* heapGrowth(messages: number): AsyncGenerator<Figure> {
  const phy = new FedPhy();
  const e = open(phy);
  const run = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i += BURST) {
      phy.feed(BURST);
      for (let k = 0; k < BURST; k++) await e.airecv();
    }
  };
  await run(messages / 10);
  const before = heapUsed();
  await run(messages);
  const growth = heapUsed() - before;
  yield {
    name: `espnow: airecv, heap growth over ${messages} messages`,
    value: growth / messages,
    unit: "bytes/message",
    target: "<= 0.01",
    note: `${growth} bytes in all, after garbage collection`,
  };
}

function heapUsed(): number {
  if (globalThis.gc === undefined) throw new Error("run node with --expose-gc");
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** Acknowledged messages on a perfect air, one after another; the limit is that each costs a turn of the event loop. */
async function* sends(messages: number): AsyncGenerator<Figure> {
  const air = new Air({ seed: 1 });
  const [a, b] = [air.radio({ profile: "host" }), air.radio({ profile: "host" })];
  for (const radio of [a, b]) radio.setInterfaceActive(0, true);
  const e = new AIOESPNow(a);
  e.active(true);
  e.addPeer(b.address(0));
  const send = async (): Promise<void> => {
    for (let i = 0; i < messages; i++) if (!(await e.asend(b.address(0), MESSAGE))) throw new Error("not acknowledged");
  };
  await send(); // warm up
  const turns = await rateOf(messages, async () => {
    for (let i = 0; i < messages; i++) await new Promise(setImmediate);
  });
  const acknowledged = await rateOf(messages, send);
  yield {
    ...perSecond("asend, acknowledged, one after another", ">= 100 k/s", acknowledged),
    note: `${(acknowledged / turns).toFixed(2)} of the turns that the event loop makes`,
  };
  await air[Symbol.asyncDispose]();
}

async function rateOf(operations: number, run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return (operations * 1000) / (performance.now() - start);
}

function perSecond(name: string, target: string | undefined, value: number): Figure {
  return { name: `espnow: ${name}`, value: value / 1000, unit: "k/s", ...(target === undefined ? {} : { target }) };
}
