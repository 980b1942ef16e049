import { expect, test } from "vitest";
import { sleep, sleepSync } from "#lib/espnow/sleep.ts";
import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { SystemClock } from "#lib/util/system-clock.ts";
import { Wire } from "#test/doubles/wire.ts";

const virtual = (): SoftMacRadio => new SoftMacRadio(new Wire().phy());
const real = (): SoftMacRadio => new SoftMacRadio(new Wire(new SystemClock()).phy());

test("sleepers of one virtual clock wake in order, at their times", async () => {
  const radio = virtual();
  const woken: [string, number][] = [];
  const sleeper = async (name: string, ms: number): Promise<void> => {
    await sleep(ms, { radio });
    woken.push([name, radio.clock.now()]);
  };
  await Promise.all([sleeper("c", 3_600_000), sleeper("a", 1), sleeper("b", 2.5)]);
  expect(woken).toEqual([
    ["a", 1],
    ["b", 2.5],
    ["c", 3_600_000],
  ]);
});

test("a chain of sleeps adds up exactly in virtual time", async () => {
  const radio = virtual();
  for (let i = 0; i < 100; i++) await sleep(10, { radio });
  expect(radio.clock.now()).toBe(1000);
});

test.each([
  ["virtual", virtual],
  ["real", real],
])("neither form wakes early in %s time", async (_kind, open) => {
  const radio = open();
  const start = radio.clock.now();
  await sleep(12, { radio });
  expect(radio.clock.now() - start).toBeGreaterThanOrEqual(12);
  sleepSync(8, radio);
  expect(radio.clock.now() - start).toBeGreaterThanOrEqual(20);
});

test("an aborted sleep ends at once and leaves nothing waiting", async () => {
  const radio = virtual();
  const abort = new AbortController();
  const sleeping = expect(sleep(1000, { radio, signal: abort.signal })).rejects.toThrow("up");
  abort.abort(new Error("up"));
  await sleeping;
  expect(radio.clock.asyncWaits).toBe(0);
  sleepSync(1, radio);
});

test("a duration that is none is refused", async () => {
  await expect(sleep(Number.NaN)).rejects.toThrow(RangeError);
  await expect(sleep(Number.POSITIVE_INFINITY)).rejects.toThrow(RangeError);
  await expect(sleep("1" as never)).rejects.toThrow(TypeError);
});

test("a loop over sleepSync(0) makes progress", () => {
  const radio = virtual();
  let done = false;
  radio.clock.schedule(5, () => {
    done = true;
  });
  let turns = 0;
  while (!done && turns < 100) {
    sleepSync(0, radio);
    turns++;
  }
  expect(done).toBe(true);
});
