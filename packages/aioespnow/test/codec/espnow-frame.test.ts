import { expect, test } from "vitest";
import { decodeEspNowFrame, decodeMpdu, EspNowFrame } from "#lib/codec/espnow-frame.ts";
import { fromHex, toHex } from "#lib/util/bytes.ts";
import { surrounded } from "#test/surrounded.ts";
import file from "#test/vectors/vectors.json" with { type: "json" };

const HELLO = file.vectors.find(({ id }) => id === "v1-plain-hello") as (typeof file.vectors)[number];
const PROTECTED = file.vectors.find(({ id }) => id === "v1-enc-hello-pn1") as (typeof file.vectors)[number];
const WITH_FCS = "000009000200000010"; // radiotap with flags 0x10
const WITHOUT_FCS = "0000080000000000";

function decode(hex: string, into = new EspNowFrame()): string | undefined {
  const bytes = surrounded(fromHex(hex));
  const result = decodeEspNowFrame(bytes, 0, bytes.length, "v2", into);
  return "reason" in result ? result.reason : undefined;
}

test("a captured frame is decoded in one call, with and without FCS", () => {
  const frame = new EspNowFrame();
  for (const captured of [WITH_FCS + HELLO.mpduWithFcs, WITHOUT_FCS + HELLO.mpdu]) {
    expect(decode(captured, frame)).toBeUndefined();
    expect(toHex(frame.body.data())).toBe(HELLO.payload);
    expect(frame.header.source).toBe(HELLO.src);
    expect(frame.header.destination).toBe(HELLO.dst);
    expect(frame.end - frame.offset).toBe(HELLO.mpdu.length / 2);
  }
});

test("an encrypted frame is decoded as far as its header", () => {
  const frame = new EspNowFrame();
  expect(decode(WITHOUT_FCS + PROTECTED.mpdu, frame)).toBe("protected");
  expect(frame.header.sequenceNumber).toBe(PROTECTED.sequenceNumber);
});

test("each stage names its own reason", () => {
  expect(decode("00")).toBe("radiotap-length");
  expect(decode(WITHOUT_FCS)).toBe("not-action");
  expect(decode(`${WITHOUT_FCS}80${HELLO.mpdu.slice(2)}`)).toBe("not-action");
  expect(decode(WITHOUT_FCS + HELLO.macHeader)).toBe("not-vendor-specific");
  expect(decode(WITHOUT_FCS + HELLO.mpdu.slice(0, -2))).toBe("element-length");
});

test("a frame shorter than the FCS that it is said to have is no action frame", () => {
  expect(decode(`${WITH_FCS}d0`)).toBe("not-action");
});

test("an 802.11 frame without radiotap is decoded from where it stands", () => {
  const bytes = fromHex(`ffff${HELLO.mpdu}ffff`);
  const frame = new EspNowFrame();
  expect(decodeMpdu(bytes, 2, bytes.length - 2, "v1", frame)).toBe(frame);
  expect(toHex(frame.body.data())).toBe(HELLO.payload);
});
