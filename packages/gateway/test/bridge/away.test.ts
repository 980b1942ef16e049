import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { sleep, toMac } from "aioespnow";
import { Air } from "aioespnow/sim";
import { MemoryBroker } from "espnow-gateway";
import { expect, test } from "vitest";
import { GATEWAY, openHouse, switchOn } from "../house.ts";

const NODES = 100;
const EVERY_MS = 10_000;
const MINUTE = 60_000;
const SPOOL = 10_000;

/** What is in use after everything that can go has gone. */
function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

test("a broker is away for an hour: the spool of 100 nodes is bounded, counted and drained, and the memory stays flat", {
  timeout: 300_000,
}, async () => {
  await using air = new Air({ seed: 1 });
  const radio = air.radio({ mac: GATEWAY, profile: "host" });
  const broker = new MemoryBroker((work) => air.clock.schedule(air.clock.now(), work), { keepsPublished: false });
  await using house = openHouse([radio], { autoAccept: true, broker });
  const { spool } = house.bridge;
  let isOver = false;
  let heard = 0;
  house.gateway.observe(({ kind }) => void (kind === "uplink" && !broker.isUp && heard++));
  for (let i = 0; i < NODES; i++) {
    const node = switchOn(air, toMac(Uint8Array.of(2, 0, 0, 0, 1, i)));
    const say = (n: number): void => {
      if (isOver) return;
      node.send(GATEWAY, JSON.stringify({ n, temperature: 20 + (n % 50) / 10 }), false);
      air.clock.schedule(air.clock.now() + EVERY_MS, () => say(n + 1));
    };
    air.clock.schedule(i * (EVERY_MS / NODES), () => say(1));
  }
  await sleep(MINUTE, { radio });

  broker.isUp = false;
  const heap: number[] = [];
  for (let tenth = 0; tenth < 6; tenth++) {
    await sleep(10 * MINUTE, { radio });
    heap.push(heapUsed());
    expect(spool.size).toBeLessThanOrEqual(SPOOL);
  }
  // Full after 1000 s: from then on for each message that comes the oldest goes.
  expect(spool.size).toBe(SPOOL);
  expect(heard).toBeGreaterThan(35_000);
  expect(spool.dropped).toBe(heard - SPOOL);
  const [, , third = 0, , , last = 0] = heap;
  expect(last).toBeLessThan(1.05 * third);

  let backlog = 0;
  let latest = 0;
  broker.subscribe("espnow/bridge/backlog", ({ payload }) => {
    backlog++;
    const { time } = JSON.parse(payload) as { readonly time: number };
    expect(time).toBeGreaterThanOrEqual(latest);
    latest = time;
  });
  isOver = true;
  broker.isUp = true;
  await sleep(MINUTE, { radio });
  expect(backlog).toBe(SPOOL);
  expect(spool.size).toBe(0);
  expect(house.store.entries("spool")).toEqual([]);
  for (const { name, seen } of house.gateway.nodes.all)
    expect(house.retained(`espnow/${name}`)).toMatchObject({ n: seen.values["n"] });
});
