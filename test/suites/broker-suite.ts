import type { Broker, Delivery, Publication } from "espnow-gateway";
import { afterEach, beforeEach, expect, test } from "vitest";

/** A broker to test, and what another client of it sees. */
export interface BrokerUnderTest extends AsyncDisposable {
  readonly broker: Broker;
  publish(message: Publication): void;
  /** Calls `listener` with what is published, or retained, from now on. */
  subscribe(filter: string, listener: (message: Delivery) => void): Promise<void>;
  /** Cuts the connection, and lets it come back. */
  cut(): Promise<void>;
  restore(): Promise<void>;
}

const WILL: Publication = { topic: "house/state", payload: "gone", retain: true, qos: 1 };
const message = (topic: string, payload: string, retain = false): Publication => ({ topic, payload, retain, qos: 1 });

/** What every broker of a gateway does. */
export function brokerSuite(open: () => Promise<BrokerUnderTest>): void {
  let under: BrokerUnderTest;
  let seen: string[];
  let changed: () => void;

  beforeEach(async () => {
    under = await open();
    seen = [];
    changed = () => undefined;
  });

  afterEach(() => under[Symbol.asyncDispose]());

  const note = (what: string): void => {
    seen.push(what);
    changed();
  };

  /** Waits until what was seen has these, in any order. */
  function until(...expected: string[]): Promise<void> {
    return new Promise((resolve) => {
      changed = () => expected.every((one) => seen.includes(one)) && resolve();
      changed();
    });
  }

  function start(...subscriptions: string[]): void {
    const listener = {
      onConnected: () => note("connected"),
      onDisconnected: (reason: string) => note(reason === "" ? "no reason" : "disconnected"),
      onMessage: ({ topic, payload, retained }: Delivery) => note(`${topic} ${payload} ${retained}`),
    };
    under.broker.start(listener, WILL, subscriptions);
  }

  test("connects, and receives what it has subscribed to, retained messages too", async () => {
    under.publish(message("house/old/set", "0", true));
    start("house/+/set", "house/request/#");
    await until("connected", "house/old/set 0 true");
    expect(under.broker.isConnected).toBe(true);
    under.publish(message("house/lamp/set", "1"));
    under.publish(message("house/other", "2"));
    under.publish(message("house/request/a/b", "3"));
    await until("house/lamp/set 1 false", "house/request/a/b 3 false");
    expect(seen).toHaveLength(4);
  });

  test("publishes with a confirmation, and retains what is to be retained", async () => {
    start();
    await until("connected");
    const isConfirmed = await new Promise((resolve) => {
      under.broker.publish(message("house/lamp", "on", true), resolve);
    });
    expect(isConfirmed).toBe(true);
    await under.subscribe("house/#", ({ topic, payload, retained }) => note(`${topic} ${payload} ${retained}`));
    await until("house/lamp on true");
  });

  test("tells that a message was not published while it is not connected", async () => {
    start();
    await until("connected");
    await under.cut();
    await until("disconnected");
    expect(under.broker.isConnected).toBe(false);
    const isConfirmed = await new Promise((resolve) => {
      under.broker.publish(message("house/lamp", "on"), resolve);
    });
    expect(isConfirmed).toBe(false);
  });

  test("comes back by itself, with its subscriptions", async () => {
    start("house/+/set");
    await until("connected");
    await under.cut();
    await until("disconnected");
    seen = [];
    await under.restore();
    await until("connected");
    under.publish(message("house/lamp/set", "1"));
    await until("house/lamp/set 1 false");
  });

  test("takes more subscriptions while it is connected, keeps them over connections, and ends them", async () => {
    under.publish(message("shed/old", "1", true));
    under.publish(message("roof/old", "2", true));
    const endFirst = under.broker.subscribe("shed/+");
    start("house/+/set");
    await until("connected", "shed/old 1 true");
    const endSecond = under.broker.subscribe("roof/+");
    await until("roof/old 2 true");
    await under.cut();
    await until("disconnected");
    seen = [];
    await under.restore();
    await until("connected");
    under.publish(message("roof/new", "3"));
    await until("roof/new 3 false");
    endSecond();
    under.broker.publish(message("roof/new", "4"));
    under.broker.publish(message("shed/new", "5"));
    await until("shed/new 5 false");
    endFirst();
    expect(seen).not.toContain("roof/new 4 false");
  });

  test("a message that several of its filters take comes once", async () => {
    under.publish(message("house/lamp/old", "0", true));
    under.broker.subscribe("house/#");
    start("house/+/set", "house/request/#");
    await until("connected", "house/lamp/old 0 true");
    seen = [];
    const end = under.broker.subscribe("house/lamp/+");
    await until("house/lamp/old 0 true");
    seen = [];
    const publish = async (...payloads: [string, string, string]): Promise<void> => {
      const topics = ["house/lamp/set", "house/lamp/state", "house/end"];
      for (const [i, topic] of topics.entries()) under.publish(message(topic, payloads[i] as string));
      await until(`house/end ${payloads[2]} false`);
    };
    await publish("1", "2", "3");
    end();
    await publish("4", "5", "6");
    expect(seen).toEqual([
      "house/lamp/set 1 false",
      "house/lamp/state 2 false",
      "house/end 3 false",
      "house/lamp/set 4 false",
      "house/lamp/state 5 false",
      "house/end 6 false",
    ]);
  });

  test("is closed once, also before it was connected", async () => {
    start();
    await under.broker[Symbol.asyncDispose]();
    await under.broker[Symbol.asyncDispose]();
    expect(under.broker.isConnected).toBe(false);
  });
}
