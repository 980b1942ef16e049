import { describe, expect, test } from "vitest";
import { Rate } from "#lib/codec/rate.ts";
import { ackRate, ackTimeUs, airtimeUs, durationUs } from "#lib/phy/sim/airtime.ts";

/** docs/protocol.md 5.2: microseconds of the MPDUs (with FCS) that carry 10, 100, 250 and 1470 bytes. */
const LENGTHS = [53, 143, 293, 1548];
const TABLE: readonly (readonly [string, Rate, readonly number[]])[] = [
  ["1M long", 0x00, [616, 1336, 2536, 12576]],
  ["2M long", 0x01, [404, 764, 1364, 6384]],
  ["5.5M long", 0x02, [270, 400, 619, 2444]],
  ["11M long", 0x03, [231, 296, 406, 1318]],
  ["11M short", 0x07, [135, 200, 310, 1222]],
  ["6M", 0x0b, [102, 222, 422, 2094]],
  ["12M", 0x0a, [66, 126, 226, 1062]],
  ["24M", 0x09, [46, 78, 126, 546]],
  ["54M", 0x0c, [38, 50, 70, 258]],
  ["MCS0 LGI", 0x10, [114, 222, 406, 1954]],
  ["MCS7 LGI", 0x17, [50, 62, 82, 234]],
];

describe("airtime (IEEE 802.11-2020, clauses 15, 16, 18 and 19)", () => {
  test.each(TABLE)("%s", (_, rate, expected) => {
    expect(LENGTHS.map((length) => airtimeUs(rate, length))).toEqual(expected);
  });

  test("a short guard interval shortens the symbols, and the sum is rounded up to long ones", () => {
    expect(airtimeUs(0x1f, 293)).toBe(78);
    expect(airtimeUs(0x1f, 309)).toBe(78);
  });

  test("long range frames last what an oscilloscope showed at 250 kbit/s", () => {
    expect(airtimeUs(Rate.RATE_LORA_250K, 78) / 1000).toBeCloseTo(3.2, 0);
    expect(airtimeUs(Rate.RATE_LORA_250K, 293)).toBe(10144);
    expect(airtimeUs(Rate.RATE_LORA_500K, 293)).toBe(5072);
  });

  test("a rate that wifi_phy_rate_t does not have is refused", () => {
    expect(() => airtimeUs(0x04, 100)).toThrow(RangeError);
  });
});

describe("acknowledgement", () => {
  test.each([
    ["1M", 0x00, 304],
    ["2M", 0x01, 248],
    ["5.5M", 0x02, 213],
    ["11M", 0x03, 203],
    ["6M", 0x0b, 50],
    ["9M", 0x0f, 50],
    ["12M", 0x0a, 38],
    ["18M", 0x0e, 38],
    ["24M", 0x09, 34],
    ["54M", 0x0c, 34],
    ["MCS0", 0x10, 50],
    ["MCS7", 0x17, 34],
    ["LR 250K", 0x29, 1216],
  ])("the ACK to a frame of %s", (_, rate, expected) => {
    expect(ackTimeUs(rate, "standard")).toBe(expected);
  });

  test("OFDM frames are answered at 6, 12 or 24 Mbit/s", () => {
    const rates = [0x0b, 0x0e, 0x0c].map((rate) => ackRate(rate, "standard"));
    expect(rates).toEqual([Rate.RATE_6M, Rate.RATE_12M, Rate.RATE_24M]);
  });

  test("to OFDM and HT frames is sent at 6 Mbit/s by an ESP32", () => {
    for (const rate of [0x0b, 0x0a, 0x0e, 0x09, 0x0c, 0x10, 0x17, 0x1f]) {
      expect(ackRate(rate, "lowest")).toBe(Rate.RATE_6M);
      expect(ackTimeUs(rate, "lowest")).toBe(50);
    }
    expect([0x00, 0x03, 0x29].map((rate) => ackRate(rate, "lowest"))).toEqual([0x00, 0x03, 0x29]);
  });

  test("the Duration field is SIFS and the ACK, as in captures", () => {
    expect(durationUs(Rate.RATE_1M, "standard")).toBe(314);
    expect(durationUs(Rate.RATE_6M, "standard")).toBe(60);
  });
});
