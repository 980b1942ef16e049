import { describe, expect, test } from "vitest";
import { BROADCAST } from "#lib/codec/mac-address.ts";
import { Protocol, Rate } from "#lib/codec/rate.ts";
import { Air } from "#lib/phy/sim/air.ts";
import { EXACT_MODEL } from "#lib/phy/sim/air-model.ts";
import { AT_1M, frameTo, mac, RecordedAir } from "./air-fixture.ts";

describe("who hears what", () => {
  test("without positions all are 1 m apart", () => {
    const air = new RecordedAir();
    const sender = air.station({ txPower: 15 });
    air.station();
    air.send(sender, BROADCAST);
    air.run();
    expect(air.rssi[1]).toEqual([15 - 40]);
  });

  test("the strength falls by 30 dB with each tenfold distance, and beyond the sensitivity nothing is heard", () => {
    const air = new RecordedAir();
    const sender = air.station({ position: { x: 0, y: 0 } });
    for (const x of [1, 10, 100, 398, 420]) air.station({ position: { x, y: 0 } });
    air.send(sender, BROADCAST);
    air.run();
    expect(air.rssi.slice(1)).toEqual([[-20], [-50], [-80], [-98], []]);
  });

  test("faster rates reach less far", () => {
    const air = new RecordedAir();
    const sender = air.station({ position: { x: 0, y: 0 } });
    air.station({ position: { x: 100, y: 0, z: 0 } });
    air.send(sender, BROADCAST, 0, 1, { rate: 0x0c, noAck: false });
    air.send(sender, BROADCAST, 10, 2, AT_1M);
    air.run();
    expect(air.marks[1]).toEqual([2]);
  });

  test.each([Number.POSITIVE_INFINITY, 10])(
    "a rate whose sensitivity is %s dBm is received by nobody",
    (sensitivity) => {
      const figures = new Map([
        [AT_1M.rate, sensitivity],
        [0x0c, -90],
      ]);
      const air = new RecordedAir({ model: { ...EXACT_MODEL, sensitivity: figures } });
      const sender = air.station({ txPower: 20 });
      air.station();
      air.send(sender, BROADCAST, 0, 1, AT_1M);
      air.send(sender, BROADCAST, 500, 2, { rate: 0x0c, noAck: false });
      air.run();
      expect(air.marks[1]).toEqual([2]);
      expect(air.air.counters.lost).toBe(0);
    },
  );

  test("a station that moves, or whose power changes, is heard differently from its next frame on", () => {
    const air = new RecordedAir();
    const sender = air.station({ position: { x: 0, y: 0 } });
    const receiver = air.station({ position: { x: 10, y: 0 } });
    air.send(sender, BROADCAST, 1);
    air.send(sender, BROADCAST, 11);
    air.send(sender, BROADCAST, 21);
    air.air.clock.schedule(10, () => receiver.setPosition({ x: 100, y: 0 }));
    air.air.clock.schedule(20, () => sender.setTxPower(10));
    air.run();
    expect(air.rssi[1]).toEqual([-50, -80, -90]);
  });

  test("a link that was set overrides the path loss, in one direction", () => {
    const air = new RecordedAir();
    const [a, b] = [air.station(), air.station()];
    a.setLink(b, { loss: 90 });
    air.send(a, BROADCAST, 0);
    air.send(b, BROADCAST, 10);
    air.run();
    expect([air.rssi[0], air.rssi[1]]).toEqual([[-20], [-70]]);
  });

  test("a link's delivery and the model's loss are chances", () => {
    const air = new RecordedAir({ model: { frameLoss: 0.5 } });
    const [a, b] = [air.station(), air.station()];
    air.station();
    a.setLink(b, { delivery: 0.5 });
    for (let i = 0; i < 1000; i++) air.send(a, BROADCAST, 2 * i);
    air.run(3000);
    // Binomial: 250 and 500 of 1000, standard deviations 14 and 16.
    expect(air.marks[1]?.length).toBeGreaterThan(195);
    expect(air.marks[1]?.length).toBeLessThan(305);
    expect(air.marks[2]?.length).toBeGreaterThan(440);
    expect(air.marks[2]?.length).toBeLessThan(560);
    expect(air.air.counters.lost).toBe(2000 - (air.marks[1]?.length ?? 0) - (air.marks[2]?.length ?? 0));
  });

  test("fading loses frames in runs, as often as its times say, and only where the margin is small", () => {
    const air = new RecordedAir({ model: { fading: { goodMs: 150, badMs: 50, loss: 20 } } });
    const sender = air.station({ position: { x: 0, y: 0 } });
    air.station({ position: { x: 1, y: 0 } });
    air.station({ position: { x: 200, y: 0 } });
    for (let i = 0; i < 10_000; i++) air.send(sender, BROADCAST, 2 * i, i % 2);
    air.run(20_000);
    expect(air.marks[1]).toHaveLength(10_000);
    expect((air.marks[2]?.length ?? 0) / 10_000).toBeCloseTo(0.75, 1);
  });

  test("a frame on another channel is neither heard nor waited for", () => {
    const air = new RecordedAir();
    const [a, b] = [air.station(), air.station({ channel: 6 })];
    air.send(a, BROADCAST, 5);
    air.send(b, BROADCAST, 5.1);
    air.run();
    expect(air.marks).toEqual([[], []]);
    expect(air.trace[1]?.start).toBe(5100);
  });

  test("a station that changes the channel in mid frame loses it, and waits for what goes on there", () => {
    const air = new RecordedAir();
    const [a, b, mover] = [air.station(), air.station({ channel: 6 }), air.station()];
    air.send(a, BROADCAST, 5);
    air.send(b, BROADCAST, 5.2);
    air.air.clock.schedule(5.3, () => mover.setChannel(6));
    air.send(mover, BROADCAST, 5.4);
    air.run();
    expect(air.marks[2]).toEqual([]);
    expect(air.trace[2]?.station).toBe(2);
    expect(air.trace[2]?.start).toBeGreaterThan(air.trace[1]?.end ?? Number.POSITIVE_INFINITY);
  });

  test("who transmits hears nothing", () => {
    const air = new RecordedAir();
    const [a, b] = [air.station(), air.station()];
    b.setLink(a, { loss: Number.POSITIVE_INFINITY });
    air.send(b, BROADCAST, 5);
    air.send(a, BROADCAST, 5.1);
    air.run();
    expect(air.marks[1]).toEqual([]);
  });

  test("a station without addresses is off: it neither hears nor acknowledges", () => {
    const air = new RecordedAir();
    const [sender, receiver] = [air.station(), air.station()];
    receiver.setAckAddresses([]);
    air.send(sender, BROADCAST, 5);
    air.send(sender, mac(1), 15);
    air.run();
    expect(air.marks[1]).toEqual([]);
    expect(air.results[1]).toEqual({ status: "no-ack", attempts: 7 });
  });

  test("an ESP8266 does not hear group-addressed frames, and hears its own", () => {
    const air = new RecordedAir();
    const sender = air.station();
    air.station({ profile: "esp8266" });
    air.send(sender, BROADCAST, 5, 1);
    air.send(sender, mac(1), 15, 2);
    air.run();
    expect(air.marks[1]).toEqual([2]);
  });

  test("frames to others are not handed up, except to a monitor, which also sees ACKs", () => {
    const air = new RecordedAir();
    const sender = air.station();
    air.station();
    air.station();
    const monitor = air.air.phy({ promiscuous: true });
    const types: (number | undefined)[] = [];
    monitor.onFrame = (frame) => void types.push(frame.bytes[0]);
    air.send(sender, mac(1), 5, 1);
    air.run();
    expect(air.marks).toEqual([[], [1], []]);
    expect(types).toEqual([0xd0, 0xd4]);
  });

  test("a sleeping station hears only in its window", () => {
    const air = new RecordedAir();
    const [sender, sleeper] = [air.station(), air.station({ wake: { intervalMs: 100, windowMs: 20 } })];
    const times = [5, 15, 25, 95, 105, 125, 205];
    times.forEach((at, mark) => void air.send(sender, BROADCAST, at, mark));
    air.run(210);
    expect(air.marks[1]).toEqual([0, 1, 4, 6]);
    sleeper.setWake(undefined);
    air.send(sender, BROADCAST, 250, 9);
    air.run(300);
    expect(air.marks[1]).toEqual([0, 1, 4, 6, 9]);
  });

  test("a sleeping station wakes to send and to hear the ACK", () => {
    const air = new RecordedAir();
    const sleeper = air.station({ wake: { intervalMs: 100, windowMs: 20 } });
    air.station();
    air.send(sleeper, mac(1), 50);
    air.run();
    expect(air.results).toEqual([{ status: "acked", attempts: 1 }]);
  });

  test("a lost ACK makes the sender repeat a frame that was received", () => {
    const air = new RecordedAir();
    const [sender, receiver] = [air.station(), air.station()];
    receiver.setLink(sender, { delivery: 0 });
    air.send(sender, mac(1), 5, 7);
    air.run();
    expect(air.marks[1]).toEqual(new Array(7).fill(7));
    expect(air.results).toEqual([{ status: "no-ack", attempts: 7 }]);
  });
});

