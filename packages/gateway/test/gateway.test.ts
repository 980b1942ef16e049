import { type AIOESPNow, BROADCAST, ESPNow, type MacAddress, sleep, toMac } from "aioespnow";
import { Air, type SimRadio } from "aioespnow/sim";
import { type GatewayEvent, MemoryStore } from "espnow-gateway";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GATEWAY, type House, NODE, openHouse, switchOn } from "./house.ts";

const MINUTE = 60_000;

let air: Air;
let radio: SimRadio;
let node: AIOESPNow;
let house: House;

beforeEach(() => {
  air = new Air({ seed: 1 });
  radio = air.radio({ mac: GATEWAY, profile: "host" });
  node = switchOn(air, NODE);
});

afterEach(async () => {
  await house[Symbol.asyncDispose]();
  await air[Symbol.asyncDispose]();
});

/** Lets time pass on the air. */
const pass = (ms: number) => sleep(ms, { radio });

async function say(text: string, to: MacAddress = GATEWAY): Promise<void> {
  await node.asend(to, text);
  await pass(5);
}

const theNode = () => house.gateway.nodes.find(NODE);

describe("nodes", () => {
  test("one that nobody has accepted is known, and not published", async () => {
    house = openHouse([radio]);
    await say('{"temperature": 21}');
    expect(theNode()).toMatchObject({ name: "0200000000a1", isOnline: true, seen: { values: { temperature: 21 } } });
    expect(house.broker.retained.has("espnow/0200000000a1")).toBe(false);
    house.gateway.changeNode(theNode(), { isAccepted: true, name: "Kitchen" });
    await pass(5);
    expect(house.retained("espnow/Kitchen")).toMatchObject({ temperature: 21 });
  });

  test("while new ones are permitted they are accepted, and not afterwards", async () => {
    house = openHouse([radio]);
    house.gateway.permit(MINUTE);
    await say("21");
    expect(theNode().settings.isAccepted).toBe(true);
    await pass(2 * MINUTE);
    node = switchOn(air, toMac("02:00:00:00:00:a2"));
    await say("21");
    expect(house.gateway.nodes.find("0200000000a2").settings.isAccepted).toBe(false);
  });

  test("the format that its messages look like stays its format, over a restart too", async () => {
    house = openHouse([radio], { autoAccept: true });
    await say("{}");
    expect(theNode().settings.decoder).toEqual({ format: "json" });
    await say("21.5");
    expect(theNode()).toMatchObject({ seen: { values: { value: 21.5 } }, problem: undefined });
    await say("not json");
    expect(theNode()).toMatchObject({ problem: "not JSON", counters: { undecoded: 1 } });
    await house[Symbol.asyncDispose]();
    house = openHouse([radio], { store: house.store });
    expect(theNode()).toMatchObject({ isOnline: true, decoder: { format: "json" }, seen: { values: { value: 21.5 } } });
  });

  test("two cannot have one name, and a name that means something else is refused", async () => {
    house = openHouse([radio], { autoAccept: true });
    await say("1");
    const other = house.gateway.addNode(toMac("02:00:00:00:00:a2"), { name: "Hall", isAccepted: true });
    const rename = (name: string) => () => house.gateway.changeNode(other, { name });
    expect(rename("0200000000a1")).toThrow('another node is called "0200000000a1"');
    for (const name of ["bridge", "rx", "a/b", "a+", "#", "", " a", "x".repeat(65)])
      expect(rename(name)).toThrow(/cannot be called/);
    expect(other.name).toBe("Hall");
    rename("Küche 2.1")();
    expect(house.gateway.nodes.find("Küche 2.1")).toBe(other);
  });

  test("strangers are limited, and those that were accepted stay", async () => {
    house = openHouse([radio], { autoAccept: false });
    house.gateway.addNode(NODE, { name: "Hall", isAccepted: true });
    for (let i = 0; i < 1100; i++) {
      house.gateway.addNode(toMac(Uint8Array.of(2, 0, 0, 1, i >> 8, i)), {});
    }
    expect(house.gateway.nodes.all).toHaveLength(1025);
    expect(house.gateway.nodes.forgotten).toBe(76);
    expect(theNode().name).toBe("Hall");
  });

  test("one that is silent for three of its intervals is offline until it is heard again", async () => {
    house = openHouse([radio], { autoAccept: true });
    for (let i = 0; i < 4; i++) {
      await say("1");
      await pass(2 * MINUTE);
    }
    const availability = () => house.retained("espnow/0200000000a1/availability");
    expect(availability()).toEqual({ state: "online" });
    await pass(5 * MINUTE);
    expect(availability()).toEqual({ state: "offline" });
    await say("1");
    expect(availability()).toEqual({ state: "online" });
  });
});

