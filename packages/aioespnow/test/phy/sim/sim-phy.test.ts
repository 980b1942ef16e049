import { describe, expect, test } from "vitest";
import { BROADCAST } from "#lib/codec/mac-address.ts";
import { EspNowError } from "#lib/errors.ts";
import type { PhyState, TransmitResult } from "#lib/phy/phy.ts";
import { Air } from "#lib/phy/sim/air.ts";
import { PROFILES } from "#lib/phy/sim/profile.ts";
import { SystemClock } from "#lib/util/system-clock.ts";
import { AT_1M, frameTo, mac, RecordedAir } from "./air-fixture.ts";

describe("SimPhy", () => {
  test("answers busy, later, to a frame that finds the queue full", () => {
    const air = new RecordedAir();
    const phy = air.station({ profile: { ...PROFILES.host, queueLimit: 2 } });
    for (let i = 0; i < 3; i++) air.send(phy, BROADCAST, 5);
    air.run();
    expect(air.results.map(({ status }) => status)).toEqual(["busy", "sent", "sent"]);
    expect(air.air.counters.refused).toBe(1);
  });

  test("never calls done from inside transmit, also when it is closed", async () => {
    const air = new RecordedAir();
    const phy = air.station();
    const results: TransmitResult[] = [];
    const transmit = () => phy.transmit(frameTo(mac(9), 0), AT_1M, (result) => void results.push(result));
    transmit();
    transmit();
    await phy[Symbol.asyncDispose]();
    transmit();
    expect(results).toEqual([]);
    air.run();
    expect(results).toHaveLength(3);
    for (const result of results) {
      expect(result.status === "failed" && result.error instanceof EspNowError && result.error.code).toBe(
        "ERR_RADIO_CLOSED",
      );
    }
    expect(air.trace).toEqual([]);
  });

  test("closed in mid frame, answers once, is heard to the end of the frame, and hears no more", async () => {
    const air = new RecordedAir();
    const [a, b] = [air.station(), air.station()];
    const states: PhyState[] = [];
    a.onState = (state) => void states.push(state);
    air.send(a, BROADCAST, 5);
    air.run(5.2);
    await a[Symbol.asyncDispose]();
    await a[Symbol.asyncDispose]();
    air.send(b, BROADCAST, 20);
    air.run();
    expect(air.results.map(({ status }) => status)).toEqual(["failed", "sent"]);
    expect(air.marks).toEqual([[], [0]]);
    expect(states).toEqual([{ state: "closed" }]);
  });

  test("may be closed by what it is told", () => {
    const air = new RecordedAir();
    const [a, b] = [air.station(), air.station()];
    b.onFrame = () => void b[Symbol.asyncDispose]();
    air.send(a, mac(1), 5);
    air.run();
    expect(air.results).toEqual([{ status: "no-ack", attempts: 7 }]);
  });

  test("has used up the caller's bytes when transmit returns", () => {
    const air = new RecordedAir();
    const [a] = [air.station(), air.station()];
    const frame = frameTo(BROADCAST, 0, 7);
    a.transmit(frame, AT_1M, () => undefined);
    frame.fill(0);
    air.run();
    expect(air.marks[1]).toEqual([7]);
  });

  test("reports a noAck frame as sent, once, with nothing reserved; the receiver answers all the same", () => {
    const air = new RecordedAir();
    const [a] = [air.station(), air.station()];
    air.send(a, mac(1), 5, 0, { rate: 0, noAck: true });
    air.run();
    expect(air.results).toEqual([{ status: "sent" }]);
    expect(air.trace.map(({ isAck, duration }) => [isAck, duration])).toEqual([
      [false, 0],
      [true, 0],
    ]);
  });

  test("gives the end of a frame as its time", () => {
    const air = new RecordedAir();
    const [a, b] = [air.station(), air.station()];
    const times: number[] = [];
    b.onFrame = ({ timeMs }) => void times.push(timeMs);
    air.send(a, BROADCAST, 5);
    air.run();
    expect(times).toEqual([5.704]);
  });

  test("answers to several addresses, and no longer to those that were replaced", () => {
    const air = new RecordedAir();
    const [a, b] = [air.station(), air.station()];
    b.setAckAddresses([mac(21), mac(22)]);
    [1, 21, 22].forEach((n, i) => void air.send(a, mac(n), 50 * i, n));
    air.run();
    expect(air.marks[1]).toEqual([21, 22]);
    expect(air.results.map(({ status }) => status)).toEqual(["no-ack", "acked", "acked"]);
  });

  test("refuses wrong arguments before anything happens", () => {
    const air = new RecordedAir();
    const phy = air.station();
    const other = new Air().phy();
    const transmit = (frame: unknown, rate: number) => () =>
      phy.transmit(frame as Uint8Array, { rate, noAck: false }, () => undefined);
    expect(transmit("frame", 0)).toThrow(TypeError);
    expect(transmit(new Uint8Array(23), 0)).toThrow(/frame.length/);
    expect(transmit(new Uint8Array(2343), 0)).toThrow(/frame.length/);
    expect(transmit(new Uint8Array(60), 4)).toThrow(/rate/);
    expect(() => phy.setChannel(0)).toThrow(/channel/);
    expect(() => phy.setChannel(15)).toThrow(/channel/);
    expect(() => phy.setTxPower(Number.NaN)).toThrow(/txPower/);
    expect(() => phy.setPosition({ x: 0, y: Number.NaN })).toThrow(/position/);
    expect(() => phy.setWake({ intervalMs: 10, windowMs: 10 })).toThrow(/wake/);
    expect(() => phy.setLink(phy, { delivery: 2 })).toThrow(/delivery/);
    expect(() => phy.setLink(phy, { loss: Number.NaN })).toThrow(/loss/);
    expect(() => phy.setLink(other, { loss: 1 })).toThrow(/same air/);
    expect(() => phy.setAckAddresses([1, 2, 3, 4, 5].map(mac))).toThrow(/addresses/);
    expect(() => air.air.phy({ channel: 99 })).toThrow(/channel/);
    expect(() => new Air({ seed: 0.5 })).toThrow(/seed/);
    air.run();
    expect(air.trace).toEqual([]);
  });
});

