import { expect, test } from "vitest";
import {
  bssid,
  decodeManagementHeader,
  destinationOf,
  encodeAck,
  encodeActionHeader,
  isAck,
  isAction,
  isProtected,
  isRetry,
  ManagementHeader,
  sequenceNumber,
  setRetry,
  sourceOf,
} from "#lib/codec/dot11.ts";
import { BROADCAST, toMac } from "#lib/codec/mac-address.ts";
import { fromHex, toHex } from "#lib/util/bytes.ts";
import { surrounded } from "#test/surrounded.ts";

const A = toMac("02:aa:bb:cc:dd:01");
const B = toMac("02:11:22:33:44:55");

function actionFrame(offset = 0): Uint8Array {
  const bytes = surrounded(new Uint8Array(offset + 24));
  const header = { destination: A, source: B, bssid: BROADCAST, sequenceNumber: 0xabc, protected: true, duration: 314 };
  expect(encodeActionHeader(bytes, offset, header)).toBe(offset + 24);
  return bytes;
}

test("an action header is written field by field, wherever it begins", () => {
  //                                     FC   dur  address 1    address 2    address 3    sequence
  expect(toHex(actionFrame())).toBe("d0403a0102aabbccdd01021122334455ffffffffffffc0ab");
  expect(actionFrame(3).subarray(3)).toEqual(actionFrame());
});

test("a header without a duration leaves it to the hardware, as 0", () => {
  const bytes = new Uint8Array(24).fill(0xff);
  encodeActionHeader(bytes, 0, { destination: A, source: B, bssid: A, sequenceNumber: 0, protected: false });
  expect(toHex(bytes.subarray(0, 4))).toBe("d0000000");
});

test("the readers of single fields agree with what was written", () => {
  const bytes = actionFrame(7);
  expect(isAction(bytes, 7)).toBe(true);
  expect(isProtected(bytes, 7)).toBe(true);
  expect([destinationOf(bytes, 7), sourceOf(bytes, 7), bssid(bytes, 7)]).toEqual([A, B, BROADCAST]);
  expect(sequenceNumber(bytes, 7)).toBe(0xabc);
});

test("a retransmission differs from the frame in the Retry bit alone", () => {
  const bytes = actionFrame();
  expect(isRetry(bytes)).toBe(false);
  setRetry(bytes);
  setRetry(bytes);
  expect(isRetry(bytes)).toBe(true);
  expect(toHex(bytes.subarray(0, 4))).toBe("d0483a01");
});

test("an action frame is one with a whole header, inside the frame's end", () => {
  const bytes = actionFrame();
  expect(isAction(bytes, 0, 23)).toBe(false);
  expect(isAction(bytes.subarray(0, 23))).toBe(false);
  expect(isAction(actionFrame(7), 7, 30)).toBe(false);
  bytes[0] = 0x80; // a beacon
  expect(isAction(bytes)).toBe(false);
});

test("a header that is not all there is not decoded, and leaves the object as it was", () => {
  const header = new ManagementHeader();
  const bytes = actionFrame();
  expect(decodeManagementHeader(bytes, 0, 24, header)).toBe(24);
  expect(decodeManagementHeader(bytes, 1, 24, header)).toEqual({ reason: "header-length" });
  expect(header.offset).toBe(0);
  expect([header.type, header.flags, header.duration]).toEqual([0xd0, 0x40, 314]);
});

test("an ACK is known by its type and names its receiver", () => {
  const bytes = surrounded(new Uint8Array(16).fill(0xee));
  expect(encodeAck(bytes, 3, A)).toBe(13);
  expect(toHex(bytes)).toBe("eeeeeed400000002aabbccdd01eeeeee");
  expect(isAck(bytes, 3)).toBe(true);
  expect(destinationOf(bytes, 3)).toBe(A);
  expect(isAck(bytes, 3, 12)).toBe(false);
  expect(isAck(fromHex("d000000002aabbccdd01"))).toBe(false);
});
