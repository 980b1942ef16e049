import { describe, expect, test } from "vitest";
import { Rate, rateInfo, rateOfKbps } from "#lib/codec/rate.ts";

describe("rates (wifi_phy_rate_t)", () => {
  test.each([
    [0x00, "dsss", 1000, false],
    [0x01, "dsss", 2000, false],
    [0x02, "dsss", 5500, false],
    [0x03, "dsss", 11000, false],
    [0x05, "dsss", 2000, true],
    [0x06, "dsss", 5500, true],
    [0x07, "dsss", 11000, true],
    [0x08, "ofdm", 48000, false],
    [0x09, "ofdm", 24000, false],
    [0x0a, "ofdm", 12000, false],
    [0x0b, "ofdm", 6000, false],
    [0x0c, "ofdm", 54000, false],
    [0x0d, "ofdm", 36000, false],
    [0x0e, "ofdm", 18000, false],
    [0x0f, "ofdm", 9000, false],
    [0x10, "ht", 6500, false],
    [0x17, "ht", 65000, false],
    [0x18, "ht", 7222, true],
    [0x1f, "ht", 72222, true],
    [0x29, "lr", 250, false],
    [0x2a, "lr", 500, false],
  ])("number %d is %s at %d kbit/s", (rate, modulation, kbps, short) => {
    expect(rateInfo(rate)).toMatchObject({ modulation, kbps, short });
  });

  test.each([-1, 0x04, 0x20, 0x28, 0x2b, 1.5, Number.NaN])("number %d is none", (rate) => {
    expect(rateInfo(rate)).toBeUndefined();
  });

  test("every rate with a name of MicroPython's is known, and is as fast as its name says", () => {
    const speeds = Object.entries(Rate).map(([name, rate]) => [name, rateInfo(rate)?.kbps]);
    expect(Object.fromEntries(speeds)).toEqual({
      RATE_1M: 1000,
      RATE_2M: 2000,
      RATE_5M: 5500,
      RATE_11M: 11000,
      RATE_6M: 6000,
      RATE_12M: 12000,
      RATE_24M: 24000,
      RATE_54M: 54000,
      RATE_LORA_250K: 250,
      RATE_LORA_500K: 500,
    });
  });

  test("names are unique", () => {
    const names = Array.from({ length: 64 }, (_, rate) => rateInfo(rate)?.name).filter((name) => name !== undefined);
    expect(new Set(names).size).toBe(names.length);
  });

  test("a legacy speed is the rate with the long preamble; speeds of HT and LR are none", () => {
    expect([1000, 2000, 5500, 11000, 6000, 54000].map(rateOfKbps)).toEqual([
      Rate.RATE_1M,
      Rate.RATE_2M,
      Rate.RATE_5M,
      Rate.RATE_11M,
      Rate.RATE_6M,
      Rate.RATE_54M,
    ]);
    expect([6500, 7222, 250, 500, 0].map(rateOfKbps)).toEqual(new Array(5).fill(undefined));
  });
});
