import { expect, test } from "vitest";
import {
  decodeCcmpHeader,
  encodeCcmpHeader,
  MAX_PACKET_NUMBER,
  packetNumber,
  writeAad,
  writeNonce,
} from "#lib/codec/ccmp-header.ts";
import { fromHex, toHex } from "#lib/util/bytes.ts";
import { surrounded } from "#test/surrounded.ts";

test.each([0, 1, 0xffff, 0x10000, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 0xaabbccddeeff, MAX_PACKET_NUMBER])(
  "packet number %d comes back as it was written",
  (pn) => {
    const bytes = surrounded(new Uint8Array(11));
    expect(encodeCcmpHeader(bytes, 3, pn)).toBe(11);
    expect(decodeCcmpHeader(bytes, 3)).toBe(pn);
  },
);

test("the packet number is spread over the header as a device spreads it (docs/protocol.md 2.2)", () => {
  const bytes = new Uint8Array(12).fill(0x5a);
  encodeCcmpHeader(bytes, 2, 0xaabbccddeeff);
  expect(toHex(bytes)).toBe("5a5affee00e0ddccbbaa5a5a");
});

test("the nonce ends with all six bytes of the packet number, most significant first (docs/protocol.md 2.3)", () => {
  const nonce = new Uint8Array(13).fill(0xff);
  writeNonce(fromHex("d0403a0102aabbccdd01021122334455ffffffffffff2000"), 0xaabbccddeeff, nonce);
  expect(toHex(nonce)).toBe("00021122334455aabbccddeeff");
});

test("another key id, or no ExtIV, is refused", () => {
  for (const keyId of [0x20, 0x60, 0xa0, 0xc0, 0x00]) {
    const reason = (keyId & 0x20) === 0 ? "ccmp-ext-iv" : "ccmp-key-id";
    expect(decodeCcmpHeader(Uint8Array.of(1, 0, 0, keyId, 0, 0, 0, 0), 0)).toEqual({ reason });
  }
});

test("a frame that has no room for CCMP header and MIC has no packet number", () => {
  const frame = new Uint8Array(40);
  encodeCcmpHeader(frame, 24, 5);
  expect(packetNumber(frame)).toBe(5);
  expect(packetNumber(frame.subarray(0, 39))).toEqual({ reason: "ccmp-length" });
});

test("what may change between transmissions is not authenticated: Retry, power management, more data, sequence number", () => {
  //                    FC   dur  addresses                            sequence
  const first = fromHex("d0403a0102aabbccdd01021122334455ffffffffffff2000");
  const again = fromHex("d078000002aabbccdd01021122334455fffffffffffff0ff");
  const [a, b] = [new Uint8Array(22), new Uint8Array(22)];
  writeAad(first, a);
  writeAad(again, b);
  expect(toHex(a)).toBe("804002aabbccdd01021122334455ffffffffffff0000");
  expect(b).toEqual(a);
});
