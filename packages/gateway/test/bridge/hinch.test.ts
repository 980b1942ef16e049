import { type AIOESPNow, sleep, WLAN } from "aioespnow";
import { Air, type SimRadio } from "aioespnow/sim";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isFilter, matchesFilter } from "#gateway/bridge/topic-filter.ts";
import { GATEWAY, type House, NODE, openHouse, switchOnRadio } from "../house.ts";

let air: Air;
let radio: SimRadio;
let node: AIOESPNow;
let house: House;
/** What the node was told, in order. */
let told: string[];

beforeEach(() => {
  air = new Air({ seed: 1 });
  radio = air.radio({ mac: GATEWAY, profile: "host" });
  told = [];
  node = listen(air.radio({ mac: NODE }), told);
});

afterEach(async () => {
  await house[Symbol.asyncDispose]();
  await air[Symbol.asyncDispose]();
});

const pass = (ms: number) => sleep(ms, { radio });
const theNode = () => house.gateway.nodes.find(NODE);

/** A node that notes what it hears. */
function listen(own: SimRadio, heard: string[]): AIOESPNow {
  const espnow = switchOnRadio(own);
  espnow.irq(() => {
    while (espnow.any()) heard.push(new TextDecoder().decode(espnow.recv(0)[1] as Uint8Array));
  });
  return espnow;
}

async function ask(request: unknown, from = node): Promise<void> {
  await from.asend(GATEWAY, JSON.stringify(request));
  await pass(20);
}

