import { type AIOESPNow, type MacAddress, sleep, toMac } from "aioespnow";
import { Air, type SimRadio } from "aioespnow/sim";
import { afterEach, beforeEach, expect, test } from "vitest";
import { GATEWAY, type House, NODE, openHouse, switchOn } from "./house.ts";

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

async function say(text: string): Promise<void> {
  await node.asend(GATEWAY, text);
  await pass(5);
}

const theNode = () => house.gateway.nodes.find(NODE);

test("several can exchange their names, and no topic of the old ones is left", async () => {
  house = openHouse([radio], { autoAccept: true });
  const [a, b, c] = ["02:00:00:00:00:a1", "02:00:00:00:00:a2", "02:00:00:00:00:a3"].map((mac) => toMac(mac)) as [
    MacAddress,
    MacAddress,
    MacAddress,
  ];
  const configure = (...names: [MacAddress, string][]): void =>
    house.gateway.configure(new Map(names.map(([mac, name]) => [mac, { name, isAccepted: true }])));
  configure([a, "A"], [b, "B"], [c, "C"]);
  await say("1");
  configure([a, "B"], [b, "C"], [c, "A"]);
  await pass(5);
  expect([a, b, c].map((mac) => house.gateway.nodes.find(mac).name)).toEqual(["B", "C", "A"]);
  expect(house.retained("espnow/B")).toMatchObject({ value: 1 });
  const topics = [...house.broker.retained.keys()].filter((topic) => /^espnow\/(?!bridge\/)/.test(topic)).sort();
  expect(topics.filter((topic) => !/^espnow\/[ABC](\/|$)/.test(topic))).toEqual([]);
  expect(() => configure([a, "new"], [b, "A"])).toThrow('two nodes cannot be called "A"');
  expect(house.gateway.nodes.find(a).name).toBe("B");
});

test("more keys than a radio has room for are refused before anything is changed", async () => {
  house = openHouse([air.radio({ mac: toMac("02:00:00:00:00:fd"), profile: "esp32" })]);
  const { maxEncryptedPeers } = house.gateway.radios[0]?.capabilities ?? { maxEncryptedPeers: 0 };
  const macs = Array.from({ length: maxEncryptedPeers + 1 }, (_, i) => toMac(Uint8Array.of(2, 0, 0, 1, 0, i)));
  const lmk = "30313233343536373839616263646566";
  expect(() => house.gateway.configure(new Map(macs.map((mac) => [mac, { lmk }])))).toThrow(
    `room for the keys of ${maxEncryptedPeers} nodes, not of ${maxEncryptedPeers + 1}`,
  );
  expect(house.gateway.nodes.all).toEqual([]);
});

test("a key that is changed is the key from then on", async () => {
  const keys = ["30313233343536373839616263646566", "66656463626139383736353433323130"] as const;
  house = openHouse([radio]);
  for (const [i, lmk] of keys.entries()) {
    house.gateway.addNode(NODE, { isAccepted: true, lmk });
    node.modPeer(GATEWAY, { lmk: Buffer.from(lmk, "hex") });
    await say(String(i));
    expect(theNode().seen.values).toEqual({ value: i });
  }
});

test("a node that was sent to in the clear can get a key", async () => {
  house = openHouse([radio]);
  const lmk = "30313233343536373839616263646566";
  house.gateway.send(house.gateway.addNode(NODE, { isAccepted: true }), Uint8Array.of(1));
  await pass(5);
  house.gateway.addNode(NODE, { lmk });
  node.modPeer(GATEWAY, { lmk: Buffer.from(lmk, "hex") });
  await say("7");
  expect(theNode().seen.values).toEqual({ value: 7 });
});
