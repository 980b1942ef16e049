/** How to test MicroPython programs without a board: each runs unchanged on a board of its own, on one simulated air. */
import { fileURLToPath } from "node:url";
import { type Program, Scenario } from "espnow-micropython";
import { expect, test } from "vitest";

const HOUR = 3600 * 1000;
const GATEWAY = "24:0a:c4:00:00:01";

function file(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

function startSensor(scenario: Scenario, reading: number): Program {
  const sensor = scenario.board(file("sensor.py"), { argv: [GATEWAY] });
  sensor.machine.adc(34).value = reading;
  return sensor;
}

test("an hour of readings arrives", async () => {
  await using scenario = new Scenario({ seed: 1 });
  const gateway = scenario.board(file("gateway.py"), { mac: GATEWAY });
  const sensor = startSensor(scenario, 1234);
  await scenario.run(HOUR - 1);
  const mac = sensor.radio.address(0).replaceAll(":", "");
  expect(gateway.output).toBe(`${mac} [1234]\n`.repeat(60));
});

test("readings that nobody heard arrive later", async () => {
  await using scenario = new Scenario({ seed: 1 });
  const sensor = startSensor(scenario, 7);
  await scenario.until(sensor, /gateway does not answer, 3 readings kept/);
  const gateway = scenario.board(file("gateway.py"), { mac: GATEWAY });
  await scenario.until(gateway, /\[7, 7, 7, 7\]/);
});

test("the lamp is lit while a reading is too high", async () => {
  await using scenario = new Scenario({ seed: 1 });
  const gateway = scenario.board(file("gateway.py"), { mac: GATEWAY });
  const sensor = startSensor(scenario, 60_000);
  await scenario.run(1000);
  expect(gateway.machine.pin(2).value).toBe(1);
  sensor.machine.adc(34).value = 100;
  await scenario.run(60_000);
  expect(gateway.machine.pin(2).value).toBe(0);
});
