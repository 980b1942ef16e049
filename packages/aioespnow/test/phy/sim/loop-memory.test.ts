import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
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

describe("where there is no WebAssembly, an air says what to do", () => {
  const program = `import { Air } from ${JSON.stringify(path("packages/aioespnow/dist/sim.js"))}; new Air();`;
  test.each([
    ["switched off", 'exec "$0" --jitless "$@"', "do not start Node with --jitless"],
    ["without addresses", 'ulimit -v 8000000; exec "$0" "$@"', "raise their limit (ulimit -v)"],
  ])("%s", (_name, shell, way) => {
    const args = ["-c", shell, process.execPath, "--input-type=module", "-e", program];
    const { status, stderr } = spawnSync("sh", args, { encoding: "utf8" });
    expect(stderr).toContain("a simulated air needs WebAssembly: ");
    expect(stderr).toContain(way);
    expect(status).toBe(1);
  });
});
