import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { captureTime, elapsedMs, LinkType, PcapngWriter, PcapWriter, readCapture } from "#lib/pcap/index.ts";
import { toHex } from "#lib/util/bytes.ts";
import { concat } from "#test/doubles/capture-bytes.ts";

const HELLO = new TextEncoder().encode("hello");
const TIME = { seconds: 1_700_000_000, nanoseconds: 123_456_789 };

/** A sink and what it was given. */
function collector(): { sink: (bytes: Uint8Array) => void; written: () => Uint8Array } {
  const parts: Uint8Array[] = [];
  return { sink: (bytes) => void parts.push(bytes), written: () => concat(...parts) };
}

const times = fc.record({
  seconds: fc.integer({ min: 0, max: 0xffff_ffff }),
  nanoseconds: fc.integer({ min: 0, max: 999_999_999 }),
});

test("a pcap file is written byte for byte as the draft says", () => {
  const { sink, written } = collector();
  new PcapWriter(sink, LinkType.IEEE802_11_RADIOTAP).write({ time: TIME, bytes: HELLO, originalLength: 9 });
  expect(toHex(written())).toBe(
    [
      "d4c3b2a1 0200 0400 00000000 00000000 00000400 7f000000", // magic, 2.4, zone, sigfigs, snap length, link type
      "00f15365 40e20100 05000000 09000000 68656c6c6f", // seconds, microseconds, lengths, packet
    ]
      .join("")
      .replaceAll(" ", ""),
  );
});

test("a pcapng file is written byte for byte as the draft says", () => {
  const { sink, written } = collector();
  const writer = new PcapngWriter(sink, "test");
  expect(writer.addInterface({ linkType: LinkType.IEEE802_11_RADIOTAP, name: "sim0" })).toBe(0);
  writer.write({ time: { seconds: 1, nanoseconds: 2 }, bytes: HELLO, direction: "outbound", comments: ["hi"] });
  expect(toHex(written())).toBe(
    [
      "0a0d0d0a 28000000 4d3c2b1a 0100 0000 ffffffffffffffff", // section header
      "0400 0400 74657374 0000 0000 28000000", // shb_userappl, end of options
      "01000000 28000000 7f00 0000 00000400", // interface description
      "0200 0400 73696d30 0900 0100 09000000 0000 0000 28000000", // if_name, if_tsresol
      "06000000 3c000000 00000000 00000000 02ca9a3b 05000000 05000000 68656c6c6f000000", // enhanced packet
      "0100 0200 68690000 0200 0400 02000000 0000 0000 3c000000", // comment, epb_flags
    ]
      .join("")
      .replaceAll(" ", ""),
  );
});

test("what is written as pcapng is read back: every nanosecond, length and comment", () => {
  const packets = fc.array(
    fc.record({
      time: times,
      bytes: fc.uint8Array({ maxLength: 100 }),
      originalLength: fc.integer({ min: 0, max: 0xffff_ffff }),
      interfaceId: fc.nat(1),
      direction: fc.constantFrom("inbound" as const, "outbound" as const, undefined),
      comments: fc.array(fc.string({ unit: "grapheme" }), { maxLength: 3 }),
    }),
  );
  fc.assert(
    fc.property(packets, (given) => {
      const { sink, written } = collector();
      const writer = new PcapngWriter(sink);
      writer.addInterface({ linkType: 127 });
      writer.addInterface({ linkType: 105, name: "wlan1mon" });
      for (const packet of given) writer.write(packet);
      const reader = readCapture(written());
      const read = [...reader];
      expect(reader.ending).toEqual({ status: "complete" });
      expect(read).toEqual(given.map((packet) => ({ ...packet, linkType: [127, 105][packet.interfaceId] })));
    }),
  );
});

test("what is written as pcap is read back to the microsecond", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(times, fc.uint8Array({ maxLength: 100 }))), (given) => {
      const { sink, written } = collector();
      const writer = new PcapWriter(sink, LinkType.IEEE802_11);
      for (const [time, bytes] of given) writer.write({ time, bytes });
      const read = [...readCapture(written())];
      expect(read.map(({ bytes }) => bytes)).toEqual(given.map(([, bytes]) => bytes));
      expect(read.map(({ time }) => time)).toEqual(
        given.map(([{ seconds, nanoseconds }]) => ({ seconds, nanoseconds: nanoseconds - (nanoseconds % 1000) })),
      );
    }),
  );
});

describe("a writer refuses, and writes nothing of it,", () => {
  const { sink, written } = collector();
  const pcapng = new PcapngWriter(sink);
  pcapng.addInterface({ linkType: 127 });
  const writers: [string, PcapWriter | PcapngWriter][] = [
    ["pcap", new PcapWriter(sink, 127)],
    ["pcapng", pcapng],
  ];
  const before = written().length;

  test.each(writers)("a time that %s has no room for", (_, writer) => {
    expect(() => writer.write({ time: { seconds: -1, nanoseconds: 0 }, bytes: HELLO })).toThrow(
      /time\.seconds must be/,
    );
    expect(() => writer.write({ time: { seconds: 0, nanoseconds: 1e9 }, bytes: HELLO })).toThrow(/time\.nanoseconds/);
    expect(written()).toHaveLength(before);
  });

  test.each(writers)("a packet that readers of %s take for broken", (_, writer) => {
    expect(() => writer.write({ time: TIME, bytes: new Uint8Array(262_145) })).toThrow(
      /at most 262144 long, not 262145/,
    );
    expect(written()).toHaveLength(before);
  });

  test("a packet of an interface that was not added", () => {
    const writer = new PcapngWriter(sink);
    const after = written().length;
    expect(() => writer.write({ time: TIME, bytes: HELLO })).toThrow(new RangeError("interface 0 was not added"));
    expect(written()).toHaveLength(after);
  });

  test("a comment that is too long", () => {
    expect(() => pcapng.write({ time: TIME, bytes: HELLO, comments: ["x".repeat(65_536)] })).toThrow(
      /at most 65535 bytes/,
    );
  });
});

test("milliseconds become a capture time, and the difference of two becomes milliseconds", () => {
  expect(captureTime(1_700_000_000_123.25)).toEqual({ seconds: 1_700_000_000, nanoseconds: 123_250_000 });
  expect(captureTime(0.000001)).toEqual({ seconds: 0, nanoseconds: 1 });
  expect(captureTime(999.9999999)).toEqual({ seconds: 0, nanoseconds: 999_999_999 });
  expect(captureTime(-5)).toEqual({ seconds: 0, nanoseconds: 0 });
  expect(elapsedMs({ seconds: 10, nanoseconds: 999_000_000 }, { seconds: 12, nanoseconds: 1_000_001 })).toBe(
    1002.000001,
  );
});
