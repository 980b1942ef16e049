import { writeSync } from "node:fs";
import { expect, test } from "vitest";
import { toHex } from "#lib/util/bytes.ts";
import { mpdus, packets } from "./frames.ts";
import { boardLine, pcap, pcapng, positions, repl, sharedAir } from "./streams.ts";
import type { Target } from "./target.ts";

const { FUZZ_SECONDS = "60", FUZZ_SEED = "1" } = process.env;
const SECONDS = Number(FUZZ_SECONDS);
const SEED = Number(FUZZ_SEED) >>> 0;
const PROGRESS_MS = 10_000;
/** From one turn of the event loop to the next. */
const TURN_MS = 100;

/** Frames are what anybody can send: they get most of the time. */
const TARGETS: readonly (readonly [share: number, target: Target])[] = [
  [65, mpdus(SEED)],
  [20, packets(SEED)],
  [2, sharedAir(SEED)],
  [2, boardLine(SEED)],
  [6, repl(SEED)],
  [1, pcap(SEED)],
  [1, pcapng(SEED)],
  [3, positions(SEED)],
];

/** At once, though the thread is busy. */
function say(text: string): void {
  writeSync(1, `${text}\n`);
}

function million(amount: number): string {
  return `${(amount / 1e6).toFixed(1)} million`;
}

async function fuzz(target: Target, seconds: number): Promise<number> {
  const end = performance.now() + 1000 * seconds;
  let nextNews = performance.now() + PROGRESS_MS;
  let total = 0;
  let last: Uint8Array = new Uint8Array(0);
  const record = (bytes: Uint8Array): void => {
    last = bytes;
  };
  while (performance.now() < end) {
    try {
      const yieldAt = performance.now() + TURN_MS;
      while (performance.now() < yieldAt) total += target.step(record);
    } catch (error) {
      throw new Error(`${target.name}, seed ${SEED}, after ${total} ${target.unit}: ${toHex(last)}`, { cause: error });
    }
    if (performance.now() > nextNews) {
      nextNews += PROGRESS_MS;
      say(`  ${target.name}: ${million(total)} ${target.unit}`);
    }
    await new Promise(setImmediate);
  }
  return total;
}

test(`${SECONDS} seconds of bytes harm nobody`, async () => {
  say(`seed ${SEED}, ${SECONDS} s`);
  const results: string[] = [];
  let frames = 0;
  for (const [share, target] of TARGETS) {
    const total = await fuzz(target, (SECONDS * share) / 100);
    if (target.unit === "frames") frames += total;
    results.push(`${target.name.padEnd(40)} ${million(total).padStart(16)} ${target.unit}`);
    say(results.at(-1) as string);
  }
  say(`${million(frames)} frames in all; nothing was thrown, nothing was lost count of`);
  expect(results).toHaveLength(TARGETS.length);
});
