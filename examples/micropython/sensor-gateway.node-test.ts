/** The same with Node's own test runner: `node --test examples/dist/micropython/`. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Scenario } from "espnow-micropython";

const SENSOR = "examples/micropython/sensor.py";
const GATEWAY = "examples/micropython/gateway.py";
const MAC = "24:0a:c4:00:00:01";

test("readings that nobody heard arrive later", async () => {
  await using scenario = new Scenario({ seed: 1 });
  const sensor = scenario.board(SENSOR, { argv: [MAC] });
  sensor.machine.adc(34).value = 7;
  await scenario.until(sensor, /gateway does not answer, 3 readings kept/);
  const gateway = scenario.board(GATEWAY, { mac: MAC });
  const [, readings] = await scenario.until(gateway, /(\[.*\])/);
  assert.equal(readings, "[7, 7, 7, 7]");
});
