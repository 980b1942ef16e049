/** How to test ESP-NOW software without a board: the air is simulated, an hour takes milliseconds. */
import { AIOESPNow, type MacAddress, type Radio, sleep, WLAN } from "aioespnow";
import { Air, EXACT_MODEL } from "aioespnow/sim";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gateway, type SensorLog } from "./gateway.ts";
import { sensor } from "./sensor.ts";

const HOUR = 3600 * 1000;
let air: Air;
let logs: Map<MacAddress, SensorLog>;
let programs: { radio: Radio; ended: Promise<void> }[];

beforeEach(() => {
  air = new Air({ seed: 1, model: EXACT_MODEL });
  logs = new Map();
  programs = [];
});

afterEach(async () => {
  for (const { radio } of programs) new AIOESPNow(radio).active(false);
  await Promise.all(programs.map(({ ended }) => ended));
  await air[Symbol.asyncDispose]();
});

function startGateway(radio: Radio): void {
  programs.push({ radio, ended: gateway(radio, logs) });
}

/** A sensor that reads 0, 1, 2 and so on. */
function startSensor(radio: Radio, gatewayRadio: Radio): void {
  let count = 0;
  programs.push({ radio, ended: sensor(radio, gatewayRadio.address(0), () => count++) });
}

test("an hour of readings arrives, each once and in order", async () => {
  const [gatewayRadio, sensorRadio] = [air.radio(), air.radio()];
  startGateway(gatewayRadio);
  startSensor(sensorRadio, gatewayRadio);
  await sleep(HOUR - 1, { radio: gatewayRadio });
  expect(logs.get(sensorRadio.address(0))?.readings).toEqual(Array.from({ length: 60 }, (_, i) => i));
});

test("readings taken while the gateway was off arrive when it is back", async () => {
  const [gatewayRadio, sensorRadio] = [air.radio(), air.radio()];
  startSensor(sensorRadio, gatewayRadio);
  await sleep(HOUR / 2, { radio: gatewayRadio });
  startGateway(gatewayRadio);
  await sleep(HOUR / 2 - 1, { radio: gatewayRadio });
  expect(logs.get(sensorRadio.address(0))?.readings).toEqual(Array.from({ length: 60 }, (_, i) => i));
});

test("a sensor out of reach is not heard, and one nearer is heard better", async () => {
  const gatewayRadio = air.radio({ position: { x: 0, y: 0 } });
  const sensors = [10, 100, 5000].map((x) => air.radio({ position: { x, y: 0 } }));
  startGateway(gatewayRadio);
  for (const radio of sensors) startSensor(radio, gatewayRadio);
  await sleep(1000, { radio: gatewayRadio });
  expect(sensors.map((radio) => logs.get(radio.address(0))?.rssi)).toEqual([-50, -80, undefined]);
});

test("what is no list of numbers does not stop the gateway", async () => {
  const [gatewayRadio, radio] = [air.radio(), air.radio()];
  startGateway(gatewayRadio);
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new AIOESPNow(radio);
  e.active(true);
  e.addPeer(gatewayRadio.address(0));
  for (const message of ["{", "null", '["a", 5]', "[6]"]) await e.asend(gatewayRadio.address(0), message);
  await sleep(100, { radio });
  expect(logs.get(radio.address(0))?.readings).toEqual([5, 6]);
});
