import { describe, expect, test } from "vitest";
import { Rate, rateInfo, rateOfKbps } from "#lib/codec/rate.ts";

describe("rates (wifi_phy_rate_t)", () => {
  test.each([
    [0x00, "1M", "dsss", 1000, false],
    [0x01, "2M", "dsss", 2000, false],
    [0x02, "5.5M", "dsss", 5500, false],
    [0x03, "11M", "dsss", 11000, false],
    [0x05, "2M short", "dsss", 2000, true],
    [0x06, "5.5M short", "dsss", 5500, true],
    [0x07, "11M short", "dsss", 11000, true],
    [0x08, "48M", "ofdm", 48000, false],
    [0x09, "24M", "ofdm", 24000, false],
    [0x0a, "12M", "ofdm", 12000, false],
    [0x0b, "6M", "ofdm", 6000, false],
    [0x0c, "54M", "ofdm", 54000, false],
    [0x0d, "36M", "ofdm", 36000, false],
    [0x0e, "18M", "ofdm", 18000, false],
    [0x0f, "9M", "ofdm", 9000, false],
    [0x10, "MCS0 LGI", "ht", 6500, false],
    [0x17, "MCS7 LGI", "ht", 65000, false],
    [0x18, "MCS0 SGI", "ht", 7222, true],
    [0x1f, "MCS7 SGI", "ht", 72222, true],
    [0x29, "LR 250K", "lr", 250, false],
    [0x2a, "LR 500K", "lr", 500, false],
  ])("number %d is %s: %s at %d kbit/s", (rate, name, modulation, kbps, short) => {
    expect(rateInfo(rate)).toEqual({ name, modulation, kbps, short });
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
