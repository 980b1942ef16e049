import fc from "fast-check";
import { expect, test } from "vitest";
import {
  ActionBody,
  actionBodyLength,
  decodeActionBody,
  encodeActionBody,
  MAX_DATA_LEN,
  MAX_DATA_LEN_V1,
} from "#lib/codec/action-frame.ts";
import { decodeCcmpHeader, encodeCcmpHeader, MAX_PACKET_NUMBER, packetNumber } from "#lib/codec/ccmp-header.ts";
import { dissectFrame } from "#lib/codec/dissect.ts";
import { decodeManagementHeader, encodeActionHeader, ManagementHeader } from "#lib/codec/dot11.ts";
import { decodeEspNowFrame, decodeMpdu, EspNowFrame } from "#lib/codec/espnow-frame.ts";
import { checkFcs } from "#lib/codec/fcs.ts";
import { macAt } from "#lib/codec/mac-address.ts";
import { type Framing, summarizeFrame } from "#lib/codec/pretty.ts";
import { decodeRadiotap, Radiotap } from "#lib/codec/radiotap.ts";
import { encodeCaptureHeader } from "#lib/codec/radiotap-writer.ts";
import { rateInfo } from "#lib/codec/rate.ts";
import { equalBytes, fromHex } from "#lib/util/bytes.ts";
import { REAL_FRAMES } from "../real-frames.ts";
import { surrounded } from "../surrounded.ts";
import file from "../vectors/vectors.json" with { type: "json" };

/** Runs of each property. CI asks for more. */
const { FUZZ_RUNS = "15000" } = process.env;
const RUNS = Number(FUZZ_RUNS);
/** How long many runs take is no fault. */
const NO_TIMEOUT = Number.POSITIVE_INFINITY;

/** Frames to be mutated: every vector, with and without radiotap, and real ones where they are at hand. */
const SEEDS: readonly Uint8Array[] = [
  ...file.vectors.map(({ mpdu }) => fromHex(mpdu)),
  ...file.vectors.map(({ mpduWithFcs }) => fromHex(`000009000200000010${mpduWithFcs}`)),
  ...file.vectors.map(({ mpdu }) => fromHex(`00001a002f480000000000000000000000026c09a000ce000000${mpdu}`)),
  ...REAL_FRAMES.map(({ radiotap, mpdu, fcs }) => Uint8Array.of(...radiotap, ...mpdu, ...fcs)),
];

const anyBytes = fc.uint8Array({ maxLength: 96, size: "max" });

/** A frame with up to six bytes changed (mostly near its beginning, where the lengths are), perhaps cut off. */
const mutatedFrame = fc
  .record({
    seed: fc.constantFrom(...SEEDS),
    changes: fc.array(fc.tuple(fc.oneof(fc.nat(90), fc.nat(1600)), fc.nat(255)), { maxLength: 6 }),
    cut: fc.oneof(fc.constant(0), fc.nat(300)),
  })
  .map(({ seed, changes, cut }) => {
    const bytes = seed.slice(0, Math.max(0, seed.length - cut));
    for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
    return bytes;
  });

const frame = new EspNowFrame();

const reasonOf = (result: object): unknown => ("reason" in result ? result.reason : undefined);

/** What all decoders make of these bytes, as text. */
function decodeAll(bytes: Uint8Array): string {
  const end = bytes.length;
  const radiotap = new Radiotap();
  const header = new ManagementHeader();
  const body = new ActionBody();
  const results: unknown[] = [
    decodeRadiotap(bytes, 0, end, radiotap),
    [radiotap.tsft, radiotap.flags, radiotap.frequency, radiotap.signal, radiotap.antenna, radiotap.phyRate],
    decodeManagementHeader(bytes, 0, end, header),
    header.sequenceNumber,
    packetNumber(bytes),
    end < 8 || decodeCcmpHeader(bytes, 0),
    checkFcs(bytes, 0, end),
    reasonOf(decodeEspNowFrame(bytes, 0, end, "v2", frame)),
    reasonOf(decodeMpdu(bytes, 0, end, "v1-discard", frame)),
  ];
  for (const rules of ["v2", "v1", "v1-discard"] as const) {
    const result = decodeActionBody(bytes, 0, end, rules, body);
    results.push("reason" in result ? result : [body.random, body.version, body.elementCount, ...body.data()]);
  }
  for (const framing of ["radiotap", "802.11"] satisfies Framing[]) {
    results.push(summarizeFrame(bytes, framing), dissectFrame(bytes, framing));
  }
  return JSON.stringify(results);
}

/** Decoding neither throws nor depends on the bytes around the frame. */
function standsAlone(bytes: Uint8Array): boolean {
  return decodeAll(bytes) === decodeAll(surrounded(bytes));
}

test(
  "any bytes are decoded or refused by every decoder, and nothing around them is read",
  () => {
    fc.assert(fc.property(anyBytes, standsAlone), { numRuns: RUNS });
  },
  NO_TIMEOUT,
);

test(
  "any bytes behind the beginning of an ESP-NOW body are decoded or refused",
  () => {
    const prefix = fromHex("7f18fe3400000000dd");
    const body = anyBytes.map((bytes) => Uint8Array.of(...prefix, ...bytes));
    fc.assert(fc.property(body, standsAlone), { numRuns: RUNS });
  },
  NO_TIMEOUT,
);

test(
  "mutated frames are decoded or refused by every decoder, and nothing around them is read",
  () => {
    fc.assert(fc.property(mutatedFrame, standsAlone), { numRuns: RUNS });
  },
  NO_TIMEOUT,
);

