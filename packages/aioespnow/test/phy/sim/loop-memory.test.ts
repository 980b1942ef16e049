import { execFileSync, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { LoopMemory } from "#lib/phy/sim/loop-memory.ts";
import { POWER } from "#lib/phy/sim/power.ts";

const path = (name: string): string => fileURLToPath(new URL(`../../../../../${name}`, import.meta.url));

test("loops.ts is what scripts/embed-loops.js makes of assembly/loops.ts", () => {
  execFileSync(process.execPath, [path("scripts/embed-loops.js"), "--check"]);
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

test("where WebAssembly is switched off, an air says so", () => {
  const program = `import { Air } from ${JSON.stringify(path("packages/aioespnow/dist/sim.js"))}; new Air();`;
  const { status, stderr } = spawnSync(process.execPath, ["--jitless", "--input-type=module", "-e", program], {
    encoding: "utf8",
  });
  expect(stderr).toContain("a simulated air needs WebAssembly: do not start Node with --jitless");
  expect(status).toBe(1);
});
