import { type AIOESPNow, toMac, WLAN } from "aioespnow";
import { beforeEach, describe, expect, test } from "vitest";
import { isFilter, matchesFilter } from "#gateway/bridge/topic-filter.ts";
import { ownHome } from "../home.ts";
import { GATEWAY, NODE, switchOn, switchOnRadio } from "../house.ts";

const home = ownHome();
/** What the node was told, in order. */
let told: string[];

beforeEach(() => {
  told = [];
  listen(home.node, told);
});

/** A node that notes what it hears. */
function listen(espnow: AIOESPNow, heard: string[]): AIOESPNow {
  espnow.irq(() => {
    while (espnow.any()) heard.push(new TextDecoder().decode(espnow.recv(0)[1] as Uint8Array));
  });
  return espnow;
}

async function ask(request: unknown, from = home.node): Promise<void> {
  await from.asend(GATEWAY, JSON.stringify(request));
  await home.pass(20);
}

describe("a node of Peter Hinch's micropython-mqtt", () => {
  test("publishes to topics of its own choice, and its values are a state too", async () => {
    home.open({ autoAccept: true });
    await ask(["shed/temp", "21.5", true, 0]);
    await ask(["shed/door", "open", false, 1]);
    expect(told).toEqual(["ACK", "ACK"]);
    expect(home.broker.retained.get("shed/temp")).toBe("21.5");
    expect(home.broker.published).toContainEqual({ topic: "shed/door", payload: "open", retain: false, qos: 1 });
    expect(home.retained("espnow/0200000000a1")).toMatchObject({ temp: 21.5, door: "open" });
    expect(home.store.entries("outbox")).toEqual([]);
  });

  test("is told whether the broker is there, and which channel it is on", async () => {
    home.open({ autoAccept: true });
    await ask(["ping"]);
    await ask(["chan"]);
    home.broker.isUp = false;
    await ask(["aget"]);
    await ask(["get"]);
    expect(told).toEqual(["UP", "1", "DOWN"]);
  });

  test("its polls are no news", async () => {
    home.open({ autoAccept: true });
    await ask(["shed/temp", "21.5", true, 0]);
    const before = home.broker.published.length;
    for (let i = 0; i < 3; i++) await ask(["aget"]);
    expect(home.broker.published).toHaveLength(before);
  });

  test("gets what it is subscribed to at once, and what all nodes get", async () => {
    home.open({ autoAccept: true });
    home.broker.publish({ topic: "shed/light", payload: "on", retain: true });
    await ask(["shed/+", 1]);
    home.broker.publish({ topic: "shed/light", payload: "off" });
    home.broker.publish({ topic: "allnodes", payload: "hello" });
    home.broker.publish({ topic: "other", payload: "no" });
    await home.pass(20);
    expect(told).toEqual(['["shed/light","on",true]', '["shed/light","off",false]', '["allnodes","hello",false]']);
  });

  test("gets a retained message that another node got before", async () => {
    home.open({ autoAccept: true });
    const heard: string[] = [];
    const other = listen(switchOn(home.air, toMac("02:00:00:00:00:a2")), heard);
    home.broker.publish({ topic: "shed/light", payload: "on", retain: true });
    await ask(["shed/light", 0]);
    await ask(["shed/light", 0], other);
    expect(heard).toEqual(['["shed/light","on",true]']);
  });

  test("that sleeps gets what waits when it asks, in order, and nothing when it publishes", async () => {
    home.open({ autoAccept: true });
    await ask(["shed/+", 1]);
    home.gateway.changeNode(home.known, { isSleepy: true });
    for (const payload of ["1", "2", "3", "4"]) home.broker.publish({ topic: "shed/a", payload });
    await home.pass(60_000);
    await ask(["shed/temp", "21.5", true, 0]);
    expect(told).toEqual(["ACK"]);
    await ask(["get"]);
    await home.pass(100);
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
    home.open({ autoAccept: true });
    const own = home.air.radio({ mac: "02:00:00:00:00:a2" });
    const heard: string[] = [];
    const away = listen(switchOnRadio(own), heard);
    await ask(["shed/+", 1], away);
    const wlan = new WLAN(WLAN.IF_STA, own);
    wlan.active(false);
    for (let i = 0; i < 40; i++) {
      home.broker.publish({ topic: "shed/a", payload: String(i) });
      await home.pass(50);
    }
    expect(home.gateway.mailbox.list(own.address(0))).toHaveLength(32);
    wlan.active(true);
    await ask(["get"], away);
    await home.pass(1000);
    expect(heard.map((text) => JSON.parse(text)[1])).toEqual(Array.from({ length: 32 }, (_, i) => String(i + 8)));
  });

  test.each([
    ["the gateway's own topics", "espnow/other"],
    ["those of Home Assistant's discovery", "homeassistant/device/x/config"],
    ["those of the broker", "$SYS/x"],
  ])("cannot publish to %s", async (_, topic) => {
    home.open({ autoAccept: true });
    await ask([topic, "forged", true, 0]);
    expect(told).toEqual(["BAD"]);
    expect(home.broker.retained.has(topic)).toBe(false);
  });

  test("is not sent what the gateway says, whatever it is subscribed to", async () => {
    home.open({ autoAccept: true });
    await ask(["#", 1]);
    await ask(["espnow/+/command", 1]);
    home.broker.publish({ topic: "shed/a", payload: "1" });
    await home.pass(5000);
    expect(told).toEqual(['["shed/a","1",false]']);
  });

  test("that nobody has accepted is served nothing, and what it subscribed to counts once it is", async () => {
    home.open();
    await ask(["shed/+", 1]);
    await ask(["shed/temp", "1", false, 0]);
    await ask(["ping"]);
    home.broker.publish({ topic: "shed/a", payload: "1" });
    await home.pass(20);
    expect(told.splice(0)).toEqual(["BAD", "DOWN"]);
    home.gateway.changeNode(home.known, { isAccepted: true });
    await home.pass(20);
    home.broker.publish({ topic: "shed/a", payload: "2" });
    await home.pass(20);
    expect(told).toEqual(['["shed/a","2",false]']);
    home.gateway.removeNode(home.known);
    await home.pass(20);
    home.broker.publish({ topic: "shed/a", payload: "3" });
    await home.pass(20);
    expect(told).toHaveLength(1);
    expect(home.store.entries("subscriptions")).toEqual([]);
  });

  test("stays subscribed over a restart of the gateway", async () => {
    home.open({ autoAccept: true });
    await ask(["shed/+", 1]);
    const { store, broker } = home;
    await home.close();
    home.open({ store, broker });
    await home.pass(20);
    home.broker.publish({ topic: "shed/a", payload: "1" });
    await home.pass(20);
    expect(told).toEqual(['["shed/a","1",false]']);
  });

  test("has 16 subscriptions, and wrong filters are none", async () => {
    home.open({ autoAccept: true });
    await ask(["a#", 1]);
    for (let i = 0; i < 16; i++) await ask([`shed/${i}`, 1]);
    expect(JSON.parse(home.store.get("subscriptions", NODE) ?? "")).toEqual([
      "allnodes",
      ...Array.from({ length: 15 }, (_, i) => `shed/${i}`),
    ]);
    expect(home.known.problem).toBe("it has 16 subscriptions: there is no room for shed/15");
  });

  test("what was acknowledged while the broker was away is published in order when it is back, after a restart too", async () => {
    home.open({ autoAccept: true });
    await ask(["ping"]);
    home.broker.isUp = false;
    for (let i = 0; i < 5; i++) await ask(["shed/temp", String(i), true, 0]);
    expect(told.splice(0)).toEqual(["UP", "ACK", "ACK", "ACK", "ACK", "ACK"]);
    const { store, broker } = home;
    await home.close();
    home.open({ store, broker });
    home.broker.isUp = true;
    await home.pass(2000);
    const values = home.broker.published.filter(({ topic }) => topic === "shed/temp").map(({ payload }) => payload);
    expect(values).toEqual(["0", "1", "2", "3", "4"]);
  });

  test("is asked to pause when the outbox fills, and told when there is no room", async () => {
    home.open({ autoAccept: true });
    await ask(["ping"]);
    home.broker.isUp = false;
    for (let i = 0; i < 500; i++) home.bridge.outbox.add({ topic: "x", payload: "", retain: false, qos: 1 });
    await ask(["shed/temp", "1", true, 0]);
    for (let i = 0; i < 499; i++) home.bridge.outbox.add({ topic: "x", payload: "", retain: false, qos: 1 });
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