test(
  "a message that was encoded is decoded to the same data by a device of its version",
  () => {
    const message = fc.record({
      length: fc.integer({ min: 1, max: MAX_DATA_LEN }),
      fill: fc.nat(255),
      random: fc.nat({ max: 0xffff_ffff }),
      version: fc.constantFrom(1, 2),
    });
    const body = new ActionBody();
    const roundTrip = fc.property(message, ({ length, fill, random, version }) => {
      const data = Uint8Array.from(
        { length: version === 1 ? Math.min(length, MAX_DATA_LEN_V1) : length },
        (_, i) => i ^ fill,
      );
      const bytes = surrounded(new Uint8Array(actionBodyLength(data.length, version)));
      expect(encodeActionBody(bytes, 0, data, version, random)).toBe(bytes.length);
      expect(decodeActionBody(bytes, 0, bytes.length, version === 1 ? "v1-discard" : "v2", body)).toBe(body);
      expect([body.random, body.version]).toEqual([random, version]);
      expect(equalBytes(body.data(), data)).toBe(true);
    });
    fc.assert(roundTrip, { numRuns: RUNS });
  },
  NO_TIMEOUT,
);

test(
  "a body that is accepted is, encoded again, accepted with the same data",
  () => {
    const [first, second] = [new ActionBody(), new ActionBody()];
    const roundTrip = fc.property(mutatedFrame, (bytes) => {
      if ("reason" in decodeActionBody(bytes, 24, bytes.length, "v2", first)) return;
      const again = new Uint8Array(actionBodyLength(first.dataLength, 2));
      encodeActionBody(again, 0, first.data(), 2, first.random);
      expect(decodeActionBody(again, 0, again.length, "v2", second)).toBe(second);
      expect(equalBytes(first.data(), second.data())).toBe(true);
    });
    fc.assert(roundTrip, { numRuns: RUNS });
  },
  NO_TIMEOUT,
);

test(
  "headers that were encoded are decoded to the same fields",
  () => {
    const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((bytes) => macAt(bytes, 0));
    const fields = fc.record({
      destination: mac,
      source: mac,
      bssid: mac,
      sequenceNumber: fc.nat(4095),
      duration: fc.nat(0x7fff),
      protected: fc.boolean(),
      pn: fc.nat(MAX_PACKET_NUMBER),
    });
    const header = new ManagementHeader();
    const roundTrip = fc.property(fields, (sent) => {
      const bytes = surrounded(new Uint8Array(40));
      encodeCcmpHeader(bytes, encodeActionHeader(bytes, 0, sent), sent.pn);
      decodeManagementHeader(bytes, 0, bytes.length, header);
      const { destination, source, bssid, sequenceNumber, duration } = header;
      const heard = { destination, source, bssid, sequenceNumber, duration, protected: header.flags !== 0 };
      expect({ ...heard, pn: packetNumber(bytes) }).toEqual(sent);
    });
    fc.assert(roundTrip, { numRuns: RUNS });
  },
  NO_TIMEOUT,
);

test(
  "radiotap headers that were encoded are decoded to the same fields",
  () => {
    const rates = Array.from({ length: 0x20 }, (_, rate) => rate).filter(
      (rate) => rateInfo(rate)?.modulation !== "dsss",
    );
    const fields = fc.record({
      tsft: fc.nat(Number.MAX_SAFE_INTEGER),
      rate: fc.constantFrom(...rates.filter((rate) => rateInfo(rate) !== undefined)),
      channel: fc.integer({ min: 1, max: 14 }),
      signal: fc.option(fc.integer({ min: -128, max: 127 }), { nil: undefined }),
      hasFcs: fc.boolean(),
    });
    const radiotap = new Radiotap();
    const roundTrip = fc.property(fields, (written) => {
      const bytes = surrounded(new Uint8Array(40));
      const end = encodeCaptureHeader(bytes, 0, written);
      expect(decodeRadiotap(bytes, 0, bytes.length, radiotap)).toBe(end);
      const { tsft, phyRate: rate, channel, signal, hasFcs } = radiotap;
      expect({ tsft, rate, channel, signal, hasFcs }).toEqual(written);
    });
    fc.assert(roundTrip, { numRuns: RUNS });
  },
  NO_TIMEOUT,
);

/** `bytes` that count how often one of them is read. */
function counting(bytes: Uint8Array): { counted: Uint8Array; reads: () => number } {
  let reads = 0;
  const counted = new Proxy(bytes, {
    get(target, name) {
      reads++;
      return Reflect.get(target, name, target);
    },
  });
  return { counted, reads: () => reads };
}

test("the longest headers and bodies are read in linear time: a few looks at each byte", () => {
  const words = new Uint8Array(0xffff).fill(0xff); // as many present words as a header can have, and more announced
  words.set([0, 0, 0xff, 0xff]);
  const emptyElements = fromHex(`7f18fe3400000000${"dd0518fe340402".repeat(328)}`);
  const header = counting(words);
  const body = counting(emptyElements);
  expect(decodeRadiotap(header.counted, 0, words.length, new Radiotap())).toEqual({ reason: "radiotap-length" });
  expect(decodeActionBody(body.counted, 0, emptyElements.length, "v2", new ActionBody())).toEqual({ reason: "empty" });
  expect(header.reads()).toBeLessThan(4 * words.length);
  expect(body.reads()).toBeLessThan(4 * emptyElements.length);
});
