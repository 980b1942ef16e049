import { MemoryStore, type Publication, type Store, StoreError } from "espnow-gateway";
import { describe, expect, test } from "vitest";
import { Outbox } from "#gateway/bridge/outbox.ts";
import { StoreHealth } from "#gateway/store/store.ts";
import { ownHome } from "../home.ts";
import { EPOCH_MS, NODE } from "../house.ts";

const TOPIC = "espnow/0200000000a1";

const home = ownHome();

const say = (values: object) => home.say(JSON.stringify(values));

/** A copy of what a store holds: what is left of it after a crash. */
function copyOf(store: Store): MemoryStore {
  const copy = new MemoryStore();
  for (const collection of ["nodes", "mailbox", "outcomes", "outbox", "spool", "subscriptions", "counters"] as const)
    for (const [key, value] of store.entries(collection)) copy.put(collection, key, value);
  return copy;
}

/** The gateway ends, and another one begins with what was in the store at `store`'s time. */
async function crash(store: Store): Promise<void> {
  const { broker } = home;
  await home.close();
  home.open({ store, broker });
}

describe("after a crash", () => {
  test("a state that the broker has is not replaced by an older one", async () => {
    home.open({ autoAccept: true });
    await say({ n: 1, other: "old" });
    const kept = copyOf(home.store); // what a node says is kept once a minute
    await say({ n: 2, other: "new" });
    await crash(kept);
    home.broker.published.splice(0);
    await home.pass(500);
    expect(home.published(TOPIC)).toEqual([]);
    await home.pass(1000);
    expect(home.published(TOPIC)).toMatchObject([{ n: 2, other: "new" }]);
    await say({ n: 3 });
    expect(home.published(TOPIC).at(-1)).toMatchObject({ n: 3, other: "new" });
  });

  test("what a node says while the states are read back is newer than they are, and nothing of it is lost", async () => {
    home.open({ autoAccept: true });
    await say({ n: 1, other: "old" });
    const kept = copyOf(home.store);
    await say({ n: 2, other: "new" });
    await crash(kept);
    home.broker.published.splice(0);
    await say({ n: 3 });
    await say({ n: 4 });
    await home.pass(1500);
    expect(home.published(TOPIC)).toMatchObject([{ n: 4, other: "new" }]);
    expect(home.published("espnow/bridge/backlog")).toMatchObject([{ values: { n: 3 } }, { values: { n: 4 } }]);
  });

  test("a state that the broker has lost is published from the store", async () => {
    home.open({ autoAccept: true });
    await say({ n: 1 });
    const kept = copyOf(home.store);
    home.broker.publish({ topic: TOPIC, payload: "", retain: true });
    await crash(kept);
    await home.pass(1500);
    expect(home.retained(TOPIC)).toMatchObject({ n: 1 });
  });

  test.each(["not JSON", "[1]", "{}", '{"n": 9}', '{"n": 9, "last_seen": "yesterday"}'])(
    "a retained message that is no state of a node, or has no time, is overwritten: %s",
    async (payload) => {
      home.open({ autoAccept: true });
      await say({ n: 1 });
      const kept = copyOf(home.store);
      home.broker.publish({ topic: TOPIC, payload, retain: true });
      await crash(kept);
      await home.pass(1500);
      expect(home.retained(TOPIC)).toMatchObject({ n: 1 });
    },
  );

  test("how a command has ended is told when the broker is back, with the time when it ended", async () => {
    home.open({ autoAccept: true });
    await say({ n: 1 });
    home.broker.isUp = false;
    const { id } = home.gateway.set(home.gateway.nodes.find(NODE), { n: 2 });
    await home.pass(100);
    expect(home.gateway.mailbox.list(NODE)).toEqual([]);
    await home.pass(5000);
    await crash(copyOf(home.store));
    home.broker.published.splice(0);
    home.broker.isUp = true;
    await home.pass(100);
    const told = home.published(`${TOPIC}/command`) as { id: string; state: string; time: string }[];
    expect(told).toMatchObject([{ id, state: "acked" }]);
    expect(Date.parse(told[0]?.time ?? "") - EPOCH_MS).toBeLessThan(1000);
    expect(home.store.entries("outcomes")).toEqual([]);
  });
});

test("without a broker the last thousand ends of commands are kept, and the others counted", async () => {
  home.open();
  home.broker.isUp = false;
  const known = home.gateway.addNode(NODE, { isAccepted: true, isSleepy: true });
  for (let i = 0; i < 1010; i++) home.gateway.send(known, Uint8Array.of(1), { key: "a" });
  const { outcomes } = home.gateway.mailbox;
  expect([outcomes.untold.length, outcomes.dropped]).toEqual([1000, 9]);
  expect(home.store.entries("outcomes")).toHaveLength(1000);
  await home.close();
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
