import { expect, test } from "vitest";
import { decodeRadiotap, Radiotap, TX_FLAGS } from "#lib/codec/radiotap.ts";
import {
  type CaptureHeader,
  encodeCaptureHeader,
  encodeInjectionHeader,
  MAX_WRITTEN_RADIOTAP_LENGTH,
} from "#lib/codec/radiotap-writer.ts";
import { Rate, rateInfo } from "#lib/codec/rate.ts";
import { toHex } from "#lib/util/bytes.ts";
import { surrounded } from "#test/surrounded.ts";

/** wifi_phy_rate_t without the long range rates. */
const RATES = Array.from({ length: 0x20 }, (_, rate) => rate).filter((rate) => rateInfo(rate) !== undefined);

/** What `encode` writes into the middle of a buffer, of which it must leave all else alone. */
function written(encode: (bytes: Uint8Array, offset: number) => number): Uint8Array {
  const bytes = surrounded(new Uint8Array(MAX_WRITTEN_RADIOTAP_LENGTH + 6).fill(0xee));
  const end = encode(bytes, 3);
  const around = [...bytes.subarray(0, 3), ...bytes.subarray(end)];
  expect(around).toEqual(around.map(() => 0xee));
  return bytes.subarray(3, end);
}

function injection(rate: Rate, noAck = false): Uint8Array {
  return written((bytes, offset) => encodeInjectionHeader(bytes, offset, { rate, noAck }));
}

function capture(header: CaptureHeader): Uint8Array {
  return written((bytes, offset) => encodeCaptureHeader(bytes, offset, header));
}

function decode(bytes: Uint8Array): Radiotap {
  const radiotap = new Radiotap();
  expect(decodeRadiotap(bytes, 0, bytes.length, radiotap)).toBe(bytes.length);
  return radiotap;
}

test("the header before a frame to be sent", () => {
  //                                                 length present flags rate TX flags
  expect(toHex(injection(Rate.RATE_1M, true))).toBe("00000c00068000000002" + "1800");
  expect(toHex(injection(0x17))).toBe("00000f00028008000000" + "1000" + "070007");
});

test("nothing to be sent is ever said to have an FCS, and all keep their sequence number", () => {
  for (const rate of RATES) {
    const radiotap = decode(injection(rate));
    expect(radiotap.hasFcs).toBe(false);
    expect(radiotap.txFlags).toBe(TX_FLAGS.NO_SEQ);
  }
});

test("every rate that radiotap can name is read back, the short preamble from the flags", () => {
  for (const rate of RATES) {
    const radiotap = decode(injection(rate));
    const info = rateInfo(rate);
    const isShortPreamble = info?.modulation === "dsss" && info.short;
    expect(radiotap.phyRate).toBe(isShortPreamble ? rate - 4 : rate);
    expect(radiotap.flags).toBe(isShortPreamble ? 0x02 : 0);
  }
});

test("a rate that only ESP32s can send, or that does not exist, is refused by name", () => {
  expect(() => injection(Rate.RATE_LORA_250K)).toThrow(
    new RangeError("rate must be one that Wi-Fi cards can send, not LR 250K"),
  );
  expect(() => injection(99)).toThrow(RangeError);
});

test("the header before a captured frame is read back field by field", () => {
  for (const rate of [Rate.RATE_1M, Rate.RATE_6M, 0x1f]) {
    for (const signal of [-83, undefined]) {
      const radiotap = decode(capture({ tsft: 2 ** 40 + 5, rate, channel: 11, signal, hasFcs: true }));
      expect(radiotap.tsft).toBe(2 ** 40 + 5);
      expect(radiotap.phyRate).toBe(rate);
      expect(radiotap.channel).toBe(11);
      expect(radiotap.signal).toBe(signal);
      expect(radiotap.hasFcs).toBe(true);
    }
  }
});

test.each([
  ["of a long range rate", Rate.RATE_LORA_500K],
  ["of a rate that does not exist", 99],
])("a captured frame %s has a header without rate", (_, rate) => {
  const radiotap = decode(capture({ tsft: 0, rate, channel: 1, signal: -40, hasFcs: false }));
  expect(radiotap.phyRate).toBeUndefined();
  expect(radiotap.signal).toBe(-40);
  expect(radiotap.flags).toBe(0);
});

test("a captured frame with a short preamble says so in its flags", () => {
  const flags = (rate: Rate) => decode(capture({ tsft: 0, rate, channel: 1, signal: 0, hasFcs: true })).flags;
  expect([flags(Rate.RATE_2M), flags(0x05), flags(0x18)]).toEqual([0x10, 0x12, 0x10]);
});

test("the channel's flags say the modulation: CCK, OFDM, or both", () => {
  const flags = (rate: Rate) =>
    toHex(capture({ tsft: 0, rate, channel: 1, signal: 0, hasFcs: false }).subarray(20, 22));
  expect([flags(Rate.RATE_1M), flags(Rate.RATE_6M), flags(0x10)]).toEqual(["a000", "c000", "8004"]);
});