describe("capture", () => {
  const strengths = (first: number, second: number, captureMargin = 10) => {
    const air = new RecordedAir({ model: { captureMargin } });
    const [a, b, receiver] = [air.station(), air.station(), air.station()];
    for (const [from, to] of [[a, b] as const, [b, a] as const]) from.setLink(to, { loss: Number.POSITIVE_INFINITY });
    a.setLink(receiver, { loss: 20 - first });
    b.setLink(receiver, { loss: 20 - second });
    air.send(a, BROADCAST, 5, 1);
    air.send(b, BROADCAST, 5.1, 2);
    air.run();
    return { heard: air.marks[2], captured: air.air.counters.captured, corrupted: air.air.counters.corrupted };
  };

  test("the first of two frames survives a much weaker one", () => {
    expect(strengths(-40, -60)).toEqual({ heard: [1], captured: 0, corrupted: 0 });
  });

  test("two frames of like strength spoil each other", () => {
    expect(strengths(-50, -50)).toEqual({ heard: [], captured: 0, corrupted: 1 });
  });

  test("a later frame takes the receiver if it is stronger by the margin", () => {
    expect(strengths(-60, -50)).toEqual({ heard: [2], captured: 1, corrupted: 0 });
    expect(strengths(-60, -51)).toEqual({ heard: [], captured: 0, corrupted: 1 });
  });

  test("a margin of Infinity turns that off", () => {
    expect(strengths(-90, -30, Number.POSITIVE_INFINITY)).toEqual({ heard: [], captured: 0, corrupted: 1 });
  });
});

