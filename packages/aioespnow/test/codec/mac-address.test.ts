import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BROADCAST, isGroup, type MacAddress, macAt, macBytes, putMac, toMac } from "#lib/codec/mac-address.ts";

const sixBytes = fc.uint8Array({ minLength: 6, maxLength: 6 });
const text = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(":");

describe("toMac", () => {
  test.each([
    "aa:bb:cc:00:01:0f",
    "AA:BB:CC:00:01:0F",
    "aA-bB-Cc-00-01-0f",
    "aabbcc00010f",
    "AABBCC00010F",
    Uint8Array.of(0xaa, 0xbb, 0xcc, 0, 1, 0x0f),
    Buffer.from("aabbcc00010f", "hex"),
    Uint8Array.of(9, 0xaa, 0xbb, 0xcc, 0, 1, 0x0f, 9).subarray(1, 7),
  ])("%o is aa:bb:cc:00:01:0f", (value) => {
    expect(toMac(value)).toBe("aa:bb:cc:00:01:0f");
  });

  test.each([
    "",
    "aa:bb:cc:dd:ee",
    "aa:bb:cc:dd:ee:ff:00",
    "aa:bb:cc:dd:ee:fg",
    "aa:bb-cc:dd-ee:ff",
    "aabb.ccdd.eeff",
    "a:b:c:d:e:f",
    " aa:bb:cc:dd:ee:ff",
    "aa:bb:cc:dd:ee:ff\n",
    "aabbccddeef",
  ])("%j is a RangeError that names the argument and the accepted form", (value) => {
    expect(() => toMac(value, "peer")).toThrow(RangeError);
    expect(() => toMac(value, "peer")).toThrow(/^peer must look like "aa:bb:cc:dd:ee:ff".*not the string/);
  });

  test.each([0, 5, 7])("%d bytes are a RangeError", (length) => {
    expect(() => toMac(new Uint8Array(length))).toThrow(new RangeError(`mac must have 6 bytes, not ${length}`));
  });

  test.each([[undefined], [null], [5], [[1, 2, 3, 4, 5, 6]], [{}], [new ArrayBuffer(6)]])(
    "%o is a TypeError",
    (value) => {
      expect(() => toMac(value as unknown as string, "peer")).toThrow(TypeError);
      expect(() => toMac(value as unknown as string, "peer")).toThrow(
        /^peer must be text like "aa:bb:cc:dd:ee:ff" or 6 bytes/,
      );
    },
  );
});

describe("addresses in frames", () => {
  test("macAt reads what putMac wrote, at any offset of any view, and touches nothing else", () => {
    fc.assert(
      fc.property(sixBytes, fc.nat({ max: 20 }), fc.nat({ max: 20 }), (bytes, viewOffset, offset) => {
        const storage = new Uint8Array(64).fill(0x5a);
        const view = storage.subarray(viewOffset);
        const mac = toMac(bytes);
        expect(putMac(mac, view, offset)).toBe(offset + 6);
        expect(macAt(view, offset)).toBe(text(bytes));
        expect(macBytes(mac)).toEqual(bytes);
        storage.set(new Uint8Array(6).fill(0x5a), viewOffset + offset);
        expect(storage.every((byte) => byte === 0x5a)).toBe(true);
      }),
    );
  });

  test("macAt is right for many more addresses than its cache holds, heard again and again", () => {
    const bytes = new Uint8Array(6);
    for (let round = 0; round < 2; round++) {
      for (let node = 0; node < 5000; node++) {
        bytes.set([node & 0xff, node >> 8, 0, node & 0x0f, 0xff, node >> 4]);
        expect(macAt(bytes, 0)).toBe(text(bytes));
      }
    }
  });

  test("macAt is right for many stations of one vendor, and for addresses that differ in the vendor alone", () => {
    const bytes = Uint8Array.of(0x18, 0xfe, 0x34, 0, 0, 0);
    for (let node = 0; node < 5000; node++) {
      bytes.set([node >> 8, node & 0xff], 4);
      expect(macAt(bytes, 0)).toBe(text(bytes));
    }
    for (let vendor = 0; vendor < 5000; vendor++) {
      bytes.set([0, vendor >> 8, vendor & 0xff, 0, 0, 0]);
      expect(macAt(bytes, 0)).toBe(text(bytes));
    }
  });

  test("the same address is the same string object: hearing a station again makes no new one", () => {
    expect(Object.is(macAt(Uint8Array.of(1, 2, 3, 4, 5, 6), 0), toMac("01:02:03:04:05:06"))).toBe(true);
  });
});

test("an address is a group address when the low bit of its first byte is set (IEEE 802-2014, 8.2.2)", () => {
  expect(isGroup(BROADCAST)).toBe(true);
  fc.assert(
    fc.property(sixBytes, (bytes) => {
      expect(isGroup(toMac(bytes))).toBe(((bytes[0] as number) & 1) === 1);
    }),
  );
  expect(["00", "01", "0a", "0b", "fe", "ff"].map((byte) => isGroup(`${byte}:00:00:00:00:00` as MacAddress))).toEqual([
    false,
    true,
    false,
    true,
    false,
    true,
  ]);
});
