import type { Decoder } from "espnow-gateway/decoders";
import { afterEach, describe, expect, test } from "vitest";
import { ownHome } from "../home.ts";
import { EPOCH_MS, NODE } from "../house.ts";
import { faultsOfDiscovery } from "./discovery-validator.ts";

const NAME = "0200000000a1";
const CONFIG = `homeassistant/device/espnow_${NAME}/config`;
const MINUTE = 60_000;

const home = ownHome();

afterEach(async () => {
  for (const { topic, payload } of home.broker.published) {
    if (topic.endsWith("/config")) expect(faultsOfDiscovery(topic, payload)).toEqual([]);
  }
});

async function request(what: string, data: object): Promise<unknown> {
  home.broker.publish({ topic: `espnow/bridge/request/${what}`, payload: JSON.stringify(data) });
  await home.pass(5);
  return home.published(`espnow/bridge/response/${what}`).at(-1);
}

/** Retained topics without those of the gateway itself. */
const topics = () => [...home.broker.retained.keys()].filter((topic) => !/bridge/.test(topic)).sort();

describe("retained topics", () => {
  test("accept, rename, another decoder and removal leave none behind", async () => {
    home.open();
    await home.say('{"temperature": 21}');
    expect(topics()).toEqual([]);
    expect(await request("accept", { node: NODE, name: "Hall" })).toEqual({ status: "ok", data: { name: "Hall" } });
    expect(topics()).toEqual(["espnow/Hall", "espnow/Hall/availability", CONFIG]);
    expect(home.retained(CONFIG)).toMatchObject({
      dev: { ids: [`espnow_${NAME}`], name: "Hall", via_device: "espnow_bridge_espnow" },
      cmps: { temperature: { default_entity_id: "sensor.hall_temperature", unique_id: `${NAME}_temperature_espnow` } },
    });
    expect(await request("rename", { node: "Hall", name: "Kitchen" })).toMatchObject({ status: "ok" });
    expect(topics()).toEqual(["espnow/Kitchen", "espnow/Kitchen/availability", CONFIG]);
    expect(home.retained(CONFIG)).toMatchObject({ state_topic: "espnow/Kitchen" });
    expect(await request("decoder", { node: "Kitchen", decoder: { format: "text" } })).toMatchObject({ status: "ok" });
    await home.say("outside=7");
    const cmps = (home.retained(CONFIG) as { cmps: object }).cmps;
    expect(Object.keys(cmps)).toEqual(["outside", "gateway_rssi", "last_seen"]);
    expect(await request("remove", { node: "Kitchen" })).toMatchObject({ status: "ok" });
    expect(topics()).toEqual([]);
  });

  test("a component that is gone is taken away from Home Assistant in two steps", async () => {
    home.open({ autoAccept: true });
    await home.say('{"temperature": 21}');
    await request("decoder", { node: NODE, decoder: { format: "text" } });
    const messages = home.published(CONFIG) as { cmps: Record<string, object> }[];
    const reduced = messages.findIndex(({ cmps }) => JSON.stringify(cmps["temperature"]) === '{"p":"sensor"}');
    expect(reduced).toBeGreaterThan(0);
    expect(messages.slice(reduced + 1).every(({ cmps }) => cmps["temperature"] === undefined)).toBe(true);
  });

  test("without discovery there is none", async () => {
    home.open({ autoAccept: true, discoveryPrefix: null });
    await home.say("1");
    expect(topics()).toEqual([`espnow/${NAME}`, `espnow/${NAME}/availability`]);
  });
});

test("nothing that a node says reaches a template or a topic", async () => {
  home.open({ autoAccept: true });
  await home.say(JSON.stringify({ "a'] }}{% x %}": 1, "b/#/+": "{{ 1 }}", ü: true, __proto__x: 2 }));
  expect(home.retained(`espnow/${NAME}`)).toMatchObject({ a_x: 1, b: "{{ 1 }}", value: true, proto_x: 2 });
});

