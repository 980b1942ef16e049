import { type AIOESPNow, sleep } from "aioespnow";
import { Air, type SimRadio } from "aioespnow/sim";
import { MemoryStore, type Publication, type Store, StoreError } from "espnow-gateway";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Outbox } from "#gateway/bridge/outbox.ts";
import { StoreHealth } from "#gateway/store/store.ts";
import { EPOCH_MS, GATEWAY, type House, NODE, openHouse, switchOn } from "../house.ts";

const TOPIC = "espnow/0200000000a1";

let air: Air;
let radio: SimRadio;
let node: AIOESPNow;
let house: House;

beforeEach(() => {
  air = new Air({ seed: 1 });
  radio = air.radio({ mac: GATEWAY, profile: "host" });
  node = switchOn(air, NODE);
});

afterEach(() => air[Symbol.asyncDispose]());

const pass = (ms: number) => sleep(ms, { radio });

async function say(values: object): Promise<void> {
  await node.asend(GATEWAY, JSON.stringify(values));
  await pass(5);
}

/** A copy of what a store holds: what is left of it after a crash. */
function copyOf(store: Store): MemoryStore {
  const copy = new MemoryStore();
  for (const collection of ["nodes", "mailbox", "outcomes", "outbox", "spool", "subscriptions", "counters"] as const)
    for (const [key, value] of store.entries(collection)) copy.put(collection, key, value);
  return copy;
}

/** The gateway ends, and another one begins with what was in the store at `store`'s time. */
async function crash(store: Store): Promise<void> {
  const { broker } = house;
  await house[Symbol.asyncDispose]();
  house = openHouse([radio], { store, broker });
}

describe("after a crash", () => {
  afterEach(() => house[Symbol.asyncDispose]());

  test("a state that the broker has is not replaced by an older one", async () => {
    house = openHouse([radio], { autoAccept: true });
    await say({ n: 1, other: "old" });
    const kept = copyOf(house.store); // what a node says is kept once a minute
    await say({ n: 2, other: "new" });
    await crash(kept);
    house.broker.published.splice(0);
    await pass(500);
    expect(house.published(TOPIC)).toEqual([]);
    await pass(1000);
    expect(house.published(TOPIC)).toMatchObject([{ n: 2, other: "new" }]);
    await say({ n: 3 });
    expect(house.published(TOPIC).at(-1)).toMatchObject({ n: 3, other: "new" });
  });

  test("what a node says while the states are read back is newer than they are, and nothing of it is lost", async () => {
    house = openHouse([radio], { autoAccept: true });
    await say({ n: 1, other: "old" });
    const kept = copyOf(house.store);
    await say({ n: 2, other: "new" });
    await crash(kept);
    house.broker.published.splice(0);
    await say({ n: 3 });
    await say({ n: 4 });
    await pass(1500);
    expect(house.published(TOPIC)).toMatchObject([{ n: 4, other: "new" }]);
    expect(house.published("espnow/bridge/backlog")).toMatchObject([{ values: { n: 3 } }, { values: { n: 4 } }]);
  });

  test("a state that the broker has lost is published from the store", async () => {
    house = openHouse([radio], { autoAccept: true });
    await say({ n: 1 });
    const kept = copyOf(house.store);
    house.broker.publish({ topic: TOPIC, payload: "", retain: true });
    await crash(kept);
    await pass(1500);
    expect(house.retained(TOPIC)).toMatchObject({ n: 1 });
  });

  test.each(["not JSON", "[1]", "{}", '{"n": 9}', '{"n": 9, "last_seen": "yesterday"}'])(
    "a retained message that is no state of a node, or has no time, is overwritten: %s",
    async (payload) => {
      house = openHouse([radio], { autoAccept: true });
      await say({ n: 1 });
      const kept = copyOf(house.store);
      house.broker.publish({ topic: TOPIC, payload, retain: true });
      await crash(kept);
      await pass(1500);
      expect(house.retained(TOPIC)).toMatchObject({ n: 1 });
    },
  );

  test("how a command has ended is told when the broker is back, with the time when it ended", async () => {
    house = openHouse([radio], { autoAccept: true });
    await say({ n: 1 });
    house.broker.isUp = false;
    const { id } = house.gateway.set(house.gateway.nodes.find(NODE), { n: 2 });
    await pass(100);
    expect(house.gateway.mailbox.list(NODE)).toEqual([]);
    await pass(5000);
    await crash(copyOf(house.store));
    house.broker.published.splice(0);
    house.broker.isUp = true;
    await pass(100);
    const told = house.published(`${TOPIC}/command`) as { id: string; state: string; time: string }[];
    expect(told).toMatchObject([{ id, state: "acked" }]);
    expect(Date.parse(told[0]?.time ?? "") - EPOCH_MS).toBeLessThan(1000);
    expect(house.store.entries("outcomes")).toEqual([]);
  });
});

