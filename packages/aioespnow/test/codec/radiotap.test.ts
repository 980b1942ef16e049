import { describe, expect, test } from "vitest";
import { channelOfFrequency, decodeRadiotap, frequencyOfChannel, Radiotap } from "#lib/codec/radiotap.ts";
import { fromHex } from "#lib/util/bytes.ts";
import { surrounded } from "#test/surrounded.ts";

/** The header of `hex` (between three other bytes and two of a frame), which must be accepted. */
function decode(hex: string): Radiotap {
  const bytes = surrounded(fromHex(`eeeeee${hex}d000`));
  const radiotap = new Radiotap();
  expect(decodeRadiotap(bytes, 3, bytes.length, radiotap)).toBe(bytes.length - 2);
  return radiotap;
}

function refusal(hex: string): unknown {
  const bytes = surrounded(fromHex(`eeeeeeeeee${hex}`));
  const start = decodeRadiotap(bytes, 5, bytes.length, new Radiotap());
  return typeof start === "number" ? start : start.reason;
}

test("the header of a card with two antennas: three present words, the first of each field counts", () => {
  //                        present words            TSFT             flags rate channel signal rxflags, signal, antenna
  const radiotap = decode("000026002f4000a0200800a020080000d9c60f0001000000100c6c09c000ad000000ac00a401");
  expect(radiotap.tsft).toBe(2 ** 32 + 0xfc6d9);
  expect(radiotap.hasFcs).toBe(true);
  expect(radiotap.rate).toBe(12);
  expect(radiotap.phyRate).toBe(0x0b);
  expect(radiotap.channel).toBe(1);
  expect(radiotap.signal).toBe(-83);
  expect(radiotap.antenna).toBe(0);
});

test("the status report of a frame that Linux sent: TX flags and retries", () => {
  const radiotap = decode("00000d00048002000200010006");
  expect(radiotap.rate).toBe(2);
  expect(radiotap.txFlags).toBe(1);
  expect(radiotap.dataRetries).toBe(6);
  expect(radiotap.hasFcs).toBe(false);
});

test("a field that is not there is undefined", () => {
  const { tsft, flags, rate, frequency, signal, antenna, txFlags, dataRetries, mcs, channel } =
    decode("0000080000000000");
  const fields = [tsft, flags, rate, frequency, signal, antenna, txFlags, dataRetries, mcs, channel];
  expect(fields).toEqual(new Array(10).fill(undefined));
});

test("an HT rate is known by index and guard interval", () => {
  expect(decode("00000b0000000800070007").phyRate).toBe(0x17);
  expect(decode("00000b0000000800070402").phyRate).toBe(0x1a);
  expect(decode("00000b0000000800070008").phyRate).toBeUndefined(); // two streams
  expect(decode("00000b0000000800010007").mcs).toBeUndefined(); // says that the index is not known
});

test("a rate that wifi_phy_rate_t does not have is undefined", () => {
  expect(decode("00000900040000007f").phyRate).toBeUndefined();
  expect(decode("0000080000000000").phyRate).toBeUndefined();
});

test("fields are aligned to the header's start, not to the buffer's", () => {
  // flags, then channel: a padding byte at 9
  const radiotap = decode("00000e000a00000010ff8509a000");
  expect(radiotap.frequency).toBe(2437);
});

test("a vendor's fields are passed over, and the radiotap namespace taken up again", () => {
  const words = "020000c0" + "ffffffa0" + "20000000"; // flags + vendor; vendor's own, then radiotap; signal
  const vendor = "001122" + "01" + "0300" + "eeeeee"; // at 18: OUI, sub-namespace, 3 bytes to skip
  const radiotap = decode(`00001c00${words}10ff${vendor}c4`);
  expect(radiotap.flags).toBe(0x10);
  expect(radiotap.signal).toBe(-60);
});

test("behind a field of unknown size nothing is read, and the header's length still leads to the frame", () => {
  const radiotap = decode("00000c0002000010" + "10aabbcc");
  expect(radiotap.flags).toBe(0x10);
  expect(decode("00000e0002000080" + "0200000010aa").flags).toBe(0x10); // a second word without bit 29
  expect(decode("00000e00000000b0" + "0600000010c4").rate).toBeUndefined(); // a second word, its fields not found
});

test("a vendor namespace without fields may be the last thing in a header", () => {
  expect(decode("00000e0000000040" + "001122010000").flags).toBeUndefined();
});

test("a field beyond the header's length is not read", () => {
  const radiotap = new Radiotap();
  expect(decodeRadiotap(fromHex("0000080002000000ff"), 0, 9, radiotap)).toEqual({ reason: "radiotap-length" });
  expect(radiotap.flags).toBeUndefined();
});

test("all fields that radiotap defines are passed over by their alignment and size", () => {
  const zeros = "00".repeat(124); // offsets 12 to 136: fields 0 to 27 without the signal, and what aligns them
  const radiotap = decode(`00008900dfffffaf20000000${zeros}c4`);
  expect(radiotap.signal).toBe(-60);
});

test("an object is used again without remembering the header before", () => {
  const radiotap = new Radiotap();
  decodeRadiotap(fromHex("000009000200000010"), 0, 9, radiotap);
  expect(radiotap.hasFcs).toBe(true);
  expect(decodeRadiotap(fromHex("0000080000000000"), 0, 8, radiotap)).toBe(8);
  expect(radiotap.flags).toBeUndefined();
  expect(decodeRadiotap(fromHex("00"), 0, 1, radiotap)).toEqual({ reason: "radiotap-length" });
  expect(radiotap.hasFcs).toBe(false);
});

describe("is refused", () => {
  test.each([
    ["a header that ends before its eighth byte", "00000800000000", "radiotap-length"],
    ["a header of which only the version is there", "01", "radiotap-length"],
    ["another version", "0100080000000000", "radiotap-version"],
    ["a length beyond the end", "0000090000000000", "radiotap-length"],
    ["a length below 8", "0000070000000000", "radiotap-length"],
    ["a length below 8, with a field of unknown size", "0000070000000010", "radiotap-length"],
    ["present words without end", "00000c000000008000000080", "radiotap-length"],
    ["a field beyond the header's length", "0000080002000000ff", "radiotap-length"],
    ["a vendor namespace beyond the header's length", "00000a00000000400000", "radiotap-length"],
    ["a vendor's fields beyond the header's length", "00000e0000000040001122010100", "radiotap-length"],
  ])("%s", (_, hex, reason) => {
    expect(refusal(hex)).toBe(reason);
  });
});

test("channels and their frequencies belong to each other; others have no channel", () => {
  for (let channel = 1; channel <= 14; channel++) {
    expect(channelOfFrequency(frequencyOfChannel(channel))).toBe(channel);
  }
  expect([frequencyOfChannel(1), frequencyOfChannel(13), frequencyOfChannel(14)]).toEqual([2412, 2472, 2484]);
  expect([2407, 2413, 2477, 5180].map(channelOfFrequency)).toEqual([undefined, undefined, undefined, undefined]);
});
