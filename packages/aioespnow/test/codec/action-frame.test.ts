import { describe, expect, test } from "vitest";
import {
  ActionBody,
  actionBodyLength,
  decodeActionBody,
  encodeActionBody,
  isForeign,
  MAX_DATA_LEN,
  MAX_DATA_LEN_V1,
  type ReceiveRules,
} from "#lib/codec/action-frame.ts";
import { fromHex, toHex } from "#lib/util/bytes.ts";
import { surrounded } from "#test/surrounded.ts";

const PREFIX = "7f18fe3401020304";
const HI = "dd0718fe3404016869"; // an element of version 1 with the body "hi"
const HO = "dd0718fe340402686f";

function decode(hex: string, rules: ReceiveRules = "v2"): string {
  const bytes = surrounded(fromHex(hex));
  const body = new ActionBody();
  const result = decodeActionBody(bytes, 0, bytes.length, rules, body);
  return "reason" in result ? result.reason : `ok ${toHex(body.data())}`;
}

function encode(length: number, version: 1 | 2): Uint8Array {
  const data = Uint8Array.from({ length }, (_, i) => i % 251);
  const bytes = surrounded(new Uint8Array(actionBodyLength(length, version)));
  expect(encodeActionBody(bytes, 0, data, version, 0x89abcdef)).toBe(bytes.length);
  return bytes;
}

test("the length of a body is that of prefix, elements and data", () => {
  expect(actionBodyLength(1, 1)).toBe(16);
  expect(actionBodyLength(MAX_DATA_LEN_V1, 1)).toBe(265);
  expect(actionBodyLength(250, 2)).toBe(265);
  expect(actionBodyLength(251, 2)).toBe(273);
  expect(actionBodyLength(MAX_DATA_LEN, 2)).toBe(1520);
});

test("the random value is written most significant byte first and read back as 32 bits without sign", () => {
  const body = new ActionBody();
  const bytes = encode(1, 1);
  expect(toHex(bytes.subarray(4, 8))).toBe("89abcdef");
  decodeActionBody(bytes, 0, bytes.length, "v2", body);
  expect(body.random).toBe(0x89abcdef);
});

describe("a receiver of version 2 (docs/protocol.md 1.4)", () => {
  test("takes one element, whatever its version byte says", () => {
    expect(decode(PREFIX + HI)).toBe("ok 6869");
    expect(decode(`${PREFIX}dd0718fe3404ff6869`)).toBe("ok 6869");
    expect(decode(`${PREFIX}dd0718fe3404126869`)).toBe("ok 6869");
  });

  test("joins elements, also short and empty ones and without more-data bits", () => {
    expect(decode(PREFIX + HI + HO)).toBe("ok 6869686f");
    expect(decode(`${PREFIX}${HI}dd0518fe340402${HO}`)).toBe("ok 6869686f");
  });

  test("takes category 126 as it takes 127", () => {
    expect(decode(`7e18fe3401020304${HI}`)).toBe("ok 6869");
  });

  test("takes more bytes than a sender may send: 2000 in 8 elements", () => {
    const bytes = encode(2000, 2);
    const body = new ActionBody();
    expect(decodeActionBody(bytes, 0, bytes.length, "v2", body)).toBe(body);
    expect(body.elementCount).toBe(8);
    expect(body.data()).toEqual(Uint8Array.from({ length: 2000 }, (_, i) => i % 251));
  });

  test.each([
    ["an empty body", "", "not-vendor-specific"],
    ["another category", `0318fe3401020304${HI}`, "not-vendor-specific"],
    ["another organisation", `7f0050f201020304${HI}`, "not-espressif"],
    ["an organisation that differs in its first byte", `7f00fe3401020304${HI}`, "not-espressif"],
    ["an organisation that differs in its second byte", `7f18003401020304${HI}`, "not-espressif"],
    ["nothing but category and organisation", "7f18fe34", "too-short"],
    ["another type in the first element", `${PREFIX}dd0718fe3405016869`, "not-esp-now"],
    ["14 bytes", `${PREFIX}dd0518fe3404`, "too-short"],
    ["no data", `${PREFIX}dd0518fe340401`, "empty"],
    ["another element id", `${PREFIX}dc0718fe3404016869`, "element-id"],
    ["another OUI in the element", `${PREFIX}dd0718fe3504016869`, "element-oui"],
    ["another type in the second element", `${PREFIX}${HI}dd0718fe3405026869`, "element-type"],
    ["another OUI in the second element", `${PREFIX}${HI}dd070050f204026869`, "element-oui"],
    ["an element that ends before its own header", `${PREFIX}dd0418fe3404016869`, "element-length"],
    ["an element that is longer than the body", `${PREFIX}dd0818fe3404016869`, "element-length"],
    ["a byte too many", `${PREFIX}${HI}00`, "element-id"],
    ["the beginning of another element", `${PREFIX}${HI}dd05`, "element-length"],
  ])("refuses %s", (_, hex, reason) => {
    expect(decode(hex)).toBe(reason);
  });

  test("looks at nothing behind the end of a body, however short", () => {
    const bytes = fromHex(PREFIX + HI);
    for (let end = 0; end < 4; end++) {
      expect(decodeActionBody(bytes, 0, end, "v2", new ActionBody())).toEqual({ reason: "not-vendor-specific" });
    }
  });

  test("refuses what is longer than any management frame", () => {
    const longest = toHex(encode(2233, 2));
    expect(longest).toHaveLength(2 * 2304);
    expect(decode(longest)).toMatch(/^ok /);
    expect(decode(`${longest}00`)).toBe("too-long");
  });
});