test("without a broker the last thousand ends of commands are kept, and the others counted", async () => {
  house = openHouse([radio]);
  house.broker.isUp = false;
  const known = house.gateway.addNode(NODE, { isAccepted: true, isSleepy: true });
  for (let i = 0; i < 1010; i++) house.gateway.send(known, Uint8Array.of(1), { key: "a" });
  const { outcomes } = house.gateway.mailbox;
  expect([outcomes.untold.length, outcomes.dropped]).toEqual([1000, 9]);
  expect(house.store.entries("outcomes")).toHaveLength(1000);
  await house[Symbol.asyncDispose]();
});

describe("the outbox", () => {
  type Sent = readonly [Publication, (isConfirmed: boolean) => void];

  function open(store: Store): { readonly outbox: Outbox; readonly sent: Sent[] } {
    const sent: Sent[] = [];
    return { outbox: new Outbox(store, new StoreHealth(), (message, done) => sent.push([message, done])), sent };
  }

  const message = (topic: string, payload: string): Publication => ({ topic, payload, retain: true, qos: 1 });
  const payloads = (sent: Sent[]) => sent.map(([{ payload }]) => payload);
  const none = (): void => undefined;

  test("sends one message of each topic at a time, and forgets it before the next", () => {
    const store = new MemoryStore();
    const { outbox, sent } = open(store);
    for (const [topic, payload] of ["a1", "b1", "a2", "b2", "c1"].map((text) => [text.slice(0, 1), text] as const))
      outbox.add(message(topic, payload));
    outbox.send(none);
    outbox.send(none);
    expect(payloads(sent)).toEqual(["a1", "b1"]);
    for (const [, done] of sent.splice(0)) done(true);
    expect(store.entries("outbox")).toHaveLength(3);
    expect(payloads(sent)).toEqual(["a2", "b2", "c1"]);
  });

  test("what was not confirmed comes again, also from another process", () => {
    const store = new MemoryStore();
    const { outbox, sent } = open(store);
    for (const text of ["a", "b", "c"]) outbox.add(message(text, text));
    let failures = 0;
    outbox.send(() => failures++);
    sent.forEach(([{ payload }, done]) => void done(payload !== "b"));
    expect(failures).toBe(1);
    const again = open(store);
    again.outbox.send(none);
    expect(payloads(again.sent)).toEqual(["b"]);
    again.outbox.add(message("d", "d"));
    expect(again.outbox.size).toBe(2);
  });

  test("is bounded, and refuses what it cannot keep", () => {
    const { outbox } = open(new MemoryStore());
    for (let i = 0; i < 1000; i++) {
      expect(outbox.isFilling).toBe(i > 500);
      outbox.add(message("a", String(i)));
    }
    expect(() => outbox.add(message("a", "x"))).toThrow("1000 messages wait for the broker: there is no room for more");
    const full = new MemoryStore();
    full.put = () => {
      throw new StoreError("the disk is full");
    };
    const other = open(full).outbox;
    expect(() => other.add(message("a", "x"))).toThrow("the disk is full");
    expect(other.size).toBe(0);
  });
});
