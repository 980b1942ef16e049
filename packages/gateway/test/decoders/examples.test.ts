import { toMac } from "aioespnow/codec";
import { detect, FORMATS } from "espnow-gateway/decoders";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "#gateway/decoders/bytes.ts";
import { ENCODE_CONTEXT } from "./decode-hex.ts";

const SOURCE = "02:00:00:00:00:01";

describe.each(FORMATS)("$title", (format) => {
  test.each([...format.examples])("example: $title", ({ message, options, source = SOURCE, values, events = [] }) => {
    const bytes = fromHex(message);
    const decoder = format.create(options);
    const decoded = decoder.decode(bytes, { source: toMac(source) });
    expect(decoded).toMatchObject({ values, events });
    if ("reason" in decoded) throw new Error(decoded.reason);
    expect(decoded.values).toEqual(values);
    const seen = { values, events: Object.fromEntries(events.map(({ key, type }) => [key, [type]])) };
    const entities = decoder.describe(seen);
    const keys = new Set([...Object.keys(values), ...Object.keys(seen.events)]);
    expect(new Set(entities.map(({ key }) => key))).toEqual(keys);
    for (const entity of entities) {
      if (entity.platform === "event")
        expect(entity.eventTypes).toEqual(expect.arrayContaining(seen.events[entity.key] ?? []));
    }
  });

  test.each([...(format.commands ?? [])])("command: $title", ({ options, values, message, challenge }) => {
    const decoder = format.create(options);
    const bytes = decoder.encode?.(values, { ...ENCODE_CONTEXT, challenge }) as Uint8Array;
    expect(toHex(bytes)).toBe(message);
  });

  test("has commands if it has messages to nodes, and only then", () => {
    const { encode } = format.create((format.commands ?? format.examples)[0]?.options ?? {});
    expect(format.commands !== undefined).toBe(encode !== undefined);
  });

  test("has examples, and recognizes them (a record has no mark to recognize it by)", () => {
    expect(format.examples.length).toBeGreaterThan(0);
    for (const { message } of format.examples) {
      const names = detect(fromHex(message)).map((candidate) => candidate.format.name);
      if (format.name === "struct") expect(names).not.toContain("struct");
      else expect(names).toContain(format.name);
    }
  });

  test("refuses no bytes at all, and a single byte of no meaning", () => {
    const decoder = format.create(format.examples[0]?.options ?? {});
    for (const bytes of [new Uint8Array(), Uint8Array.of(0xff)]) {
      const result = decoder.decode(bytes, { source: toMac(SOURCE) });
      expect(result).toEqual({ reason: expect.stringMatching(/^[a-z].*[^.]$/i) });
      expect(format.recognize(bytes)).toBe("none");
    }
  });
});
