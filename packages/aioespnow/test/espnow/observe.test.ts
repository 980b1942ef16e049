import { beforeEach, describe, expect, test } from "vitest";
import { AIOESPNow } from "#lib/espnow/aioespnow.ts";
import type { Observation } from "#lib/espnow/observation.ts";
import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { pattern } from "#lib/testing/radio-suite.ts";
import { uncaughtErrors } from "#test/doubles/uncaught.ts";
import { Wire } from "#test/doubles/wire.ts";

let wire: Wire;
let radioA: SoftMacRadio;
let radioB: SoftMacRadio;
let a: AIOESPNow;
let b: AIOESPNow;

beforeEach(() => {
  wire = new Wire();
  radioA = new SoftMacRadio(wire.phy());
  radioB = new SoftMacRadio(wire.phy());
  for (const radio of [radioA, radioB]) radio.setInterfaceActive(0, true);
  a = new AIOESPNow(radioA);
  b = new AIOESPNow(radioB);
  for (const e of [a, b]) e.active(true);
  a.addPeer(radioB.address(0));
});

/** What is told from now on, copied. */
function observed(e: AIOESPNow): Observation[] {
  const events: Observation[] = [];
  e.observe((event) => {
    if (event.kind !== "heard") events.push(event);
    else events.push({ ...event, message: { ...event.message, data: event.message.data.slice() } });
  });
  return events;
}

describe("observing", () => {
  test("tells what is heard before readers get it, and takes nothing from them", async () => {
    const events = observed(b);
    await a.asend(radioB.address(0), "hello");
    const message = {
      source: radioA.address(0),
      destination: radioB.address(0),
      data: Buffer.from("hello"),
      channel: 1,
    };
    expect(events).toMatchObject([{ kind: "heard", message: { ...message, data: new Uint8Array(message.data) } }]);
    expect(b.recv(0)).toEqual([radioA.address(0), new Uint8Array(message.data)]);
  });

  test("tells what was sent with its report, once for each peer, with the bytes as they were at the send", async () => {
    const absent = "02:00:00:00:00:99";
    a.addPeer(absent);
    const events = observed(a);
    const data = pattern(5);
    const sending = a.asend(null, data);
    data.fill(0);
    await sending;
    const message = { data: pattern(5), queuedMs: 0, timeMs: 1 };
    expect(events).toEqual([
      {
        kind: "sent",
        message: { ...message, destination: radioB.address(0) },
        report: { status: "acked", attempts: 1 },
      },
      { kind: "sent", message: { ...message, destination: absent }, report: { status: "no-ack", attempts: 1 } },
    ]);
  });

  test("tells what is dropped, and why", async () => {
    const events = observed(b);
    a.modPeer(radioB.address(0), { lmk: pattern(16) });
    await a.asend(radioB.address(0), "secret");
    wire.inject(Uint8Array.of(0x80, 0));
    b.active(false);
    await a.asend(radioB.address(0), "late");
    const addresses = { source: radioA.address(0), destination: radioB.address(0) };
    expect(events).toMatchObject([
      { kind: "dropped", reason: "noKey", ...addresses, channel: 1 },
      { kind: "dropped", reason: "notEspNow", source: undefined, destination: undefined },
      { kind: "dropped", reason: "notStarted", ...addresses },
    ]);
    expect(radioB.counters).toMatchObject({ noKey: 1, notEspNow: 1, notStarted: 1 });
  });

  test("tells a message that finds no room in the receive buffer as heard, and then as dropped", async () => {
    b.active(false);
    b.config({ rxbuf: 100 });
    b.active(true);
    const events = observed(b);
    await a.asend(radioB.address(0), pattern(50));
    await a.asend(radioB.address(0), pattern(51));
    expect(events.map((event) => (event.kind === "dropped" ? event.reason : event.kind))).toEqual([
      "heard",
      "heard",
      "bufferFull",
    ]);
    expect(b.stats().rxDropped).toBe(1);
  });

  test("has any number of listeners; each stops by itself, and to stop twice is to stop once", async () => {
    const told: string[] = [];
    const stopFirst = b.observe(() => told.push("first"));
    b.observe(() => told.push("second"));
    await a.asend(radioB.address(0), "1");
    stopFirst();
    stopFirst();
    await a.asend(radioB.address(0), "2");
    expect(told).toEqual(["first", "second", "second"]);
  });

  test("goes on after a listener that throws: its error is reported as uncaught, nobody else is harmed", async () => {
    const told: string[] = [];
    b.observe(() => {
      throw new Error("a bad listener");
    });
    b.observe(({ kind }) => told.push(kind));
    const errors = await uncaughtErrors(() => a.asend(radioB.address(0), "1"));
    expect(errors).toMatchObject([{ message: "a bad listener" }]);
    expect(told).toEqual(["heard"]);
    expect(b.any()).toBe(true);
  });

  test("a listener may stop others, and add some, while it is told something", async () => {
    const told: string[] = [];
    b.observe(() => {
      told.push("first");
      stopSecond();
      b.observe(() => told.push("new"));
    });
    const stopSecond = b.observe(() => told.push("second"));
    await a.asend(radioB.address(0), "1");
    expect(told).toEqual(["first"]);
  });

  test("costs the radio nothing once nobody listens", () => {
    const stop = b.observe(() => undefined);
    expect(radioB.onDrop).toBeTypeOf("function");
    stop();
    expect(radioB.onDrop).toBeUndefined();
  });

  test("needs a function", () => {
    expect(() => b.observe("x" as never)).toThrow('listener must be a function, not the string "x"');
  });
});
