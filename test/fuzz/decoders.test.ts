import { toMac } from "aioespnow/codec";
import {
  createDecoder,
  type DecodeResult,
  type Decoder,
  type DecoderConfig,
  detect,
  FORMATS,
  readTransfer,
} from "espnow-gateway/decoders";
import fc from "fast-check";
import { expect, test } from "vitest";
import { fromHex } from "#lib/util/bytes.ts";
import { surrounded } from "../surrounded.ts";

/** Runs of each property. CI asks for more. */
const { FUZZ_RUNS = "15000" } = process.env;
const RUNS = Number(FUZZ_RUNS);
/** How long many runs take is no fault. */
const NO_TIMEOUT = Number.POSITIVE_INFINITY;

const SOURCE = toMac("54:48:e6:8f:80:a5");
const EXAMPLES = FORMATS.flatMap(({ examples }) => examples.map(({ message }) => fromHex(message)));
/** Every format as its examples use it, and with options that lead elsewhere. */
const DECODERS: readonly Decoder[] = [
  ...FORMATS.flatMap((format) => format.examples.map(({ options }) => format.create(options))),
  ...(
    [
      { format: "esphome", key: "correct horse" },
      { format: "espnow-bus", group: "house" },
      { format: "zh-network", payload: { format: "bthome" } },
      { format: "esp-now", payload: { format: "esp-now", payload: { format: "cayenne-lpp" } } },
    ] satisfies DecoderConfig[]
  ).map(createDecoder),
];

const anyBytes = fc.uint8Array({ maxLength: 300, size: "max" });

/** An example with up to four bytes changed, cut off or with more behind it. */
const mutatedExample = fc
  .record({
    example: fc.constantFrom(...EXAMPLES),
    changes: fc.array(fc.tuple(fc.nat(60), fc.nat(255)), { maxLength: 4 }),
    cut: fc.nat(12),
    more: fc.uint8Array({ maxLength: 12 }),
  })
  .map(({ example, changes, cut, more }) => {
    const bytes = Uint8Array.of(...example.subarray(0, Math.max(0, example.length - cut)), ...more);
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });

/** Whether JSON can say it without loss. */
function isValue(value: unknown): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  return typeof value === "object" && Object.values(value).every(isValue);
}

/** Whether it is an answer that a decoder may give: a reason, or values with entities that can be told. */
function isAnswer(decoder: Decoder, result: DecodeResult): boolean {
  if ("reason" in result) return result.reason !== "";
  const { values, events } = result;
  const seen = { values, events: Object.fromEntries(events.map(({ key, type }) => [key, [type]])) };
  return isValue(values) && decoder.describe(seen).every(({ key }) => typeof key === "string");
}

function decodeAll(bytes: Uint8Array): string {
  const results = DECODERS.map((decoder) => decoder.decode(bytes, { source: SOURCE }));
  const text = (_: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);
  return JSON.stringify(
    [results, readTransfer(bytes) ?? null, detect(bytes).map(({ format, likeness }) => [format.name, likeness])],
    text,
  );
}

test.each([
  ["any bytes", anyBytes],
  ["mutated examples", mutatedExample],
])(
  "%s are decoded or refused by every decoder, and nothing around them is read",
  (_, arbitrary) => {
    const standsAlone = fc.property(arbitrary, (bytes) => {
      const answers = DECODERS.map((decoder) => isAnswer(decoder, decoder.decode(bytes, { source: SOURCE })));
      return answers.every(Boolean) && decodeAll(bytes) === decodeAll(surrounded(bytes));
    });
    fc.assert(standsAlone, { numRuns: Math.ceil(RUNS / 30) });
  },
  NO_TIMEOUT,
);

/** `bytes` that count how often one of them is read. */
function counting(bytes: Uint8Array): { counted: Uint8Array; reads: () => number } {
  let reads = 0;
  const counted = new Proxy(bytes, {
    get(target, name) {
      if (typeof name === "string" && /^\d+$/.test(name)) reads++;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { counted, reads: () => reads };
}

/** Repetitions of what each format reads piece by piece: the most work that a message of its length can make. */
const HARDEST: readonly (readonly [name: string, make: (length: number) => Uint8Array])[] = [
  ["json", (length) => text(`{"a":${"[".repeat(length / 2)}${"]".repeat(length / 2)}}`)],
  ["text", (length) => text(`${"a ".repeat(length / 2)}=`)],
  ["text", (length) => text("1,".repeat(length / 2))],
  ["bthome", (length) => repeat([0x40], [0x01, 0x05], length)],
  ["cayenne-lpp", (length) => repeat([], [0x01, 0x00, 0x01], length)],
  ["esphome", (length) => repeat([0x53, 0x45, 0x01, 0x61, 0x01], [0x03, 0x01, 0x01, 0x61], length)],
  ["cbor", (length) => repeat([0xa1, 0x61, 0x61], [0x81], length)],
];

function text(characters: string): Uint8Array {
  return new TextEncoder().encode(characters);
}

function repeat(head: readonly number[], unit: readonly number[], length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => head[i] ?? unit[(i - head.length) % unit.length] ?? 0);
}

test.each(HARDEST)("%s: twice the bytes are at most twice the looks at them", (name, make) => {
  const format = FORMATS.find((one) => one.name === name);
  const decoder = format?.create(format.examples[0]?.options ?? {}) as Decoder;
  const readsOf = (length: number): number => {
    const { counted, reads } = counting(make(length));
    decoder.decode(counted, { source: SOURCE });
    return reads();
  };
  expect(readsOf(1400)).toBeLessThanOrEqual(2.2 * readsOf(700) + 64);
});