describe("the gateway as a device", () => {
  const BRIDGE = "homeassistant/device/espnow_bridge_espnow/config";

  test("has its connection, version and channel, and a button to start again where it can", async () => {
    let restarts = 0;
    home.open({ powers: { restart: () => void restarts++ } });
    await home.pass(5);
    const { cmps } = home.retained(BRIDGE) as {
      cmps: Record<string, { command_topic: string; payload_press: string }>;
    };
    expect(Object.keys(cmps)).toEqual(["connection", "nodes", "version", "channel", "restart", "permit"]);
    expect(faultsOfDiscovery(BRIDGE, home.broker.retained.get(BRIDGE) ?? "")).toEqual([]);
    const { command_topic: topic = "", payload_press: payload = "" } = cmps["restart"] ?? {};
    home.broker.publish({ topic, payload });
    await home.pass(5);
    expect(await request("health_check", {})).toMatchObject({ status: "ok", data: { status: "ok", broker: true } });
    expect(restarts).toBe(1);
  });

  test("tells how it is, every ten minutes", async () => {
    home.open();
    await home.pass(5);
    expect(home.retained("espnow/bridge/health")).toMatchObject({ status: "ok", problems: [], uptime_s: 0 });
    await home.pass(10 * MINUTE);
    expect(home.retained("espnow/bridge/health")).toMatchObject({ uptime_s: 600 });
  });
});

test("events are device triggers, and a light has its brightness", async () => {
  const decoder: Decoder = {
    format: "script",
    decode: () => ({ values: { on: true, level: 7 }, events: [{ key: "button", type: "double" }] }),
    describe: ({ events }) => [
      { platform: "light", key: "on", brightness: { key: "level", scale: 100 } },
      { platform: "event", key: "button", eventTypes: events["button"] ?? [] },
    ],
    encode: (values) => new TextEncoder().encode(JSON.stringify(values)),
  };
  home.open({ decoders: { check: () => undefined, create: () => decoder } });
  home.gateway.addNode(NODE, { isAccepted: true, decoder: { format: "script", file: "lamp.js" } });
  await home.say("x");
  expect(faultsOfDiscovery(CONFIG, home.broker.retained.get(CONFIG) ?? "")).toEqual([]);
  expect(home.retained(CONFIG)).toMatchObject({
    cmps: {
      on: { p: "light", brightness_command_topic: `espnow/${NAME}/set/level`, brightness_scale: 100 },
      button_double_trigger: { type: "button_double_press", subtype: "button", topic: `espnow/${NAME}/action/button` },
    },
  });
  home.broker.publish({ topic: `espnow/${NAME}/set/on`, payload: "OFF" });
  await home.pass(5);
  expect(home.gateway.mailbox.list(NODE).length + home.published(`espnow/${NAME}/command`).length).toBeGreaterThan(0);
});

describe("a broker that goes away", () => {
  test("what nodes say meanwhile comes later with its times, and the newest as the state", async () => {
    home.open({ autoAccept: true });
    await home.say('{"t": 1}');
    home.broker.isUp = false;
    expect(home.retained("espnow/bridge/state")).toEqual({ state: "offline" });
    const before = home.broker.published.length;
    for (const t of [2, 3]) {
      await home.pass(MINUTE);
      await home.say(`{"t": ${t}}`);
    }
    expect(home.broker.published).toHaveLength(before);
    expect(home.bridge.spool.size).toBe(2);
    home.broker.isUp = true;
    await home.pass(1000);
    expect(home.retained("espnow/bridge/state")).toEqual({ state: "online" });
    expect(home.published(`espnow/${NAME}`).slice(-1)).toMatchObject([{ t: 3 }]);
    const backlog = home.published("espnow/bridge/backlog") as { time: number; values: object; mac: string }[];
    expect(backlog).toMatchObject([
      { node: NAME, mac: NODE, values: { t: 2 } },
      { node: NAME, mac: NODE, values: { t: 3 } },
    ]);
    expect((backlog[1]?.time ?? 0) - EPOCH_MS).toBeGreaterThan(2 * MINUTE);
    expect(home.bridge.spool.size).toBe(0);
    expect(home.store.entries("spool")).toEqual([]);
  });

  test("the spool is bounded, what it gave up is counted, and it survives a restart", async () => {
    home.open({ autoAccept: true, spool: { messages: 3, bytes: 10_000, ageMs: 10 * MINUTE } });
    await home.say("0");
    home.broker.isUp = false;
    for (let i = 1; i <= 5; i++) await home.say(String(i));
    expect(home.bridge.spool).toMatchObject({ size: 3, dropped: 2 });
    await home.close();
    home.open({ store: home.store, broker: home.broker });
    expect(home.bridge.spool.size).toBe(3);
    home.broker.isUp = true;
    await home.pass(1500);
    const values = (home.published("espnow/bridge/backlog") as { values: object }[]).map((one) => one.values);
    expect(values).toEqual([{ value: 3 }, { value: 4 }, { value: 5 }]);
  });
});

