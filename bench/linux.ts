import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { ReceivedFrame } from "aioespnow";
import {
  BROADCAST,
  encodeActionBody,
  encodeActionHeader,
  encodeCaptureHeader,
  type MacAddress,
  Rate,
  toMac,
} from "aioespnow/codec";
import { MonitorPhy } from "aioespnow/linux";
import { type Bench, type Figure, median } from "./report.ts";
import { Tap } from "./tap.ts";

export const STATION: MacAddress = toMac("02:00:00:00:00:01");
const AT_1M = { rate: Rate.RATE_1M, noAck: false };

/** An ESP-NOW frame with 60 bytes of data. */
function espNow(): Uint8Array {
  const bytes = new Uint8Array(256);
  const header = { destination: STATION, source: STATION, bssid: BROADCAST, sequenceNumber: 0, protected: false };
  const body = encodeActionHeader(bytes, 0, header);
  return bytes.subarray(0, encodeActionBody(bytes, body, new Uint8Array(60), 2, 1));
}

/** What a radio on the air would put up: the header of a reception, and the frame. */
function heardPacket(): Uint8Array {
  const bytes = new Uint8Array(300);
  const header = { tsft: 0, rate: Rate.RATE_1M, channel: 1, signal: -50, hasFcs: false };
  const start = encodeCaptureHeader(bytes, 0, header);
  bytes.set(espNow(), start);
  return bytes.subarray(0, start + espNow().length);
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Writes packets as fast as it can, or at a rate in bursts of 20. */
export const flood = (count: number, perSecond: number): string => `
import os, time
packet = bytes.fromhex("${hex(heardPacket())}")
start = time.monotonic()
for i in range(${count}):
    os.write(3, packet)
    if ${perSecond} and i % 20 == 19:
        time.sleep(max(0, start + i / ${perSecond || 1} - time.monotonic()))
print(${count} / (time.monotonic() - start), flush=True)`;

/**
 * Answers every injected packet, first with its frame as if it was heard (`echoes`), then with its status. It passes over
 * the 12 bytes of the injection header.
 */
const answer = (echoes: boolean): string => `
import os
heard = bytes.fromhex("${hex(heardPacket().subarray(0, heardPacket().length - espNow().length))}")
status = bytes.fromhex("00000d00048002000200000000")
while True:
    packet = os.read(3, 4096)
    if packet[2] != 12:
        continue
    ${echoes ? "os.write(3, heard + packet[12:])" : ""}
    os.write(3, status + packet[12:])`;

/** The path of a frame between the kernel and this process, on a TAP device: nothing where that needs rights that are missing. */
export const linux: Bench = async function* (smoke: boolean): AsyncGenerator<Figure> {
  if (process.getuid?.() !== 0) return;
  const tap = new Tap();
  const phy = new MonitorPhy(tap.name, { setup: false });
  phy.setAckAddresses([STATION]);
  const release = phy.clock.keepAlive();
  try {
    yield* reception(tap, phy, smoke);
    yield* statuses(tap, phy, smoke ? 2_000 : 200_000);
    yield* roundTrips(tap, phy, smoke ? 200 : 20_000);
  } finally {
    release();
    await phy[Symbol.asyncDispose]();
    tap.close();
  }
};

async function* reception(tap: Tap, phy: MonitorPhy, smoke: boolean): AsyncGenerator<Figure> {
  const seconds = smoke ? 0.1 : 3;
  const paced = await receive(phy, tap.peer(flood(20_000 * seconds, 20_000)), 20_000 * seconds);
  const share = (100 * paced.dropped) / (20_000 * seconds);
  yield {
    name: "linux: lost at 20,000 frames/s",
    value: share,
    unit: "%",
    target: "0 %",
    note: `sent at ${paced.sent}/s`,
  };
  const count = smoke ? 20_000 : 500_000;
  const flooded = await receive(phy, tap.peer(flood(count, 0)), count);
  const note = `of ${flooded.sent}/s; the kernel dropped the others`;
  yield {
    name: "linux: frames received under flood",
    value: flooded.perSecond,
    unit: "frames/s",
    target: ">= 100 k/s",
    note,
  };
}

async function receive(
  phy: MonitorPhy,
  peer: ChildProcess,
  count: number,
): Promise<{ perSecond: number; dropped: number; sent: number }> {
  const before = phy.dropped;
  let heard = 0;
  let [first, last] = [0, 0];
  phy.onFrame = ({ timeMs }: ReceivedFrame) => {
    if (heard++ === 0) first = timeMs;
    last = timeMs;
  };
  const [printed] = (await once(peer.stdout as NodeJS.ReadableStream, "data")) as [Buffer];
  let dropped = 0;
  while (heard + dropped < count) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    dropped = phy.dropped - before;
  }
  return { perSecond: (1000 * heard) / (last - first), dropped, sent: Math.round(Number(String(printed))) };
}

async function* statuses(tap: Tap, phy: MonitorPhy, count: number): AsyncGenerator<Figure> {
  const peer = tap.peer(answer(false));
  const frame = espNow();
  let [sent, done] = [0, 0];
  const start = performance.now();
  await new Promise<void>((resolve) => {
    const next = (): void => {
      while (sent < count && sent - done < 128) {
        sent++;
        phy.transmit(frame, AT_1M, onResult);
      }
    };
    const onResult = (): void => {
      if (++done === count) resolve();
      else if (sent - done < 64) next();
    };
    next();
  });
  peer.kill();
  await once(peer, "exit");
  const value = (1000 * count) / (performance.now() - start);
  yield {
    name: "linux: frames sent, with their status",
    value,
    unit: "frames/s",
    target: ">= 100 k/s",
    note: "status by a Python process",
  };
}

async function* roundTrips(tap: Tap, phy: MonitorPhy, count: number): AsyncGenerator<Figure> {
  const peer = tap.peer(answer(true));
  const frame = espNow();
  const send = (): void => phy.transmit(frame, AT_1M, () => undefined);
  const name = "linux: round trip to another process, median";
  const note = "peer: a Python process";
  const asynchronous = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      phy.onFrame = () => resolve();
      send();
    });
  };
  yield { name, value: 1000 * (await median(count, asynchronous)), unit: "us", target: "<= 40 us", note };
  let heard = false;
  phy.onFrame = () => {
    heard = true;
    phy.clock.delivered();
  };
  const blocking = (): void => {
    heard = false;
    send();
    while (!heard) phy.wait(Number.POSITIVE_INFINITY);
  };
  yield { name: `${name}, blocking`, value: 1000 * (await median(count, blocking)), unit: "us", note };
  peer.kill();
  await once(peer, "exit");
}
