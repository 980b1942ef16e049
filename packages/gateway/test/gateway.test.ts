import { BROADCAST, ESPNow, toMac } from "aioespnow";
import { Air } from "aioespnow/sim";
import { type GatewayEvent, MemoryStore } from "espnow-gateway";
import { describe, expect, test } from "vitest";
import { ownHome } from "./home.ts";
import { GATEWAY, NODE, openHouse, switchOn } from "./house.ts";

const MINUTE = 60_000;

const home = ownHome();

describe("nodes", () => {
  test("one that nobody has accepted is known, and not published", async () => {
    home.open();
    await home.say('{"temperature": 21}');
    expect(home.known).toMatchObject({ name: "0200000000a1", isOnline: true, seen: { values: { temperature: 21 } } });
    expect(home.broker.retained.has("espnow/0200000000a1")).toBe(false);
    home.gateway.changeNode(home.known, { isAccepted: true, name: "Kitchen" });
    await home.pass(5);
    expect(home.retained("espnow/Kitchen")).toMatchObject({ temperature: 21 });
  });

  test("while new ones are permitted they are accepted, and not afterwards", async () => {
    home.open();
    home.gateway.permit(MINUTE);
    await home.say("21");
    expect(home.known.settings.isAccepted).toBe(true);
    await home.pass(2 * MINUTE);
    await home.say("21", GATEWAY, switchOn(home.air, toMac("02:00:00:00:00:a2")));
    expect(home.gateway.nodes.find("0200000000a2").settings.isAccepted).toBe(false);
  });

  test("the format that its messages look like stays its format, over a restart too", async () => {
    home.open({ autoAccept: true });
    await home.say("{}");
    expect(home.known.settings.decoder).toEqual({ format: "json" });
    await home.say("21.5");
    expect(home.known).toMatchObject({ seen: { values: { value: 21.5 } }, problem: undefined });
    await home.say("not json");
    expect(home.known).toMatchObject({ problem: "not JSON", counters: { undecoded: 1 } });
    await home.close();
    home.open({ store: home.store });
    expect(home.known).toMatchObject({
      isOnline: true,
      decoder: { format: "json" },
      seen: { values: { value: 21.5 } },
    });
  });

  test("two cannot have one name, and a name that means something else is refused", async () => {
    home.open({ autoAccept: true });
    await home.say("1");
    const other = home.gateway.addNode(toMac("02:00:00:00:00:a2"), { name: "Hall", isAccepted: true });
    const rename = (name: string) => () => home.gateway.changeNode(other, { name });
    expect(rename("0200000000a1")).toThrow('another node is called "0200000000a1"');
    for (const name of ["bridge", "rx", "a/b", "a+", "#", "", " a", "x".repeat(65)])
      expect(rename(name)).toThrow(/cannot be called/);
    expect(other.name).toBe("Hall");
    rename("Küche 2.1")();
    expect(home.gateway.nodes.find("Küche 2.1")).toBe(other);
  });

  test("strangers are limited, and those that were accepted stay", async () => {
    home.open({ autoAccept: false });
    home.gateway.addNode(NODE, { name: "Hall", isAccepted: true });
    for (let i = 0; i < 1100; i++) {
      home.gateway.addNode(toMac(Uint8Array.of(2, 0, 0, 1, i >> 8, i)), {});
    }
    expect(home.gateway.nodes.all).toHaveLength(1025);
    expect(home.gateway.nodes.forgotten).toBe(76);
    expect(home.known.name).toBe("Hall");
  });

  test("one that is silent for three of its intervals is offline until it is heard again", async () => {
    home.open({ autoAccept: true });
    for (let i = 0; i < 4; i++) {
      await home.say("1");
      await home.pass(2 * MINUTE);
    }
    const availability = () => home.retained("espnow/0200000000a1/availability");
    expect(availability()).toEqual({ state: "online" });
    await home.pass(5 * MINUTE);
    expect(availability()).toEqual({ state: "offline" });
    await home.say("1");
    expect(availability()).toEqual({ state: "online" });
  });
});

