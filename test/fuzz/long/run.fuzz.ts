import { writeSync } from "node:fs";
import { expect, test } from "vitest";
import { toHex } from "#lib/util/bytes.ts";
import type { Target } from "./target.ts";
import { targets } from "./targets.ts";

const { FUZZ_SECONDS = "60", FUZZ_SEED = "1" } = process.env;
const SECONDS = Number(FUZZ_SECONDS);
const SEED = Number(FUZZ_SEED) >>> 0;
const PROGRESS_MS = 60_000;
/** From one turn of the event loop, and one choice of a target, to the next. */
const TURN_MS = 100;

/** A target, and how much it was fed. */
class Run {
  readonly target: Target;
  readonly #record = (bytes: Uint8Array): void => {
    this.#last = bytes;
  };
  #last: Uint8Array = new Uint8Array(0);
  #fed = 0;
  #timeMs = 0;

  constructor(target: Target) {
    this.target = target;
  }

  /** From 0 to 1. */
  get progress(): number {
    return this.#fed / this.target.aim;
  }

  /** @throws Error for a fault, with the bytes that brought it about. */
  feed(): void {
    const { name, unit } = this.target;
    const start = performance.now();
    try {
      while (performance.now() < start + TURN_MS) this.#fed += this.target.step(this.#record);
    } catch (error) {
      throw new Error(`${name}, seed ${SEED}, after ${this.#fed} ${unit}: ${toHex(this.#last)}`, { cause: error });
    }
    this.#timeMs += performance.now() - start;
  }

  toString(): string {
    const { name, unit, aim } = this.target;
    const figures = `${million(this.#fed).padStart(7)} of ${million(aim)} million ${unit}`;
    return `${name.padEnd(38)} ${figures.padEnd(34)} ${(this.#timeMs / 1000).toFixed(0).padStart(5)} s`;
  }
}

/** At once, though the thread is busy. */
function say(text: string): void {
  writeSync(1, `${text}\n`);
}

function million(amount: number): string {
  return (amount / 1e6).toFixed(1);
}

/** Whichever is furthest from its aim is next, until all are there or the time is over. */
async function fuzz(runs: readonly Run[], seconds: number): Promise<void> {
  const end = performance.now() + 1000 * seconds;
  let nextNews = performance.now() + PROGRESS_MS;
  while (performance.now() < end) {
    const run = runs.reduce((last, one) => (one.progress < last.progress ? one : last));
    if (run.progress >= 1) return;
    run.feed();
    if (performance.now() > nextNews) {
      nextNews += PROGRESS_MS;
      say(`  ${(100 * run.progress).toFixed(0)} % of every aim`);
    }
    await new Promise(setImmediate);
  }
}

test(`bytes of ${SECONDS} seconds at most harm nobody`, async () => {
  say(`seed ${SEED}, at most ${SECONDS} s`);
  const runs = targets(SEED).map((target) => new Run(target));
  await fuzz(runs, SECONDS);
  for (const run of runs) say(String(run));
  const isComplete = runs.every(({ progress }) => progress >= 1);
  say(
    `nothing was thrown, nothing was lost count of; ${isComplete ? "every aim was reached" : "the time was too short for the aims"}`,
  );
  expect(Math.min(...runs.map(({ progress }) => progress))).toBeGreaterThan(0);
});