describe("Espressif's long range mode", () => {
  const { b, g, n, lr } = Protocol;
  const AT_LR = { rate: Rate.RATE_LORA_250K, noAck: false };

  test.each<[string, number | undefined, readonly number[]]>([
    ["a station of 802.11 alone hears no long range frame", b | g | n, [1]],
    ["a station with long range alone hears nothing else", lr, [2]],
    ["a mixed station hears both", b | g | n | lr, [1, 2]],
    ["a station whose protocol was never set hears both", undefined, [1, 2]],
  ])("%s", (_name, protocol, heard) => {
    const air = new RecordedAir();
    const [sender, receiver] = [air.station(), air.station()];
    if (protocol !== undefined) receiver.setProtocol(protocol);
    air.send(sender, BROADCAST, 0, 1, AT_1M);
    air.send(sender, BROADCAST, 10, 2, AT_LR);
    air.run();
    expect(air.marks[1]).toEqual(heard);
  });

  test("who is not for long range does not hear the ACK of its long range frames", () => {
    const air = new RecordedAir();
    const [sender, receiver] = [air.station(), air.station()];
    receiver.setProtocol(lr);
    air.send(sender, mac(1), 0, 1, AT_LR);
    air.air.clock.schedule(500, () => sender.setProtocol(b | g | n));
    air.send(sender, mac(1), 501, 2, AT_LR);
    air.run(2000);
    expect(air.results.map(({ status }) => status)).toEqual(["acked", "no-ack"]);
    expect(new Set(air.marks[1])).toEqual(new Set([1, 2]));
  });

  test("frames that a station does not understand disturb those that it does, and keep it from sending", () => {
    const air = new RecordedAir();
    const [far, near, receiver] = [
      air.station({ position: { x: 100, y: 0 } }),
      air.station({ position: { x: 0, y: 1 } }),
      air.station({ position: { x: 0, y: 0 } }),
    ];
    far.setLink(near, { loss: 200 });
    near.setLink(far, { loss: 200 });
    receiver.setProtocol(b | g | n);
    air.send(far, BROADCAST, 0, 1, AT_1M);
    air.send(near, BROADCAST, 0.3, 2, AT_LR);
    air.send(receiver, BROADCAST, 1, 3, AT_1M);
    air.run();
    expect(air.marks[2]).toEqual([]);
    const end = Math.max(...air.trace.slice(0, 2).map((frame) => frame.end));
    expect(air.trace[2]).toMatchObject({ station: 2, start: expect.toSatisfy((start: number) => start >= end) });
  });

  test("the next station in the place of one that left hears everything again", async () => {
    const air = new Air({ model: EXACT_MODEL });
    const former = air.phy({ mac: mac(1) });
    former.setProtocol(lr);
    await former[Symbol.asyncDispose]();
    air.clock.wait(1);
    const [next, sender] = [air.phy({ mac: mac(1), profile: "host" }), air.phy({ mac: mac(2), profile: "host" })];
    expect(next.station).toBe(former.station);
    const heard: number[] = [];
    next.onFrame = ({ bytes }) => heard.push(bytes[24] as number);
    sender.transmit(frameTo(BROADCAST, 2, 7), AT_1M, () => undefined);
    air.clock.wait(100);
    expect(heard).toEqual([7]);
  });
});
