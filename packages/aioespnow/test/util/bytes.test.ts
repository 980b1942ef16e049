import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as bytes from "#lib/util/bytes.ts";
import { describe as describeValue } from "#lib/util/check.ts";

describe("toBytes", () => {
  test("a string is its UTF-8 bytes", () => {
    expect(bytes.toBytes("aä€😀", "msg")).toEqual(new Uint8Array(Buffer.from("aä€😀", "utf8")));
  });

  test("bytes are returned as they are, a view with an offset too", () => {
    for (const given of [new Uint8Array(3), new Uint8Array(8).subarray(2, 5)]) {
      expect(bytes.toBytes(given, "msg")).toBe(given);
    }
  });

  test("a Buffer becomes a plain Uint8Array of the same memory, whose slice copies", () => {
    const buffer = Buffer.from("abc");
    const plain = bytes.toBytes(buffer, "msg");
    expect(plain.constructor).toBe(Uint8Array);
    const copy = plain.slice();
    buffer.fill(0);
    expect([[...plain], [...copy]]).toEqual([
      [0, 0, 0],
      [97, 98, 99],
    ]);
  });

  test.each([[undefined], [null], [5], [[1, 2]], [{}], [new ArrayBuffer(3)], [new Uint16Array(3)]])(
    "%o is a TypeError that names the argument and what is accepted",
    (value) => {
      expect(() => bytes.toBytes(value as unknown as string, "msg")).toThrow(
        new TypeError(`msg must be a Uint8Array or a string, not ${describeValue(value)}`),
      );
    },
  );
});

describe("hexadecimal text", () => {
  test("toHex writes two lower-case digits for each byte, and fromHex reads them in either case", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (data) => {
        const text = bytes.toHex(data);
        expect(text).toBe(Buffer.from(data).toString("hex"));
        expect(bytes.fromHex(text)).toEqual(data);
        expect(bytes.fromHex(text.toUpperCase())).toEqual(data);
      }),
    );
  });

  test("hexByte pads to two digits", () => {
    expect([0, 9, 0x1f, 0xff].map(bytes.hexByte)).toEqual(["00", "09", "1f", "ff"]);
  });

  test.each(["0", "abc", "0g", "0x12", "12 34", "é0"])("fromHex(%j) is a RangeError", (text) => {
    expect(() => bytes.fromHex(text)).toThrow(RangeError);
  });
});

describe("equalBytes", () => {
  test("compares contents, not storage", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
        expect(bytes.equalBytes(a, Uint8Array.from(a))).toBe(true);
        expect(bytes.equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0);
      }),
    );
  });

  test("a prefix is not equal, nor is one differing byte at either end", () => {
    const a = Uint8Array.of(1, 2, 3);
    for (const b of [
      [1, 2],
      [1, 2, 3, 0],
      [0, 2, 3],
      [1, 2, 0],
    ]) {
      expect(bytes.equalBytes(a, Uint8Array.from(b))).toBe(false);
    }
  });
});
