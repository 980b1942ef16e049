import { type MacAddress, toMac } from "aioespnow";
import { expect, test } from "vitest";
import { ownHome } from "./home.ts";
import { GATEWAY, NODE } from "./house.ts";

const home = ownHome();

test("several can exchange their names, and no topic of the old ones is left", async () => {
  home.open({ autoAccept: true });
  const [a, b, c] = ["02:00:00:00:00:a1", "02:00:00:00:00:a2", "02:00:00:00:00:a3"].map((mac) => toMac(mac)) as [
    MacAddress,
    MacAddress,
    MacAddress,
  ];
  const configure = (...names: [MacAddress, string][]): void =>
    home.gateway.configure(new Map(names.map(([mac, name]) => [mac, { name, isAccepted: true }])));
  configure([a, "A"], [b, "B"], [c, "C"]);
  await home.say("1");
  configure([a, "B"], [b, "C"], [c, "A"]);
  await home.pass(5);
  expect([a, b, c].map((mac) => home.gateway.nodes.find(mac).name)).toEqual(["B", "C", "A"]);
  expect(home.retained("espnow/B")).toMatchObject({ value: 1 });
  const topics = [...home.broker.retained.keys()].filter((topic) => /^espnow\/(?!bridge\/)/.test(topic)).sort();
  expect(topics.filter((topic) => !/^espnow\/[ABC](\/|$)/.test(topic))).toEqual([]);
  expect(() => configure([a, "new"], [b, "A"])).toThrow('two nodes cannot be called "A"');
  expect(home.gateway.nodes.find(a).name).toBe("B");
});

test("more keys than a radio has room for are refused before anything is changed", async () => {
  home.open({}, [home.air.radio({ mac: toMac("02:00:00:00:00:fd"), profile: "esp32" })]);
  const { maxEncryptedPeers } = home.gateway.radios[0]?.capabilities ?? { maxEncryptedPeers: 0 };
  const macs = Array.from({ length: maxEncryptedPeers + 1 }, (_, i) => toMac(Uint8Array.of(2, 0, 0, 1, 0, i)));
  const lmk = "30313233343536373839616263646566";
  expect(() => home.gateway.configure(new Map(macs.map((mac) => [mac, { lmk }])))).toThrow(
    `room for the keys of ${maxEncryptedPeers} nodes, not of ${maxEncryptedPeers + 1}`,
  );
  expect(home.gateway.nodes.all).toEqual([]);
});

test("a key that is changed is the key from then on", async () => {
  const keys = ["30313233343536373839616263646566", "66656463626139383736353433323130"] as const;
  home.open();
  for (const [i, lmk] of keys.entries()) {
    home.gateway.addNode(NODE, { isAccepted: true, lmk });
    home.node.modPeer(GATEWAY, { lmk: Buffer.from(lmk, "hex") });
    await home.say(String(i));
    expect(home.known.seen.values).toEqual({ value: i });
  }
});

test("a node that was sent to in the clear can get a key", async () => {
  home.open();
  const lmk = "30313233343536373839616263646566";
  home.gateway.send(home.gateway.addNode(NODE, { isAccepted: true }), Uint8Array.of(1));
  await home.pass(5);
  home.gateway.addNode(NODE, { lmk });
  home.node.modPeer(GATEWAY, { lmk: Buffer.from(lmk, "hex") });
  await home.say("7");
  expect(home.known.seen.values).toEqual({ value: 7 });
});