describe("copies", () => {
  test("what two radios hear is one message, and what one hears twice are two", async () => {
    house = openHouse([radio, air.radio({ profile: "host" })], { autoAccept: true });
    await say("1", BROADCAST);
    expect(theNode().counters.messages).toBe(1);
    expect(house.gateway.duplicates).toBe(1);
    expect([...theNode().rssi.keys()]).toEqual([0, 1]);
    await say("1", BROADCAST);
    expect(theNode().counters.messages).toBe(2);
  });

  test("repeats that a node sends on purpose, and replays, are dropped and counted", async () => {
    house = openHouse([radio], { autoAccept: true });
    const uplinks: GatewayEvent[] = [];
    house.gateway.observe((event) => event.kind === "uplink" && uplinks.push(event));
    const press = Uint8Array.from(Buffer.from("910700000020010164aabbccdd", "hex"));
    for (let i = 0; i < 3; i++) await node.asend(GATEWAY, press);
    await pass(5);
    expect(theNode().counters).toMatchObject({ messages: 3, repeated: 2 });
    expect(uplinks).toHaveLength(1);
    expect(house.published("espnow/0200000000a1/action/button")).toEqual([{ event_type: "on" }]);

    house.gateway.changeNode(theNode(), { decoder: { format: "esphome" } });
    const rolling = (low: number) => Uint8Array.from([...Buffer.from("53450161", "hex"), 5, low, 0, 0, 0, 0, 0, 0, 0]);
    for (const low of [2, 3, 1]) await node.asend(GATEWAY, rolling(low));
    await pass(5);
    expect(theNode().counters).toMatchObject({ replayed: 1, repeated: 2 });
    await house[Symbol.asyncDispose]();
    house = openHouse([radio], { store: house.store });
    await node.asend(GATEWAY, rolling(2));
    await pass(5);
    expect(theNode().counters.replayed).toBe(1);
  });
});

