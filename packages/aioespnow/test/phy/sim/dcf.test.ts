import { describe, expect, test } from "vitest";
import { BROADCAST } from "#lib/codec/mac-address.ts";
import { Rate } from "#lib/codec/rate.ts";
import { PROFILES, type Profile } from "#lib/phy/sim/profile.ts";
import { ACK_US, DIFS, FRAME_US, mac, RecordedAir, SIFS, type Traced } from "./air-fixture.ts";

const SLOT = 9;
const ACK_TIMEOUT = SIFS + SLOT + 192;

describe("medium access (IEEE 802.11-2020, 10.3)", () => {
  test("a frame goes out at once when the medium has long been idle", () => {
    const air = new RecordedAir();
    air.send(air.station(), BROADCAST, 5);
    air.run();
    expect(air.trace).toEqual([
      { station: 0, start: 5000, end: 5000 + FRAME_US, isAck: false, retry: false, duration: 0 },
    ]);
    expect(air.results).toEqual([{ status: "sent" }]);
  });

  test("it goes out after the software time of its profile", () => {
    const air = new RecordedAir();
    air.send(air.station({ profile: "esp32" }), BROADCAST, 5);
    air.run();
    expect(air.trace.map(({ start }) => start)).toEqual([5295]);
  });

  test("the processor prepares a waiting frame while the radio sends", () => {
    const starts = (profile: Profile): number[] => {
      const air = new RecordedAir();
      const sender = air.station({ profile });
      for (let mark = 0; mark < 3; mark++) air.send(sender, BROADCAST, 5, mark);
      air.run();
      return air.trace.map(({ start }) => start);
    };
    const base = { ...PROFILES.esp32, cwMin: 0, softwareTimeUs: 300 };
    const first = 5300;
    const next = FRAME_US + DIFS;
    expect(starts(base)).toEqual([first, first + next, first + 2 * next]);
    const slow = { ...base, softwareTimeUs: FRAME_US + 100 };
    expect(starts(slow)).toEqual([1, 2, 3].map((frames) => 5000 + frames * slow.softwareTimeUs));
    const alternating = { ...base, softwareOverlaps: false };
    expect(starts(alternating)).toEqual([0, 1, 2].map((before) => first + before * (FRAME_US + 300)));
  });

  test("a station that closes sends nothing of what was prepared", () => {
    const air = new RecordedAir();
    const sender = air.station({ profile: "esp32" });
    for (let mark = 0; mark < 3; mark++) air.send(sender, BROADCAST, 5, mark);
    air.air.clock.schedule(5.7, () => void sender[Symbol.asyncDispose]());
    air.run();
    expect(air.trace.map(({ start }) => start)).toEqual([5295]);
    expect(air.results.map(({ status }) => status)).toEqual(["failed", "failed", "failed"]);
  });

  test.each([
    ["esp32", 50],
    ["esp8266", 50],
    ["host", 34],
  ] as const)("an %s acknowledges a frame at 54 Mbit/s for %i us, and reserves the time", (profile, ackUs) => {
    const air = new RecordedAir();
    const sender = air.station({ profile: { ...PROFILES[profile], rateSchedule: [] } });
    air.station({ profile });
    air.send(sender, mac(1), 5, 0, { rate: Rate.RATE_54M, noAck: false });
    air.run();
    const [frame, ack] = air.trace as [Traced, Traced];
    expect(frame.duration).toBe(SIFS + ackUs);
    expect(ack.end - ack.start).toBe(ackUs);
    expect(air.results).toEqual([{ status: "acked", attempts: 1 }]);
  });

  test("the receiver acknowledges a unicast frame after SIFS; its Duration field has reserved the time", () => {
    const air = new RecordedAir();
    const sender = air.station();
    air.station();
    air.send(sender, mac(1), 5);
    air.run();
    const end = 5000 + FRAME_US;
    expect(air.trace).toEqual([
      { station: 0, start: 5000, end, isAck: false, retry: false, duration: 314 },
      { station: 1, start: end + SIFS, end: end + SIFS + ACK_US, isAck: true, retry: false, duration: 0 },
    ]);
    expect(air.results).toEqual([{ status: "acked", attempts: 1 }]);
  });

  test("an unacknowledged frame is repeated with Retry set, after ACKTimeout, DIFS and a backoff of doubled windows", () => {
    const air = new RecordedAir();
    air.send(air.station({ profile: { ...PROFILES.host, retryLimit: 9, cwMax: 255 } }), mac(9), 5);
    air.run();
    expect(air.results).toEqual([{ status: "no-ack", attempts: 9 }]);
    expect(air.trace.map(({ retry }) => retry)).toEqual([false, ...new Array(8).fill(true)]);
    const windows = [31, 63, 127, 255, 255, 255, 255, 255];
    windows.forEach((window, i) => {
      const gap = (air.trace[i + 1]?.start ?? 0) - (air.trace[i]?.end ?? 0) - ACK_TIMEOUT - DIFS;
      expect(gap % SLOT).toBe(0);
      expect(gap / SLOT).toBeGreaterThanOrEqual(0);
      expect(gap / SLOT).toBeLessThanOrEqual(window);
    });
  });

  test("an ESP8266 goes down from 6 to 2 to 1 Mbit/s", () => {
    const air = new RecordedAir();
    const rates: number[] = [];
    air.send(air.station({ profile: "esp8266" }), mac(9));
    air.air.observe((event) => event.kind === "transmission" && rates.push(event.transmission.rate));
    air.run();
    expect(rates).toEqual([0x0b, 0x0b, 0x01, 0x01, 0, 0, 0, 0, 0, 0, 0]);
  });

  test("whoever finds the medium busy waits for DIFS and a backoff, and counts on where it stopped", () => {
    const air = new RecordedAir({ seed: 3 });
    const phys = Array.from({ length: 6 }, () => air.station());
    phys.forEach((phy, i) => void air.send(phy, BROADCAST, 5 + i / 1000));
    air.run();
    expect(air.trace).toHaveLength(6);
    for (let i = 1; i < 6; i++) {
      const [before, frame] = [air.trace[i - 1], air.trace[i]];
      // Either a collision (the same microsecond) or a whole number of slots behind DIFS.
      if (before?.start === frame?.start) continue;
      const wait = (frame?.start ?? 0) - (before?.end ?? 0) - DIFS;
      expect(wait).toBeGreaterThanOrEqual(0);
      expect(wait % SLOT).toBe(0);
      expect(wait / SLOT).toBeLessThanOrEqual(15);
    }
  });

  test("stations that begin in the same microsecond collide, and nobody receives either", () => {
    const air = new RecordedAir();
    const [a, b] = [air.station(), air.station()];
    air.station();
    air.send(a, BROADCAST, 5);
    air.send(b, BROADCAST, 5);
    air.run();
    expect(air.trace.map(({ start }) => start)).toEqual([5000, 5000]);
    expect(air.marks).toEqual([[], [], []]);
  });

  test("a backoff separates two frames of one station even where nobody else wants to send", () => {
    const air = new RecordedAir();
    const phy = air.station();
    for (let i = 0; i < 50; i++) air.send(phy, BROADCAST, 5);
    air.run();
    const slots = air.trace.slice(1).map(({ start }, i) => (start - (air.trace[i]?.end ?? 0) - DIFS) / SLOT);
    expect(Math.min(...slots)).toBe(0);
    expect(Math.max(...slots)).toBe(15);
    expect(slots.every(Number.isInteger)).toBe(true);
  });

  test("a backoff may be longer than the 32 ms that the timing wheel spans", () => {
    const air = new RecordedAir();
    const phy = air.station({ profile: { ...PROFILES.host, slotUs: 20, cwMin: 8191 } });
    for (let i = 0; i < 20; i++) air.send(phy, BROADCAST, 5);
    air.run(5000);
    const slots = air.trace.slice(1).map(({ start }, i) => (start - (air.trace[i]?.end ?? 0) - 50) / 20);
    expect(slots).toHaveLength(19);
    expect(slots.every((n) => Number.isInteger(n) && n >= 0 && n <= 8191)).toBe(true);
    expect(Math.max(...slots) * 20).toBeGreaterThan(32_768);
  });

  test("a frame to somebody else reserves the medium for its ACK, which a hidden station cannot hear", () => {
    const air = new RecordedAir();
    const [sender, receiver, third] = [air.station(), air.station(), air.station()];
    receiver.setLink(third, { loss: Number.POSITIVE_INFINITY });
    air.send(sender, mac(1), 5);
    air.send(third, BROADCAST, 5.1);
    air.run();
    const exchangeEnd = 5000 + FRAME_US + SIFS + ACK_US;
    expect(air.trace.map(({ station }) => station)).toEqual([0, 1, 2]);
    expect(air.trace[2]?.start).toBeGreaterThanOrEqual(exchangeEnd + DIFS);
    expect(air.results).toContainEqual({ status: "acked", attempts: 1 });
  });

  test("after a frame received in error a station waits for EIFS, after a good one for DIFS", () => {
    const startAfter = (frameLoss: number) => {
      const air = new RecordedAir({ model: { frameLoss } });
      const [sender, other] = [air.station(), air.station()];
      air.send(sender, BROADCAST, 5);
      air.send(other, BROADCAST, 5.1);
      air.run();
      return air.trace[1]?.start ?? 0;
    };
    expect(startAfter(1) - startAfter(0)).toBe(SIFS + ACK_US);
  });

  test("losses do not change the backoffs: each purpose has its own chance", () => {
    const gaps = (frameLoss: number) => {
      const air = new RecordedAir({ model: { frameLoss } });
      const phy = air.station();
      air.station();
      for (let i = 0; i < 20; i++) air.send(phy, BROADCAST, 5);
      air.run();
      return air.trace.map(({ start }) => start);
    };
    expect(gaps(0.5)).toEqual(gaps(0));
  });
});
