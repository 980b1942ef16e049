import { type AIOESPNow, sleep } from "aioespnow";
import { untilStopped } from "../process/host.ts";
import type { Station } from "./station.ts";

/** Messages that are on their way at once, so that the radio never waits for the program. */
const WINDOW = 16;

/** What arrives late, after the last report. */
const SETTLE_MS = 50;

export interface Run {
  readonly sender: Station;
  readonly receiver: Station;
  readonly count: number;
  readonly size: number;
  readonly signal: AbortSignal;
  /** Told after each message how many are done. */
  readonly onProgress: (done: number) => void;
}

/** Sends messages one after another. Returns how long each acknowledgement took, in milliseconds. */
export async function measureLatency({ sender, receiver, count, size, signal, onProgress }: Run): Promise<number[]> {
  const { radio, espnow } = sender;
  const times: number[] = [];
  const message = new Uint8Array(size);
  const reading = countMessages(receiver.espnow);
  const work = async (): Promise<void> => {
    for (let i = 1; i <= count; i++) {
      const start = radio.clock.now();
      const { status } = await espnow.asendReport(receiver.radio.address(0), message, { signal });
      if (status === "acked") times.push(radio.clock.now() - start);
      onProgress(i);
    }
  };
  await untilStopped(signal, work());
  await reading.stop();
  return times;
}

export interface Throughput {
  readonly sent: number;
  readonly received: number;
  readonly seconds: number;
}

/** Sends messages as fast as the radio takes them, and counts what arrives. */
export async function measureThroughput(run: Run): Promise<Throughput> {
  const { sender, receiver, count, size, signal, onProgress } = run;
  const { radio, espnow } = sender;
  const message = new Uint8Array(size);
  const reading = countMessages(receiver.espnow);
  let [begun, done] = [0, 0];
  const worker = async (): Promise<void> => {
    while (begun < count && !signal.aborted) {
      begun++;
      await espnow.asend(receiver.radio.address(0), message);
      onProgress(++done);
    }
  };
  const start = radio.clock.now();
  await Promise.all(Array.from({ length: WINDOW }, worker));
  const seconds = (radio.clock.now() - start) / 1000;
  if (!signal.aborted) await sleep(SETTLE_MS, { radio });
  return { sent: done, received: await reading.stop(), seconds };
}

/** Reads messages, so that the receive buffer stays empty, until it is stopped; then it tells how many there were. */
function countMessages(espnow: AIOESPNow): { stop(): Promise<number> } {
  const packets = espnow.packets();
  let received = 0;
  const reading = (async () => {
    for await (const _ of packets) received++;
  })();
  return {
    stop: async () => {
      await packets.return?.();
      await reading;
      return received;
    },
  };
}