describe("a node of Peter Hinch's micropython-mqtt", () => {
  test("publishes to topics of its own choice, and its values are a state too", async () => {
    house = openHouse([radio], { autoAccept: true });
    await ask(["shed/temp", "21.5", true, 0]);
    await ask(["shed/door", "open", false, 1]);
    expect(told).toEqual(["ACK", "ACK"]);
    expect(house.broker.retained.get("shed/temp")).toBe("21.5");
    expect(house.broker.published).toContainEqual({ topic: "shed/door", payload: "open", retain: false, qos: 1 });
    expect(house.retained("espnow/0200000000a1")).toMatchObject({ temp: 21.5, door: "open" });
    expect(house.store.entries("outbox")).toEqual([]);
  });

  test("is told whether the broker is there, and which channel it is on", async () => {
    house = openHouse([radio], { autoAccept: true });
    await ask(["ping"]);
    await ask(["chan"]);
    house.broker.isUp = false;
    await ask(["aget"]);
    await ask(["get"]);
    expect(told).toEqual(["UP", "1", "DOWN"]);
  });

  test("its polls are no news", async () => {
    house = openHouse([radio], { autoAccept: true });
    await ask(["shed/temp", "21.5", true, 0]);
    const before = house.broker.published.length;
    for (let i = 0; i < 3; i++) await ask(["aget"]);
    expect(house.broker.published).toHaveLength(before);
  });

  test("gets what it is subscribed to at once, and what all nodes get", async () => {
    house = openHouse([radio], { autoAccept: true });
    house.broker.publish({ topic: "shed/light", payload: "on", retain: true });
    await ask(["shed/+", 1]);
    house.broker.publish({ topic: "shed/light", payload: "off" });
    house.broker.publish({ topic: "allnodes", payload: "hello" });
    house.broker.publish({ topic: "other", payload: "no" });
    await pass(20);
    expect(told).toEqual(['["shed/light","on",true]', '["shed/light","off",false]', '["allnodes","hello",false]']);
  });

  test("gets a retained message that another node got before", async () => {
    house = openHouse([radio], { autoAccept: true });
    const heard: string[] = [];
    const other = listen(air.radio({ mac: "02:00:00:00:00:a2" }), heard);
    house.broker.publish({ topic: "shed/light", payload: "on", retain: true });
    await ask(["shed/light", 0]);
    await ask(["shed/light", 0], other);
    expect(heard).toEqual(['["shed/light","on",true]']);
  });

  test("that sleeps gets what waits when it asks, in order, and nothing when it publishes", async () => {
    house = openHouse([radio], { autoAccept: true });
    await ask(["shed/+", 1]);
    house.gateway.changeNode(theNode(), { isSleepy: true });
    for (const payload of ["1", "2", "3", "4"]) house.broker.publish({ topic: "shed/a", payload });
    await pass(60_000);
    await ask(["shed/temp", "21.5", true, 0]);
    expect(told).toEqual(["ACK"]);
    await ask(["get"]);
    await pass(100);
    const waited = [
      ["shed/a", "1"],
      ["shed/a", "2"],
      ["shed/a", "3"],
      ["shed/a", "4"],
      ["shed/temp", "21.5"],
    ];
    expect(told.slice(1)).toEqual(waited.map((message) => JSON.stringify([...message, false])));
    await ask(["aget"]);
    expect(told.slice(6)).toEqual(["UP"]);
  });

  test("that does not answer gets everything in order once it asks; the oldest go where there is no room", async () => {
    house = openHouse([radio], { autoAccept: true });
    const own = air.radio({ mac: "02:00:00:00:00:a2" });
    const heard: string[] = [];
    const away = listen(own, heard);
    await ask(["shed/+", 1], away);
    const wlan = new WLAN(WLAN.IF_STA, own);
    wlan.active(false);
    for (let i = 0; i < 40; i++) {
      house.broker.publish({ topic: "shed/a", payload: String(i) });
      await pass(50);
    }
    expect(house.gateway.mailbox.list(own.address(0))).toHaveLength(32);
    wlan.active(true);
    await ask(["get"], away);
    await pass(1000);
    expect(heard.map((text) => JSON.parse(text)[1])).toEqual(Array.from({ length: 32 }, (_, i) => String(i + 8)));
  });

  test.each([
    ["the gateway's own topics", "espnow/other"],
    ["those of Home Assistant's discovery", "homeassistant/device/x/config"],
    ["those of the broker", "$SYS/x"],
  ])("cannot publish to %s", async (_, topic) => {
    house = openHouse([radio], { autoAccept: true });
    await ask([topic, "forged", true, 0]);
    expect(told).toEqual(["BAD"]);
    expect(house.broker.retained.has(topic)).toBe(false);
  });

  test("is not sent what the gateway says, whatever it is subscribed to", async () => {
    house = openHouse([radio], { autoAccept: true });
    await ask(["#", 1]);
    await ask(["espnow/+/command", 1]);
    house.broker.publish({ topic: "shed/a", payload: "1" });
    await pass(5000);
    expect(told).toEqual(['["shed/a","1",false]']);
  });

  test("that nobody has accepted is served nothing, and what it subscribed to counts once it is", async () => {
    house = openHouse([radio]);
    await ask(["shed/+", 1]);
    await ask(["shed/temp", "1", false, 0]);
    await ask(["ping"]);
    house.broker.publish({ topic: "shed/a", payload: "1" });
    await pass(20);
    expect(told.splice(0)).toEqual(["BAD", "DOWN"]);
    house.gateway.changeNode(theNode(), { isAccepted: true });
    await pass(20);
    house.broker.publish({ topic: "shed/a", payload: "2" });
    await pass(20);
    expect(told).toEqual(['["shed/a","2",false]']);
    house.gateway.removeNode(theNode());
    await pass(20);
    house.broker.publish({ topic: "shed/a", payload: "3" });
    await pass(20);
    expect(told).toHaveLength(1);
    expect(house.store.entries("subscriptions")).toEqual([]);
  });

  test("stays subscribed over a restart of the gateway", async () => {
    house = openHouse([radio], { autoAccept: true });
    await ask(["shed/+", 1]);
    const { store, broker } = house;
    await house[Symbol.asyncDispose]();
    house = openHouse([radio], { store, broker });
    await pass(20);
    house.broker.publish({ topic: "shed/a", payload: "1" });
    await pass(20);
    expect(told).toEqual(['["shed/a","1",false]']);
  });

  test("has 16 subscriptions, and wrong filters are none", async () => {
    house = openHouse([radio], { autoAccept: true });
    await ask(["a#", 1]);
    for (let i = 0; i < 16; i++) await ask([`shed/${i}`, 1]);
    expect(JSON.parse(house.store.get("subscriptions", NODE) ?? "")).toEqual([
      "allnodes",
      ...Array.from({ length: 15 }, (_, i) => `shed/${i}`),
    ]);
    expect(theNode().problem).toBe("it has 16 subscriptions: there is no room for shed/15");
  });

  test("what was acknowledged while the broker was away is published in order when it is back, after a restart too", async () => {
    house = openHouse([radio], { autoAccept: true });
    await ask(["ping"]);
    house.broker.isUp = false;
    for (let i = 0; i < 5; i++) await ask(["shed/temp", String(i), true, 0]);
    expect(told.splice(0)).toEqual(["UP", "ACK", "ACK", "ACK", "ACK", "ACK"]);
    const { store, broker } = house;
    await house[Symbol.asyncDispose]();
    house = openHouse([radio], { store, broker });
    house.broker.isUp = true;
    await pass(2000);
    const values = house.broker.published.filter(({ topic }) => topic === "shed/temp").map(({ payload }) => payload);
    expect(values).toEqual(["0", "1", "2", "3", "4"]);
  });

  test("is asked to pause when the outbox fills, and told when there is no room", async () => {
    house = openHouse([radio], { autoAccept: true });
    await ask(["ping"]);
    house.broker.isUp = false;
    for (let i = 0; i < 500; i++) house.bridge.outbox.add({ topic: "x", payload: "", retain: false, qos: 1 });
    await ask(["shed/temp", "1", true, 0]);
    for (let i = 0; i < 499; i++) house.bridge.outbox.add({ topic: "x", payload: "", retain: false, qos: 1 });
    await ask(["shed/temp", "2", true, 0]);
    expect(told).toEqual(["UP", "NAK", "BAD"]);
  });
});

test.each([
  ["a/b", true],
  ["+/b/#", true],
  ["#", true],
  ["+", true],
  ["", false],
  ["a#", false],
  ["a/#/b", false],
  ["a+/b", false],
  ["a\0b", false],
])("the filter %j: %s", (filter, is) => expect(isFilter(filter)).toBe(is));

test.each([
  ["a/b", "a/b", true],
  ["a/b", "a/bc", false],
  ["a/bc", "a/b", false],
  ["a/b", "a/b/c", false],
  ["a/b/c", "a/b", false],
  ["a/+", "a/", true],
  ["a/+", "a", false],
  ["+/b", "a/b", true],
  ["+", "a/b", false],
  ["a/+/c", "a/b/c", true],
  ["a/+/c", "a/b/d", false],
  ["#", "a/b", true],
  ["a/#", "a/b/c", true],
  ["a/#", "a", true],
  ["a/#", "ab", false],
  ["a//b", "a//b", true],
])("the filter %s takes the topic %s: %s", (filter, topic, takes) => expect(matchesFilter(filter, topic)).toBe(takes));