describe("commands", () => {
  const statesOf = (name: string) =>
    house.published(`espnow/${name}/command`).map((status) => (status as { state: string }).state);

  test("one for an awake node that is away is tried again, and expires after ten seconds", async () => {
    house = openHouse([radio], { autoAccept: true });
    house.gateway.addNode(toMac("02:00:00:00:00:99"), { name: "Attic", isAccepted: true, decoder: { format: "json" } });
    await pass(5);
    house.broker.publish({ topic: "espnow/Attic/set", payload: '{"on": true}' });
    await pass(9000);
    expect(statesOf("Attic")).toEqual(["queued", "sent", "sent", "sent", "sent"]);
    await pass(2000);
    expect(statesOf("Attic").at(-1)).toBe("expired");
    expect(house.published("espnow/Attic/command").at(-1)).toMatchObject({ attempts: 4 });
  });

  test("of what waits under one key only the latest stays; different keys wait in order", async () => {
    house = openHouse([radio], { autoAccept: true });
    await say('{"a": 1}');
    house.gateway.changeNode(theNode(), { isSleepy: true });
    for (const payload of ["1", "2", "3"]) house.broker.publish({ topic: "espnow/0200000000a1/set/a", payload });
    house.broker.publish({ topic: "espnow/0200000000a1/set/b", payload: "9" });
    await pass(MINUTE);
    expect(statesOf("0200000000a1").filter((state) => state === "replaced")).toHaveLength(2);
    const heard = [node.arecv(), node.arecv()];
    await say('{"a": 1}');
    const texts = (await Promise.all(heard)).map(([, data]) => new TextDecoder().decode(data as Uint8Array));
    expect(texts).toEqual(['{"a":3}', '{"b":9}']);
  });

  test("what waits survives a restart, and is delivered", async () => {
    house = openHouse([radio], { autoAccept: true });
    await say('{"a": 1}');
    house.gateway.changeNode(theNode(), { isSleepy: true });
    const { id } = house.gateway.set(theNode(), { a: 2 });
    await house[Symbol.asyncDispose]();
    house = openHouse([radio], { store: house.store });
    expect(house.gateway.mailbox.list(NODE)).toMatchObject([{ id, attempts: 0 }]);
    await say('{"a": 1}');
    await pass(100);
    expect(house.gateway.mailbox.list(NODE)).toEqual([]);
    expect(house.gateway.set(theNode(), { a: 2 }).id > id).toBe(true);
  });

  test("no more than two messages are sent to a sleeping node at once", async () => {
    house = openHouse([radio], { autoAccept: true });
    await say("1");
    house.gateway.changeNode(theNode(), { isSleepy: true });
    for (let i = 0; i < 5; i++) house.gateway.send(theNode(), Uint8Array.of(i + 1));
    await say("1");
    await pass(1000);
    expect(house.gateway.mailbox.list(NODE)).toHaveLength(3);
    for (let i = 0; i < 2; i++) await say("1");
    await pass(1000);
    expect(house.gateway.mailbox.list(NODE)).toEqual([]);
  });

  test("a full mailbox refuses, and says so", async () => {
    house = openHouse([radio], { autoAccept: true });
    house.gateway.addNode(NODE, { isAccepted: true, isSleepy: true });
    for (let i = 0; i < 32; i++) house.gateway.send(theNode(), Uint8Array.of(i));
    expect(() => house.gateway.send(theNode(), Uint8Array.of(1))).toThrow(/is full: 32 messages wait/);
    expect(() => house.gateway.send(theNode(), new Uint8Array(1471))).toThrow(
      "a message has 1 to 1470 bytes, not 1471",
    );
  });

  test.each([
    ["set", "[1]", /^set takes a JSON object/],
    ["set/relay", "2", /^relay is ON or OFF, not 2/],
    ["set/target", "99", /^target is a number from 5 to 30, not 99/],
    ["set/mode", '"x"', /^relay is missing: a record has all of its values/],
  ])("a wrong value is refused: %s %s", async (topic, payload, reason) => {
    house = openHouse([radio], { autoAccept: true });
    const fields = [
      { key: "relay", platform: "switch" },
      { key: "target", platform: "number", min: 5, max: 30 },
      { key: "mode", words: { 0: "off" } },
    ] as const;
    house.gateway.addNode(NODE, {
      name: "Heater",
      isAccepted: true,
      decoder: { format: "struct", layout: "<?BB", fields },
    });
    await pass(5);
    house.broker.publish({ topic: `espnow/Heater/${topic}`, payload });
    await pass(10);
    expect(house.published("espnow/Heater/command")).toMatchObject([
      { state: "refused", reason: expect.stringMatching(reason) },
    ]);
  });

  test("a record is completed by what the node said, and a node without a way back cannot be set", async () => {
    house = openHouse([radio], { autoAccept: true });
    const fields = [{ key: "relay", platform: "switch" }, { key: "level" }] as const;
    house.gateway.addNode(NODE, { isAccepted: true, decoder: { format: "struct", layout: "<?B", fields } });
    await node.asend(GATEWAY, Uint8Array.of(0, 7));
    await pass(5);
    const heard = node.arecv();
    house.broker.publish({ topic: "espnow/0200000000a1/set/relay", payload: "ON" });
    expect((await heard)[1]).toEqual(Uint8Array.of(1, 7));
    house.gateway.changeNode(theNode(), { decoder: { format: "wiz" } });
    expect(() => house.gateway.set(theNode(), { a: 1 })).toThrow("the format wiz has no messages to nodes");
  });

  test("an encrypted node is heard and told with its key", async () => {
    const lmk = "30313233343536373839616263646566";
    house = openHouse([radio], { autoAccept: true });
    house.gateway.addNode(NODE, { isAccepted: true, lmk });
    node.modPeer(GATEWAY, { lmk: Buffer.from(lmk, "hex") });
    await say('{"a": 1}');
    const heard = node.arecv();
    house.gateway.set(theNode(), { a: 2 });
    expect(new TextDecoder().decode((await heard)[1] as Uint8Array)).toBe('{"a":2}');
  });
});

test("the key of a node that is removed, or has no key any more, is on no radio", async () => {
  const lmk = "30313233343536373839616263646566";
  house = openHouse([radio, air.radio()]);
  const encrypted = () => house.gateway.radios.map((one) => new ESPNow(one).getPeers().filter((peer) => peer.encrypt));
  const known = house.gateway.addNode(NODE, { isAccepted: true, lmk });
  expect(encrypted().map((peers) => peers.map(({ mac }) => mac))).toEqual([[NODE], [NODE]]);
  house.gateway.changeNode(known, { lmk: undefined });
  expect(encrypted()).toEqual([[], []]);
  house.gateway.changeNode(known, { lmk });
  house.gateway.removeNode(known);
  expect(encrypted()).toEqual([[], []]);
  await say('{"a": 1}');
  expect(theNode()).toMatchObject({ settings: { isAccepted: false }, seen: { values: { a: 1 } } });
});

test("radios on several clocks, and none at all, are refused", () => {
  house = openHouse([radio]);
  expect(() => openHouse([radio, new Air().radio()])).toThrow("all radios of a gateway have one clock");
  expect(() => openHouse([], { store: new MemoryStore() })).toThrow();
});
