import { readFileSync } from "node:fs";
import { toMac } from "aioespnow";
import * as sim from "aioespnow/sim";
import * as library from "espnow-gateway";
import * as micropython from "espnow-micropython";
import { Scenario } from "espnow-micropython";
import { expect, test } from "vitest";
import { faultsOfDiscovery } from "./bridge/discovery-validator.ts";
import { EPOCH_MS, openHouse } from "./house.ts";
import { door, GATEWAY, lamp, sensor, shed } from "./programs.ts";

const SENSOR = "02:00:00:00:00:a1";
const LAMP = "02:00:00:00:00:a2";
const SHED = "02:00:00:00:00:a3";
const DOOR = "02:00:00:00:00:a4";
const MINUTE = 60_000;

test("unmodified MicroPython nodes reach Home Assistant, and commands reach them", async () => {
  await using scenario = new Scenario({ seed: 1 });
  await using house = openHouse([scenario.air.radio({ mac: GATEWAY, profile: "host" })], { autoAccept: true });
  const { gateway, broker } = house;
  const attic = scenario.board({ source: sensor(600_000) }, { mac: SENSOR, name: "sensor" });
  const light = scenario.board({ source: lamp(MINUTE) }, { mac: LAMP, name: "lamp" });
  scenario.board({ source: door(10_000) }, { mac: DOOR, name: "door" });
  await scenario.run(MINUTE);

  // What they say is published, and they are discovered.
  const sensorTopic = "espnow/0200000000a1";
  expect(house.retained(sensorTopic)).toMatchObject({
    temperature: 20.5,
    battery: 87,
    gateway_rssi: expect.any(Number),
  });
  expect(house.retained("espnow/0200000000a4")).toMatchObject({ temp: 21.5, open: expect.any(Boolean) });
  expect(house.retained(`${sensorTopic}/availability`)).toEqual({ state: "online" });
  const discovery = house.retained("homeassistant/device/espnow_0200000000a1/config") as { cmps: object };
  expect(Object.keys(discovery.cmps).sort()).toEqual(["battery", "gateway_rssi", "last_seen", "temperature"]);

  // The lamp is awake: it hears at once.
  broker.publish({ topic: "espnow/0200000000a2/set", payload: '{"on": true}' });
  await scenario.until(light, /lamp 1/, { within: 100 });
  expect(light.machine.pin(2).value).toBe(1);
  await scenario.run(100);
  const states = house.published("espnow/0200000000a2/command").map((status) => (status as { state: string }).state);
  expect(states).toEqual(["queued", "sent", "acked"]);

  // The sensor sleeps: it hears when it wakes up next.
  broker.publish({ topic: "espnow/bridge/request/sleepy", payload: '{"node": "0200000000a1", "sleepy": true}' });
  broker.publish({ topic: `${sensorTopic}/set/interval`, payload: "30" });
  await scenario.run(5 * MINUTE);
  expect(gateway.mailbox.list(gateway.nodes.find(SENSOR).mac)).toHaveLength(1);
  await scenario.until(attic, /woken up, told \{"interval":30\}/);
  await scenario.run(1000);
  const commands = house.published(`${sensorTopic}/command`) as { state: string; time: string }[];
  expect(commands.map(({ state }) => state)).toEqual(["queued", "sent", "acked"]);
  expect(Date.parse(commands[2]?.time ?? "") - EPOCH_MS).toBeGreaterThan(10 * MINUTE);

  // Everything that was announced is right.
  for (const { topic, payload } of broker.published.filter((one) => one.topic.startsWith("homeassistant/"))) {
    expect(faultsOfDiscovery(topic, payload)).toEqual([]);
  }
});

test("a sleeping program publishes with an acknowledgement, and gets its messages at its next wake-up", async () => {
  await using scenario = new Scenario({ seed: 1 });
  await using house = openHouse([scenario.air.radio({ mac: GATEWAY, profile: "host" })], { autoAccept: true });
  const program = scenario.board({ source: shed(600_000) }, { mac: SHED, name: "shed" });
  await scenario.until(program, /published 0 ACK/);
  await scenario.run(60_000);
  house.gateway.changeNode(house.gateway.nodes.find(SHED), { isSleepy: true });
  house.broker.publish({ topic: "shed/fan", payload: "fast" });
  house.broker.publish({ topic: "shed/fan", payload: "slow" });
  await scenario.run(60_000);
  expect(house.gateway.mailbox.list(toMac(SHED))).toHaveLength(2);
  await scenario.until(program, /published 1 ACK\ntold shed\/fan fast\ntold shed\/fan slow/);
  await scenario.run(1000);
  expect(house.gateway.mailbox.list(toMac(SHED))).toEqual([]);
  expect(house.broker.retained.get("shed/count")).toBe("1");
});

test("the program of docs/gateway.md leaves at the broker what the page says", async () => {
  const [, program = ""] =
    /runs your nodes' own programs:\n\n```ts\n([\s\S]*?)```/.exec(readFileSync("docs/gateway.md", "utf8")) ?? [];
  const [, before = "", value = ""] =
    /^((?:import .*\n)+[\s\S]*\n)(broker\.retained.*); \/\/ \{"temperature":21\.5,\.\.\.\}\n$/.exec(program) ?? [];
  const names = { ...sim, ...library, ...micropython };
  const body = `return (async () => {${before.replaceAll(/^import .*;\n(?=import|\n)/gm, "")} return [scenario, ${value}]; })()`;
  const run = new Function(...Object.keys(names), body);
  const [scenario, text] = (await run(...Object.values(names))) as [Scenario, string];
  expect(JSON.parse(text)).toMatchObject({ temperature: 21.5, gateway_rssi: expect.any(Number) });
  await scenario[Symbol.asyncDispose]();
});
