import { setImmediate as turn } from "node:timers/promises";
import { Scenario } from "espnow-micropython";
import { addHardware, parseHardware } from "espnow-micropython/hardware";
import { expect, test } from "vitest";
import { wiredBoard } from "./wired-board.ts";

test("a script that repeats ends with its scenario, whose clock stands still then", async () => {
  const hardware = parseHardware(`
devices:
  door: { device: button, pin: 0 }
script:
  - { at: 0, press: door, for: 5ms, every: 10ms }
`);
  const scenario = new Scenario();
  const board = wiredBoard(scenario, "import time\ntime.sleep(1000)", (machine) => void addHardware(machine, hardware));
  await scenario.run(100);
  await scenario[Symbol.asyncDispose]();
  const { clock } = board.machine.radio;
  const end = clock.now();
  for (let i = 0; i < 20; i++) await turn();
  expect(clock.now()).toBe(end);
});
