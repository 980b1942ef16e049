import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ReceivedFrame } from "aioespnow";
import { encodeCaptureHeader, type MacAddress, Rate, toMac } from "aioespnow/codec";
import { MonitorPhy } from "aioespnow/linux";
import type { Bench, Figure } from "./report.ts";
import { blockingRoundTrip, espNowFrame, roundTrip, roundTripProgram } from "./round-trip.ts";
import { Tap } from "./tap.ts";

export const STATION: MacAddress = toMac("02:00:00:00:00:01");
const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));

/** The most frames that one channel can carry in a second, and the data of each. */
const FULL_CHANNEL = 6000;
const FULL_LENGTH = 250;

const frame = espNowFrame(STATION, STATION, 60);

/** The header of a reception. */
function heardHeader(): Uint8Array {
  const bytes = new Uint8Array(64);
  return bytes.subarray(
    0,
    encodeCaptureHeader(bytes, 0, { tsft: 0, rate: Rate.RATE_1M, channel: 1, signal: -50, hasFcs: false }),
  );
}

const hex = (...parts: readonly Uint8Array[]): string => Buffer.concat(parts).toString("hex");

/** Writes packets of what a station heard as fast as it can, or at a rate in bursts of 20. */
export const flood = (count: number, perSecond: number, length = 60): string => `
import os, time
packet = bytes.fromhex("${hex(heardHeader(), espNowFrame(STATION, STATION, length))}")
start = time.monotonic()
for i in range(${count}):
    os.write(3, packet)
    if ${perSecond} and i % 20 == 19:
        time.sleep(max(0, start + i / ${perSecond || 1} - time.monotonic()))
print(${count} / (time.monotonic() - start), flush=True)`;

/** Answers every injected packet with its status. It passes over the 12 bytes of the injection header. */
const STATUSES = `
import os
status = bytes.fromhex("00000d00048002000200000000")
while True:
    packet = os.read(3, 4096)
    if packet[2] == 12:
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
    yield* listening(tap, smoke ? 0.5 : 10);
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
  const peer = tap.peer(STATUSES);
  let [sent, done] = [0, 0];
  const start = performance.now();
  await new Promise<void>((resolve) => {
    const next = (): void => {
      while (sent < count && sent - done < 128) {
        sent++;
        phy.transmit(frame, { rate: Rate.RATE_1M, noAck: false }, onResult);
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
  const program = roundTripProgram();
  if (program === undefined) return;
  const peer = tap.program(program, ["tap"]);
  const name = "linux: round trip to another process, median";
  const note = "peer: a C program";
  yield { name, value: await roundTrip(phy, frame, count), unit: "us", target: "<= 40 us", note };
  yield { name: `${name}, blocking`, value: blockingRoundTrip(phy, frame, count), unit: "us", note };
  peer.kill();
  await once(peer, "exit");
}

/** The command, which prints into a pipe what comes on the fullest channel. */
async function* listening(tap: Tap, seconds: number): AsyncGenerator<Figure> {
  const listen = tap.command(process.execPath, [
    ESPNOW,
    "listen",
    "--radio",
    `linux:${tap.name}?setup=0&mac=${STATION}`,
  ]);
  await once(listen.stderr as NodeJS.ReadableStream, "data"); // it listens
  const count = FULL_CHANNEL * seconds;
  const before = cpuSeconds(listen.pid as number);
  const start = performance.now();
  let lines = 0;
  listen.stdout?.on("data", (chunk: Buffer) => {
    for (const byte of chunk) if (byte === NEWLINE) lines++;
  });
  await once(tap.peer(flood(count, FULL_CHANNEL, FULL_LENGTH)), "exit");
  for (let before = -1; lines > before; ) {
    before = lines;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const took = (performance.now() - start) / 1000;
  const share = (100 * (cpuSeconds(listen.pid as number) - before)) / took;
  listen.kill();
  await once(listen, "exit");
  yield {
    name: "linux: espnow listen on a full channel, share of a core",
    value: share,
    unit: "%",
    target: "< 25 %",
    note: `${FULL_CHANNEL} messages/s of ${FULL_LENGTH} bytes; ${lines} of ${count} printed`,
  };
}

const NEWLINE = 0x0a;

/** What a process has used of the processor so far: user and system time of /proc/PID/stat (proc(5)), in ticks of 10 ms. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /s, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