describe("a receiver of version 1 (docs/protocol.md 1.5)", () => {
  test("takes the first element, whatever its id, OUI, type and version", () => {
    expect(decode(PREFIX + HI, "v1")).toBe("ok 6869");
    expect(decode(`${PREFIX}000700000000ff6869`, "v1")).toBe("ok 6869");
  });

  test("takes a short message of version 2, and cuts a long one down to its first 250 bytes", () => {
    expect(decode(PREFIX + HO, "v1")).toBe("ok 686f");
    const bytes = encode(251, 2);
    const body = new ActionBody();
    expect(decodeActionBody(bytes, 0, bytes.length, "v1", body)).toBe(body);
    expect([body.elementCount, body.dataLength, body.data().length]).toEqual([1, 250, 250]);
  });

  test("of ESP-IDF 5.3.2 discards what is longer than one element", () => {
    expect(decode(PREFIX + HI, "v1-discard")).toBe("ok 6869");
    expect(decode(toHex(encode(251, 2)), "v1-discard")).toBe("too-long");
  });

  test.each(["v1", "v1-discard"] as const)("(%s) refuses lengths that lead out of the frame", (rules) => {
    expect(decode(`${PREFIX}dd0418fe3404016869`, rules)).toBe("element-length");
    expect(decode(`${PREFIX}dd0818fe3404016869`, rules)).toBe("element-length");
    expect(decode(`${PREFIX}dd0518fe340401`, rules)).toBe("empty");
  });
});

test("other protocols are told apart from ESP-NOW gone wrong", () => {
  expect((["not-vendor-specific", "not-espressif", "not-esp-now"] as const).map(isForeign)).toEqual([true, true, true]);
  expect((["too-short", "too-long", "empty", "element-id"] as const).map(isForeign)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test("one element is not copied, several are; each is valid until the next body", () => {
  const body = new ActionBody();
  const one = encode(3, 2);
  decodeActionBody(one, 0, one.length, "v2", body);
  expect(body.data().buffer).toBe(one.buffer);

  const two = encode(300, 2);
  decodeActionBody(two, 0, two.length, "v2", body);
  expect(body.data().buffer).not.toBe(two.buffer);
  expect(body.data()).toHaveLength(300);
});
