import { describe, expect, test } from "vitest";
import { PROFILES } from "#lib/phy/sim/profile.ts";
import { errorOf, MEASUREMENTS } from "../../../../../bench/air-measured.ts";
import {
  airtimeLimit,
  bianchi,
  FRAME_KINDS,
  type FrameKind,
  hiddenPair,
  mpduLength,
  QUICK_ESPNOW,
  SATURATED,
  saturate,
  sendTime,
  WINDOW_MS,
} from "../../../../../bench/air-scenarios.ts";

/** Everything here is in virtual time and seeded: the figures are the same in every run. */
function expectWithin(value: number, expected: number, percent: number): void {
  expect(Math.abs(value / expected - 1), `${value} instead of ${expected}`).toBeLessThanOrEqual(percent / 100);
}

describe("one saturated sender reaches what DIFS, mean backoff, airtime and ACK allow, within 1 %", () => {
  test.each(FRAME_KINDS)("$name", (kind) => {
    for (const isUnicast of [false, true]) {
      const measured = saturate({ senders: 1, kind, isUnicast, frames: 10_000 });
      expectWithin(measured, airtimeLimit(kind, isUnicast), 1);
    }
  });
});

describe("saturated senders share the medium as Bianchi's model says, within 5 %", () => {
  test.each([5, 10, 20])("%i senders", (senders) => {
    for (const kind of [FRAME_KINDS[0], FRAME_KINDS[4]] as FrameKind[]) {
      const measured = saturate({ senders, kind, isUnicast: true, frames: 10_000 });
      expectWithin(measured, bianchi(senders, kind, SATURATED.retryLimit), 5);
    }
  });
});

describe("the esp32 profile is as fast as ESP32s that use the bare API", () => {
  test.each(MEASUREMENTS)("$name: $measured $unit, within $limit %", (row) => {
    expect(Math.abs(errorOf(row))).toBeLessThanOrEqual(row.limit);
  });

  test.each(MEASUREMENTS.filter(({ unit }) => unit === "frames/s"))(
    "$name: as fast as if software took no time, because it overlaps",
    (row) => {
      expect(Math.abs(errorOf(row, { ...PROFILES.esp32, softwareTimeUs: 0 }))).toBeLessThanOrEqual(row.limit);
      expect(errorOf(row, { ...PROFILES.esp32, softwareOverlaps: false })).toBeLessThan(-20);
    },
  );
});

describe("the quickespnow profile sends as fast as QuickESPNow measured, within 3 %", () => {
  test.each(QUICK_ESPNOW)("$payload bytes", ({ payload, broadcast, unicast }) => {
    const kind = { rate: 0, length: mpduLength(payload) };
    const run = { senders: 1, kind, frames: 1000, profile: "quickespnow" } as const;
    expectWithin(saturate({ ...run, isUnicast: false }), broadcast, 3);
    expectWithin(saturate({ ...run, isUnicast: true }), unicast, 3);
  });
});

describe("from transmit to done", () => {
  test("250 bytes through QuickESPNow are acknowledged in about 3.6 ms", () => {
    expectWithin(sendTime("quickespnow", 250, true, 100), 3.6, 15);
  });

  test("an absent peer of QuickESPNow takes about 21 ms", () => {
    expectWithin(sendTime("quickespnow", 250, false, 100), 21, 15);
  });

  test("an absent peer takes less than MicroPython's 100 ms for the longest message", () => {
    expect(sendTime("esp32", 1470, false, 100)).toBeLessThan(100);
  });

  test("an absent peer of an ESP8266 takes about 20 ms", () => {
    expectWithin(sendTime("esp8266", 50, false, 100), 20, 15);
  });
});

describe("hidden stations", () => {
  // Two frames of T = 2.536 ms that begin at random times in the same W = 50 ms overlap with 1 - (1 - T/W)^2.
  const clear = (1 - 2.536 / WINDOW_MS) ** 2;

  test("lose both of the frames that overlap", () => {
    const [first, second] = hiddenPair({ isHidden: true, advantage: 0, frames: 4000 });
    expectWithin(first, clear, 1);
    expect(second).toBe(first);
  });

  test("lose nothing as soon as they hear each other", () => {
    expect(hiddenPair({ isHidden: false, advantage: 0, frames: 1000 })).toEqual([1, 1]);
  });

  test("lose only the weaker frame where one is 20 dB stronger: it captures the receiver", () => {
    const [stronger, weaker] = hiddenPair({ isHidden: true, advantage: 20, frames: 4000 });
    expect(stronger).toBe(1);
    expectWithin(weaker, clear, 1);
  });
});
