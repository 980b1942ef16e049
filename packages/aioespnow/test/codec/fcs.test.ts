import { expect, test } from "vitest";
import { appendFcs, checkFcs, fcsOf } from "#lib/codec/fcs.ts";
import { surrounded } from "#test/surrounded.ts";

const ascii = (text: string) => new TextEncoder().encode(text);

/** The definition, bit by bit. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}

test("it is the CRC-32 with the known check values", () => {
  expect(fcsOf(ascii("123456789"), 0, 9)).toBe(0xcbf43926);
  expect(fcsOf(new Uint8Array(0), 0, 0)).toBe(0);
});

test("every length gives what the definition gives, from any offset", () => {
  const bytes = surrounded(Uint8Array.from({ length: 70 }, (_, i) => (i * 73 + 29) & 0xff));
  for (let end = 3; end <= bytes.length; end++) expect(fcsOf(bytes, 3, end)).toBe(crc32(bytes.subarray(3, end)));
});

test("it is appended least significant byte first, and then checks", () => {
  const bytes = surrounded(new Uint8Array(14));
  bytes.set(ascii("123456789"));
  bytes[13] = 0x5a;
  expect(appendFcs(bytes, 0, 9)).toBe(13);
  expect([...bytes.subarray(9)]).toEqual([0x26, 0x39, 0xf4, 0xcb, 0x5a]);
  expect(checkFcs(bytes, 0, 13)).toBe(true);
});

test("any flipped bit is noticed", () => {
  const bytes = new Uint8Array(20);
  appendFcs(bytes, 0, 16);
  for (let bit = 0; bit < 160; bit++) {
    const broken = bytes.slice();
    broken[bit >> 3] = (broken[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(checkFcs(broken, 0, 20)).toBe(false);
  }
});

test("less than four bytes have no FCS", () => {
  expect(checkFcs(new Uint8Array(3), 0, 3)).toBe(false);
  expect(checkFcs(new Uint8Array(12), 8, 11)).toBe(false);
  expect(checkFcs(new Uint8Array(12), 8, 12)).toBe(true); // the FCS of nothing is 0
});
