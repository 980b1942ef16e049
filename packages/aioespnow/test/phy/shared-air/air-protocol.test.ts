import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type MacAddress, macAt } from "#lib/codec/mac-address.ts";
import type { Notice, Request } from "#lib/phy/shared-air/air-messages.ts";
import {
  AIR_PROTOCOL_VERSION,
  decodeNotice,
  decodeRequest,
  encodeNotice,
  encodeRequest,
  MAX_MESSAGE_LENGTH,
} from "#lib/phy/shared-air/air-protocol.ts";
import { fromHex, toHex } from "#lib/util/bytes.ts";
import { surrounded } from "#test/surrounded.ts";

const station = fc.nat(0xffff);
const id = fc.nat(0xffff_ffff);
const channel = fc.integer({ min: 1, max: 14 });
const rate = fc.constantFrom(0, 3, 0x0b, 0x10, 42);
const dBm = fc.float({ min: -120, max: 30, noNaN: true });
const frame = fc.uint8Array({ minLength: 24, maxLength: 2342 });
const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes): MacAddress => macAt(bytes, 0));

const request: fc.Arbitrary<Request> = fc.oneof(
  fc.record({ type: fc.constant("hello"), version: fc.nat(255) }),
  fc.record({
    type: fc.constant("open"),
    station,
    profile: fc.constantFrom("esp32", "esp8266", "host", "quickespnow"),
    promiscuous: fc.boolean(),
  }),
  fc.record({ type: fc.constant("close"), station }),
  fc.record({ type: fc.constant("channel"), station, channel }),
  fc.record({ type: fc.constant("addresses"), station, addresses: fc.array(mac, { maxLength: 4 }) }),
  fc.record({ type: fc.constant("power"), station, dBm }),
  fc.record({ type: fc.constant("protocol"), station, protocol: fc.nat(255) }),
  fc.record({ type: fc.constant("elapse"), station, id, ms: fc.nat(65_535) }),
  fc.record({ type: fc.constant("transmit"), station, id, rate, noAck: fc.boolean(), frame }),
);
const heard = fc.record({
  bytes: frame,
  rssi: dBm,
  rate,
  channel,
  timeMs: fc.double({ noNaN: true, min: 0, max: 1e12 }),
});
const notice: fc.Arbitrary<Notice> = fc.oneof(
  fc.record({ type: fc.constant("welcome"), version: fc.nat(255) }),
  fc.record({ type: fc.constant("refusal"), reason: fc.string({ unit: "grapheme", maxLength: 80 }) }),
  fc.record({ type: fc.constant("alive") }),
  fc.record({ type: fc.constant("elapsed"), station, id }),
  fc.record({ type: fc.constant("heard"), station, frame: heard }),
  fc.record({
    type: fc.constant("report"),
    station,
    id,
    status: fc.constantFrom("acked", "no-ack", "sent", "unknown", "busy", "failed"),
    attempts: fc.nat(255),
  }),
);

describe("the protocol of a shared air", () => {
  test("a request is read as it was written, also in the middle of a larger buffer", () => {
    fc.assert(fc.property(request, (one) => void expect(decodeRequest(surrounded(encodeRequest(one)))).toEqual(one)));
  });

  test("a notice is read as it was written, also in the middle of a larger buffer", () => {
    fc.assert(fc.property(notice, (one) => void expect(decodeNotice(surrounded(encodeNotice(one)))).toEqual(one)));
  });

  test("any bytes are a message or a reason", () => {
    const anything = fc.tuple(fc.constantFrom(1, 2, 3, 4, 5, 6, 7, 0x41, 0x42, 0x43, 0x44, 0x45, 0), fc.uint8Array());
    fc.assert(
      fc.property(anything, ([type, rest]) => {
        for (const decoded of [
          decodeRequest(Uint8Array.of(type, ...rest)),
          decodeNotice(Uint8Array.of(type, ...rest)),
        ]) {
          expect("type" in decoded || decoded.reason !== "").toBe(true);
        }
      }),
    );
  });

  test("no message is longer than the longest frame that was heard", () => {
    const bytes = new Uint8Array(2342);
    const longest = { type: "heard", station: 1, frame: { bytes, rssi: 0, rate: 0, channel: 1, timeMs: 0 } } as const;
    expect(encodeNotice(longest)).toHaveLength(MAX_MESSAGE_LENGTH);
    expect(encodeNotice({ type: "refusal", reason: "€".repeat(5000) }).length).toBeLessThan(MAX_MESSAGE_LENGTH);
  });

  test("hello and welcome are the same in all versions", () => {
    expect(toHex(encodeRequest({ type: "hello", version: AIR_PROTOCOL_VERSION }))).toBe(
      `014553504e0${AIR_PROTOCOL_VERSION}`,
    );
    expect(toHex(encodeNotice({ type: "welcome", version: AIR_PROTOCOL_VERSION }))).toBe(`410${AIR_PROTOCOL_VERSION}`);
  });

  test.each([
    ["", "a message of 0 bytes"],
    ["014553504f01", "no hello of this protocol"],
    ["0000", "a message of 2 bytes"],
    ["77000000", "a message of the unknown type 119"],
    ["0200010400", "an unknown profile"],
    ["02000100", "an unknown profile"],
    ["0300010000", "a close with something behind it"],
    ["04000100", "no channel"],
    ["0400010f", "no channel"],
    ["0500010203", "0.3333333333333333 addresses"],
    [`050001${"020000000001".repeat(5)}`, "5 addresses"],
    ["0600017fc00000", "no transmit power"],
    ["0700010000000100", "a frame of 0 bytes"],
    [`070001000000016300${"00".repeat(24)}`, "the unknown rate 99"],
    [`070001000000010000${"00".repeat(2343)}`, "a frame of 2343 bytes"],
  ])("the request %s is refused: %s", (hex, reason) => {
    expect(decodeRequest(fromHex(hex))).toEqual({ reason });
  });

  test.each([
    ["41", "a welcome of another length"],
    ["4400010000000106ff", "a report of another form"],
    ["43000101000000000000000000000000ff", "a frame of 0 bytes"],
    [`4300010f00000000000000000000000000${"00".repeat(24)}`, "a frame that was heard on no channel, rate or time"],
    ["99", "a message of the unknown type 153"],
  ])("the notice %s is refused: %s", (hex, reason) => {
    expect(decodeNotice(fromHex(hex))).toEqual({ reason });
  });
});