describe("copies", () => {
  test("what two radios hear is one message, and what one hears twice are two", async () => {
    home.open({ autoAccept: true }, [home.radio, home.air.radio({ profile: "host" })]);
    await home.say("1", BROADCAST);
    expect(home.known.counters.messages).toBe(1);
    expect(home.gateway.duplicates).toBe(1);
    expect([...home.known.rssi.keys()]).toEqual([0, 1]);
    await home.say("1", BROADCAST);
    expect(home.known.counters.messages).toBe(2);
  });

  test("repeats that a node sends on purpose, and replays, are dropped and counted", async () => {
    home.open({ autoAccept: true });
    const uplinks: GatewayEvent[] = [];
    home.gateway.observe((event) => event.kind === "uplink" && uplinks.push(event));
    const press = Uint8Array.from(Buffer.from("910700000020010164aabbccdd", "hex"));
    for (let i = 0; i < 3; i++) await home.node.asend(GATEWAY, press);
    await home.pass(5);
    expect(home.known.counters).toMatchObject({ messages: 3, repeated: 2 });
    expect(uplinks).toHaveLength(1);
    expect(home.published("espnow/0200000000a1/action/button")).toEqual([{ event_type: "on" }]);

    home.gateway.changeNode(home.known, { decoder: { format: "esphome" } });
    const rolling = (low: number) => Uint8Array.from([...Buffer.from("53450161", "hex"), 5, low, 0, 0, 0, 0, 0, 0, 0]);
    for (const low of [2, 3, 1]) await home.node.asend(GATEWAY, rolling(low));
    await home.pass(5);
    expect(home.known.counters).toMatchObject({ replayed: 1, repeated: 2 });
    await home.close();
    home.open({ store: home.store });
    await home.node.asend(GATEWAY, rolling(2));
    await home.pass(5);
    expect(home.known.counters.replayed).toBe(1);
  });
});

