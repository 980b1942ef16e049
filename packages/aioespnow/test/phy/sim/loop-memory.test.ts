import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Count, LoopMemory } from "#lib/phy/sim/loop-memory.ts";
import { POWER } from "#lib/phy/sim/power.ts";
import { Contention, Lock } from "#lib/phy/sim/stations.ts";

const path = (name: string): string => fileURLToPath(new URL(`../../../../../${name}`, import.meta.url));

test("loops.ts is what scripts/embed-loops.js makes of assembly/loops.ts", () => {
  execFileSync(process.execPath, [path("scripts/embed-loops.js"), "--check"]);
});

test("assembly/loops.ts has the constants of the library", () => {
  const source = readFileSync(path("packages/aioespnow/assembly/loops.ts"), "utf8");
  const constants = [...source.matchAll(/^const (\w+): \w+ = (\d+);/gm)].map(([, name, value]) => [
    name,
    Number(value),
  ]);
  expect(Object.fromEntries(constants)).toEqual({
    NOT_CONTENDING: Contention.none,
    READY: Contention.ready,
    FREE: Lock.free,
    FIRST: Lock.receiving,
    WAITING: 4 * Count.waiting,
    DROWNED: 4 * Count.drowned,
    LOCKED: 4 * Count.locked,
    LOCKED_NOW: 4 * Count.lockedNow,
  });
});

test("numbers stay when there is room for more stations", () => {
  const memory = new LoopMemory();
  const names = Object.keys(memory.resize(64)) as (keyof ReturnType<LoopMemory["resize"]>)[];
  names.forEach((name, i) => {
    memory.arrays[name].fill(i + 1);
  });
  // More than the memory had at first.
  const columns = memory.resize(5000);
  names.forEach((name, i) => {
    expect([...new Set(columns[name].subarray(0, 64))], name).toEqual([i + 1]);
    expect([...new Set(columns[name].subarray(64))], name).toEqual([0]);
    expect(columns[name].length, name).toBe(5000);
  });
  expect(memory.arrays.powers).toEqual(POWER);
});