test("when Home Assistant is born it is told again within five seconds, the state of the bridge first", async () => {
  home.open({ autoAccept: true });
  await home.say("1");
  await home.pass(1000);
  const before = home.broker.published.length;
  home.broker.publish({ topic: "homeassistant/status", payload: "online" });
  await home.pass(900);
  expect(home.broker.published).toHaveLength(before + 1);
  await home.pass(4200);
  const told = home.broker.published.slice(before + 1).map(({ topic }) => topic);
  expect(told[0]).toBe("espnow/bridge/state");
  expect(told).toEqual(expect.arrayContaining([CONFIG, `espnow/${NAME}`, `espnow/${NAME}/availability`]));
});

test("a command that was retained is not given again", async () => {
  home.open({ autoAccept: true });
  home.broker.publish({ topic: `espnow/${NAME}/set`, payload: '{"on": true}', retain: true });
  await home.say('{"on": false}');
  home.broker.isUp = false;
  home.broker.isUp = true;
  await home.pass(1000);
  expect(home.published(`espnow/${NAME}/command`)).toEqual([]);
});

describe("requests", () => {
  test.each([
    ["rename", { node: "nobody", name: "x" }, 'no node is called "nobody"'],
    ["rename", { node: NODE }, /^name: Invalid input/],
    ["rename", { node: NODE, name: "x", other: 1 }, /Unrecognized key: "other"/],
    ["rename", { node: NODE, name: "a/b" }, /cannot be called "a\/b"/],
    ["decoder", { node: NODE, decoder: { format: "btome" } }, /no format is called "btome"/],
    ["permit", { minutes: -1 }, /^minutes: /],
    ["send", { node: NODE }, "give text or hex"],
    ["send", { node: NODE, hex: "0" }, /^hex must be an even number/],
    ["explode", {}, /^no request is called "explode"; there are rename, accept, /],
  ])("%s %j is refused with a reason", async (what, data, error) => {
    home.open({ autoAccept: true });
    await home.say("1");
    const answer = await request(what, { ...data, transaction: 7 });
    expect(answer).toEqual({ status: "error", error: expect.stringMatching(error), transaction: 7 });
  });

  test("a payload that is no JSON object is refused", async () => {
    home.open();
    await home.pass(5);
    home.broker.publish({ topic: "espnow/bridge/request/permit", payload: "now" });
    await home.pass(5);
    expect(home.published("espnow/bridge/response/permit")).toEqual([
      { status: "error", error: "a request is a JSON object" },
    ]);
  });

  test("permit shows in the information until its time is over", async () => {
    home.open();
    await home.pass(5);
    const isPermitted = () => (home.retained("espnow/bridge/info") as { permit: boolean }).permit;
    expect(await request("permit", { minutes: 1 })).toMatchObject({
      status: "ok",
      data: { until: expect.any(String) },
    });
    expect(isPermitted()).toBe(true);
    await home.pass(MINUTE + 10);
    expect(isPermitted()).toBe(false);
  });

  test("a message waits, is listed and flushed", async () => {
    home.open({ autoAccept: true });
    await home.say("1");
    await request("sleepy", { node: NODE, sleepy: true });
    expect(await request("send", { node: NODE, text: "hi" })).toMatchObject({ data: { id: expect.any(String) } });
    expect(await request("mailbox/list", { node: NODE })).toMatchObject({ data: { items: [{ data: "6869" }] } });
    expect(await request("mailbox/flush", { node: NODE })).toMatchObject({ data: { flushed: 1 } });
    expect(await request("mailbox/list", { node: NODE })).toMatchObject({ data: { items: [] } });
    expect(await request("nodes", {})).toMatchObject({ data: { nodes: [{ mac: NODE, waiting: 0 }] } });
  });
});

test("raw messages are published where that is asked for", async () => {
  home.open({ raw: true });
  await home.say("hi");
  expect(home.published(`espnow/rx/${NAME}`)).toMatchObject([{ hex: "6869", rssi: expect.any(Number) }]);
});

test("what can be set is announced so that Home Assistant can set it", async () => {
  home.open();
  const fields = [
    { key: "relay", platform: "switch" },
    { key: "target", platform: "number", min: 5, max: 30, unit: "°C", deviceClass: "temperature" },
    { key: "window", platform: "binary_sensor", deviceClass: "window" },
  ] as const;
  const decoder = { format: "struct", layout: "<?B?", fields } as const;
  home.gateway.addNode(NODE, { name: "Heater 1", isAccepted: true, decoder });
  await home.pass(5);
  expect(home.retained(CONFIG)).toMatchObject({
    cmps: {
      relay: { p: "switch", command_topic: "espnow/Heater 1/set/relay", default_entity_id: "switch.heater_1_relay" },
      target: { p: "number", command_topic: "espnow/Heater 1/set/target", min: 5, max: 30 },
      window: { p: "binary_sensor", device_class: "window" },
    },
  });
});
