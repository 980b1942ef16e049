import { createDecoder, type StructField } from "espnow-gateway/decoders";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toHex } from "#gateway/decoders/bytes.ts";
import { decodeHex, ENCODE_CONTEXT, reasonOf } from "./decode-hex.ts";

const fields = (...keys: string[]): StructField[] => keys.map((key) => ({ key }));

describe("records", () => {
  test.each([
    // What struct.pack of Python gives for these.
    [
      "<bBhHiIqQ",
      "ff ff feff feff fdffffff fdffffff fcffffffffffffff 0500000000000000",
      [-1, 255, -2, 65534, -3, 4294967293, -4, 5],
    ],
    [">hI", "fffe fffffffd", [-2, 4294967293]],
    ["!H", "0102", [258]],
    ["=H", "0201", [258]],
    ["<efd", "604d 0000ac41 0000000000803540", [21.5, 21.5, 21.5]],
    ["<e", "0100", [5.96e-8]],
    ["<?x2B", "01 aa 0203", [true, 2, 3]],
    ["<4s", "6f6b0000", ["ok"]],
    ["<2s", "ff00", ["ff00"]],
    // Aligned as on an ESP32.
    ["BH", "01 aa 0200", [1, 2]],
    ["@Bd", "01 aaaaaaaaaaaaaa 0000000000803540", [1, 21.5]],
  ])("%s", (layout, message, values) => {
    const keys = values.map((_, i) => `v${i}`);
    const expected = Object.fromEntries(values.map((value, i) => [`v${i}`, value]));
    expect(decodeHex({ format: "struct", layout, fields: fields(...keys) }, message)).toMatchObject({
      values: expected,
    });
  });

  test("a number is scaled without a rest of the binary system, and one number can mean unknown", () => {
    const config = {
      format: "struct",
      layout: "<hh",
      fields: [
        { key: "a", scale: 0.01, offset: 1 },
        { key: "b", unknown: -1 },
      ],
    } as const;
    expect(decodeHex(config, "0700 ffff")).toMatchObject({ values: { a: 1.07, b: null } });
  });

  test("a message of another length is refused", () => {
    expect(reasonOf(decodeHex({ format: "struct", layout: "<H", fields: fields("a") }, "010203"))).toBe(
      "not 2 bytes long",
    );
  });

  test.each([
    ["", fields(), /has no values/],
    ["<z", fields("a"), /has "z"; the letters are \? b B/],
    ["<n", fields("a"), /has "n"/],
    ["<2000B", fields("a"), /longer than a message \(1470 bytes\)/],
    ["<99999999999999999999s", fields("a"), /longer than a message/],
    ["<HH", fields("a"), /has 2 values, and there are 1 fields/],
    ["<HH", fields("a", "a"), /two fields are called "a"/],
    ["<H", [{ key: "a", scale: 0 }], /scale of "a" must be a number other than 0/],
  ])("the layout %j is refused when the decoder is made", (layout, list, message) => {
    expect(() => createDecoder({ format: "struct", layout, fields: list })).toThrow(message);
  });

  test("what can be set is encoded, as a whole record", () => {
    const decoder = createDecoder({
      format: "struct",
      layout: "<B?h4s",
      fields: [
        { key: "mode", words: { 0: "off", 1: "heat" } },
        { key: "relay", platform: "switch" },
        { key: "target", platform: "number", scale: 0.1, min: 5, max: 30, unit: "°C" },
        { key: "label" },
      ],
    });
    const values = { mode: "heat", relay: true, target: 21.5, label: "abc" };
    expect(toHex(decoder.encode?.(values, ENCODE_CONTEXT) as Uint8Array)).toBe("0101d70061626300");
    expect(decoder.encode?.({ mode: "heat" }, ENCODE_CONTEXT)).toEqual({
      reason: "relay is missing: a record has all of its values",
    });
    expect(decoder.encode?.({ ...values, mode: "cool" }, ENCODE_CONTEXT)).toEqual({ reason: 'mode cannot be "cool"' });
    expect(decoder.encode?.({ ...values, target: 4000 }, ENCODE_CONTEXT)).toEqual({ reason: "target cannot be 4000" });
    expect(decoder.encode?.({ ...values, label: "abcde" }, ENCODE_CONTEXT)).toEqual({
      reason: 'label cannot be "abcde"',
    });
    expect(decoder.describe({ values: {}, events: {} })).toMatchObject([
      { platform: "sensor", key: "mode" },
      { platform: "switch", key: "relay" },
      { platform: "number", key: "target", min: 5, max: 30, step: 0.1, unit: "°C" },
      { platform: "sensor", key: "label" },
    ]);
  });

  test("a record of sensors cannot be set", () => {
    expect(createDecoder({ format: "struct", layout: "<H", fields: fields("a") }).encode).toBeUndefined();
  });

  test("numbers that fit come back as they were", () => {
    const list = ["a", "b", "c", "d"].map((key): StructField => ({ key, platform: "number" }));
    const decoder = createDecoder({ format: "struct", layout: ">bHiQ", fields: list });
    const numbers = fc.record({
      a: fc.integer({ min: -128, max: 127 }),
      b: fc.nat(0xffff),
      c: fc.integer(),
      d: fc.nat(Number.MAX_SAFE_INTEGER),
    });
    fc.assert(
      fc.property(numbers, (values) => {
        const bytes = decoder.encode?.(values, ENCODE_CONTEXT) as Uint8Array;
        expect(decoder.decode(bytes, { source: "02:00:00:00:00:01" as never })).toEqual({ values, events: [] });
      }),
    );
  });
});
