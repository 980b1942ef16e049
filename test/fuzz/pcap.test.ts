import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CaptureReader, PcapngWriter, PcapWriter, readCapture } from "#lib/pcap/index.ts";
import { concat, Numbers } from "../doubles/capture-bytes.ts";

const { FUZZ_RUNS = "5000" } = process.env;
const RUNS = Number(FUZZ_RUNS);

const numbers = [new Numbers(true), new Numbers(false)];

/** Captures of both formats and byte orders, to be damaged. */
const SEEDS: Uint8Array[] = numbers.flatMap((order) => [
  concat(
    order.pcapHeader(0xa1b2c3d4, 127),
    order.pcapRecord(1, 2, new Uint8Array(9)),
    order.pcapRecord(3, 4, new Uint8Array(40)),
  ),
  concat(
    order.section(order.option(1, Uint8Array.of(65))),
    order.interface(127, [order.option(9, Uint8Array.of(9)), order.option(14, order.i64(5n))]),
    order.packet(0, 1n << 60n, new Uint8Array(21), [order.option(1, Uint8Array.of(65)), order.option(2, order.u32(1))]),
    order.block(3, order.u32(8), new Uint8Array(8)),
    order.block(2, order.u16(0, 0), order.u32(0, 0, 4, 4, 0)),
  ),
]);

/** A capture with some bytes changed and its end cut off: it gets further into the readers than any bytes would. */
const damaged = fc
  .tuple(
    fc.constantFrom(...SEEDS),
    fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 }),
    fc.integer({ min: 0, max: 400 }),
  )
  .map(([seed, changes, length]) => {
    const bytes = seed.slice(0, Math.max(length, 40));
    for (const [at, value] of changes) bytes[at % bytes.length] = value;
    return bytes;
  });

/** Reads to the end. Every packet lies within what was given, and there are not more of them than could be. */
function drain(bytes: Uint8Array): void {
  const reader = readCapture(bytes);
  let packets = 0;
  for (const { bytes: packet, time } of reader) {
    packets++;
    expect(packet.byteOffset).toBeGreaterThanOrEqual(bytes.byteOffset);
    expect(packet.byteOffset + packet.length).toBeLessThanOrEqual(bytes.byteOffset + bytes.length);
    if (time !== undefined) expect(time.nanoseconds >= 0 && time.nanoseconds < 1e9).toBe(true);
  }
  expect(packets).toBeLessThanOrEqual(bytes.length / 16);
  const { ending } = reader;
  if ("offset" in ending) expect(ending.offset).toBeLessThanOrEqual(bytes.length);
}

describe("the capture reader", () => {
  test("accepts any bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), drain), { numRuns: RUNS });
  });

  test("accepts any bytes behind the start of a file", () => {
    const start = fc.constantFrom(...SEEDS).chain((seed) => fc.constantFrom(24, 28, 48).map((at) => seed.slice(0, at)));
    fc.assert(
      fc.property(start, fc.uint8Array({ maxLength: 200 }), (head, tail) => drain(concat(head, tail))),
      { numRuns: RUNS },
    );
  });

  test("accepts damaged captures", () => {
    fc.assert(fc.property(damaged, drain), { numRuns: RUNS });
  });

  test("finds the same in a damaged capture whether it comes whole or byte by byte", () => {
    fc.assert(
      fc.property(damaged, (bytes) => {
        const whole = readCapture(bytes);
        const pieces = new CaptureReader();
        const packets = [...bytes].flatMap((byte) => {
          pieces.push(Uint8Array.of(byte));
          return [...pieces];
        });
        expect(packets).toEqual([...whole]);
        expect(pieces.ending.status).toBe(whole.ending.status);
      }),
      { numRuns: Math.ceil(RUNS / 10) },
    );
  });

  test("keeps a record that comes in a thousand pieces in less than four times its size", () => {
    const file: Uint8Array[] = [];
    const sink = (bytes: Uint8Array) => void file.push(bytes);
    new PcapWriter(sink, 127).write({ time: { seconds: 0, nanoseconds: 0 }, bytes: new Uint8Array(200_000) });
    const bytes = concat(...file);
    const reader = new CaptureReader();
    const buffers = new Set<ArrayBufferLike>();
    for (let at = 0; at < bytes.length; at += 200) {
      reader.push(bytes.subarray(at, at + 200));
      for (const packet of reader) buffers.add(packet.bytes.buffer);
    }
    expect(reader.ending).toEqual({ status: "complete" });
    const [buffer] = buffers;
    expect(buffer?.byteLength).toBeLessThan(4 * bytes.length);
  });
});

test("the pcapng writer and the reader agree on any packet", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.string({ unit: "grapheme", maxLength: 20 }), (bytes, comment) => {
      const file: Uint8Array[] = [];
      const writer = new PcapngWriter((part) => void file.push(part));
      writer.addInterface({ linkType: 127 });
      writer.write({ time: { seconds: 0, nanoseconds: 0 }, bytes, comments: [comment] });
      const [packet] = readCapture(concat(...file));
      expect(packet).toMatchObject({ bytes, comments: [comment] });
    }),
    { numRuns: Math.ceil(RUNS / 10) },
  );
});