describe("commands", () => {
  const statesOf = (name: string) =>
    home.published(`espnow/${name}/command`).map((status) => (status as { state: string }).state);

  test("one for an awake node that is away is tried again, and expires after ten seconds", async () => {
    home.open({ autoAccept: true });
    home.gateway.addNode(toMac("02:00:00:00:00:99"), { name: "Attic", isAccepted: true, decoder: { format: "json" } });
    await home.pass(5);
    home.broker.publish({ topic: "espnow/Attic/set", payload: '{"on": true}' });
    await home.pass(9000);
    expect(statesOf("Attic")).toEqual(["queued", "sent", "sent", "sent", "sent"]);
    await home.pass(2000);
    expect(statesOf("Attic").at(-1)).toBe("expired");
    expect(home.published("espnow/Attic/command").at(-1)).toMatchObject({ attempts: 4 });
  });

  test("of what waits under one key only the latest stays; different keys wait in order", async () => {
    home.open({ autoAccept: true });
    await home.say('{"a": 1}');
    home.gateway.changeNode(home.known, { isSleepy: true });
    for (const payload of ["1", "2", "3"]) home.broker.publish({ topic: "espnow/0200000000a1/set/a", payload });
    home.broker.publish({ topic: "espnow/0200000000a1/set/b", payload: "9" });
    await home.pass(MINUTE);
    expect(statesOf("0200000000a1").filter((state) => state === "replaced")).toHaveLength(2);
    const heard = [home.node.arecv(), home.node.arecv()];
    await home.say('{"a": 1}');
    const texts = (await Promise.all(heard)).map(([, data]) => new TextDecoder().decode(data as Uint8Array));
    expect(texts).toEqual(['{"a":3}', '{"b":9}']);
  });

  test("what waits survives a restart, and is delivered", async () => {
    home.open({ autoAccept: true });
    await home.say('{"a": 1}');
    home.gateway.changeNode(home.known, { isSleepy: true });
    const { id } = home.gateway.set(home.known, { a: 2 });
    await home.close();
    home.open({ store: home.store });
    expect(home.gateway.mailbox.list(NODE)).toMatchObject([{ id, attempts: 0 }]);
    await home.say('{"a": 1}');
    await home.pass(100);
    expect(home.gateway.mailbox.list(NODE)).toEqual([]);
    expect(home.gateway.set(home.known, { a: 2 }).id > id).toBe(true);
  });

  test("no more than two messages are sent to a sleeping node at once", async () => {
    home.open({ autoAccept: true });
    await home.say("1");
    home.gateway.changeNode(home.known, { isSleepy: true });
    for (let i = 0; i < 5; i++) home.gateway.send(home.known, Uint8Array.of(i + 1));
    await home.say("1");
    await home.pass(1000);
    expect(home.gateway.mailbox.list(NODE)).toHaveLength(3);
    for (let i = 0; i < 2; i++) await home.say("1");
    await home.pass(1000);
    expect(home.gateway.mailbox.list(NODE)).toEqual([]);
  });

  test("a full mailbox refuses, and says so", async () => {
    home.open({ autoAccept: true });
    home.gateway.addNode(NODE, { isAccepted: true, isSleepy: true });
    for (let i = 0; i < 32; i++) home.gateway.send(home.known, Uint8Array.of(i));
    expect(() => home.gateway.send(home.known, Uint8Array.of(1))).toThrow(/is full: 32 messages wait/);
    expect(() => home.gateway.send(home.known, new Uint8Array(1471))).toThrow(
      "a message has 1 to 1470 bytes, not 1471",
    );
  });

  test.each([
    ["set", "[1]", /^set takes a JSON object/],
    ["set/relay", "2", /^relay is ON or OFF, not 2/],
    ["set/target", "99", /^target is a number from 5 to 30, not 99/],
    ["set/mode", '"x"', /^relay is missing: a record has all of its values/],
  ])("a wrong value is refused: %s %s", async (topic, payload, reason) => {
    home.open({ autoAccept: true });
    const fields = [
      { key: "relay", platform: "switch" },
      { key: "target", platform: "number", min: 5, max: 30 },
      { key: "mode", words: { 0: "off" } },
    ] as const;
    home.gateway.addNode(NODE, {
      name: "Heater",
      isAccepted: true,
      decoder: { format: "struct", layout: "<?BB", fields },
    });
    await home.pass(5);
    home.broker.publish({ topic: `espnow/Heater/${topic}`, payload });
    await home.pass(10);
    expect(home.published("espnow/Heater/command")).toMatchObject([
      { state: "refused", reason: expect.stringMatching(reason) },
    ]);
  });

  test("a record is completed by what the node said, and a node without a way back cannot be set", async () => {
    home.open({ autoAccept: true });
    const fields = [{ key: "relay", platform: "switch" }, { key: "level" }] as const;
    home.gateway.addNode(NODE, { isAccepted: true, decoder: { format: "struct", layout: "<?B", fields } });
    await home.node.asend(GATEWAY, Uint8Array.of(0, 7));
    await home.pass(5);
    const heard = home.node.arecv();
    home.broker.publish({ topic: "espnow/0200000000a1/set/relay", payload: "ON" });
    expect((await heard)[1]).toEqual(Uint8Array.of(1, 7));
    home.gateway.changeNode(home.known, { decoder: { format: "wiz" } });
    expect(() => home.gateway.set(home.known, { a: 1 })).toThrow("the format wiz has no messages to nodes");
  });

  test("an encrypted node is heard and told with its key", async () => {
    const lmk = "30313233343536373839616263646566";
    home.open({ autoAccept: true });
    home.gateway.addNode(NODE, { isAccepted: true, lmk });
    home.node.modPeer(GATEWAY, { lmk: Buffer.from(lmk, "hex") });
    await home.say('{"a": 1}');
    const heard = home.node.arecv();
    home.gateway.set(home.known, { a: 2 });
    expect(new TextDecoder().decode((await heard)[1] as Uint8Array)).toBe('{"a":2}');
  });
});

test("the key of a node that is removed, or has no key any more, is on no radio", async () => {
  const lmk = "30313233343536373839616263646566";
  home.open({}, [home.radio, home.air.radio()]);
  const encrypted = () => home.gateway.radios.map((one) => new ESPNow(one).getPeers().filter((peer) => peer.encrypt));
  const known = home.gateway.addNode(NODE, { isAccepted: true, lmk });
  expect(encrypted().map((peers) => peers.map(({ mac }) => mac))).toEqual([[NODE], [NODE]]);
  home.gateway.changeNode(known, { lmk: undefined });
  expect(encrypted()).toEqual([[], []]);
  home.gateway.changeNode(known, { lmk });
  home.gateway.removeNode(known);
  expect(encrypted()).toEqual([[], []]);
  await home.say('{"a": 1}');
  expect(home.known).toMatchObject({ settings: { isAccepted: false }, seen: { values: { a: 1 } } });
});

test("radios on several clocks, and none at all, are refused", () => {
  home.open();
  expect(() => openHouse([home.radio, new Air().radio()])).toThrow("all radios of a gateway have one clock");
  expect(() => openHouse([], { store: new MemoryStore() })).toThrow();
});