describe("Air", () => {
  test("counts stations with one address, and warns of each address once", () => {
    const air = new Air();
    const warnings: string[] = [];
    air.onWarning = (message) => void warnings.push(message);
    for (const n of [1, 1, 1, 2]) air.phy({ mac: mac(n) });
    expect(air.counters.duplicateAddresses).toBe(2);
    expect(warnings).toEqual([expect.stringContaining(mac(1))]);
  });

  test("two stations with one address both acknowledge, in vain", () => {
    const air = new RecordedAir();
    const sender = air.station();
    air.station();
    air.station({ mac: mac(1) });
    air.send(sender, mac(1), 5);
    air.run();
    expect(air.results).toEqual([{ status: "no-ack", attempts: 7 }]);
    expect(air.air.counters.acks).toBe(14);
  });

  test("whoever hears a frame may make room for more stations: the others hear it all the same, ACKs too", () => {
    const air = new RecordedAir();
    const sender = air.station();
    air.station();
    const [first, second] = [air.air.phy({ promiscuous: true }), air.air.phy({ promiscuous: true })];
    const heard: number[] = [];
    let more = 100;
    first.onFrame = () => {
      for (; more > 0; more--) air.air.phy();
    };
    second.onFrame = ({ bytes }) => {
      heard.push(bytes.length);
      more = 1000;
    };
    air.send(sender, mac(1), 5);
    air.run();
    expect(air.results).toEqual([{ status: "acked", attempts: 1 }]);
    expect(heard).toEqual([60, 10]);
  });

  test("counts what happens", () => {
    const air = new RecordedAir();
    const sender = air.station();
    air.station();
    air.send(sender, mac(1), 5);
    air.send(sender, BROADCAST, 15);
    air.run();
    expect(air.air.counters).toMatchObject({ frames: 2, acks: 1, delivered: 2, corrupted: 0, lost: 0 });
  });

  test("stands still while it is held", () => {
    const air = new RecordedAir();
    const hold = air.air.hold("a real socket");
    air.send(air.station(), BROADCAST, 5);
    expect(() => air.run()).toThrow(/a real socket/);
    hold.release();
    hold[Symbol.dispose]();
    air.run();
    expect(air.trace).toHaveLength(1);
  });

  test("closes its stations when it is disposed of", async () => {
    const air = new RecordedAir();
    const states: PhyState[] = [];
    air.station().onState = (state) => void states.push(state);
    await air.air[Symbol.asyncDispose]();
    await air.air[Symbol.asyncDispose]();
    expect(states).toEqual([{ state: "closed" }]);
  });

  test("runs on the system clock at the same nominal times", () => {
    const air = new RecordedAir({ clock: new SystemClock() });
    const [a] = [air.station({ profile: { ...PROFILES.host, softwareTimeUs: 500 } }), air.station()];
    const start = air.air.clock.now();
    a.transmit(frameTo(mac(1), 0), AT_1M, (result) => {
      air.results.push(result);
      air.air.clock.delivered();
    });
    air.air.clock.wait(start + 5000);
    const [frame, ack] = air.trace;
    expect(frame?.start).toBeGreaterThanOrEqual(1000 * start + 500);
    expect((ack?.start ?? 0) - (frame?.end ?? 0)).toBe(10);
    expect(air.results).toEqual([{ status: "acked", attempts: 1 }]);
  });
});
