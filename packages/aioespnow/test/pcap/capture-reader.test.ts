import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CapturedPacket, CaptureReader, LinkType, readCapture } from "#lib/pcap/index.ts";
import { concat, Numbers } from "#test/doubles/capture-bytes.ts";
import { SHARED_VARIABLE, sharedFile } from "#test/shared.ts";

const HELLO = new TextEncoder().encode("hello");
const LONGER = new Uint8Array(300).fill(0x5a);
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;

const ORDERS: [string, Numbers][] = [
  ["little-endian", new Numbers(true)],
  ["big-endian", new Numbers(false)],
];
const little = new Numbers(true);

const PCAP = concat(
  little.pcapHeader(MICROSECONDS, 127),
  little.pcapRecord(1_700_000_000, 123_456, HELLO),
  little.pcapRecord(1_700_000_001, 999_999, LONGER, 1500),
);
const PCAPNG = concat(
  little.section(),
  little.interface(127),
  little.packet(0, 1_700_000_000_123_456n, HELLO),
  little.packet(0, 1_700_000_001_999_999n, LONGER),
);

const read = (bytes: Uint8Array): CapturedPacket[] => [...readCapture(bytes)];

function endingOf(bytes: Uint8Array): CaptureReader["ending"] {
  const reader = readCapture(bytes);
  for (const _ of reader);
  return reader.ending;
}

describe.each(ORDERS)("a %s pcap file", (_, numbers) => {
  test.each([
    ["micro", MICROSECONDS, 123_456],
    ["nano", NANOSECONDS, 123_456_000],
  ])("with %sseconds is read", (_unit, magic, fraction) => {
    const packets = read(
      concat(numbers.pcapHeader(magic, 105), numbers.pcapRecord(1_700_000_000, fraction, HELLO, 1500)),
    );
    expect(packets).toEqual([
      {
        linkType: LinkType.IEEE802_11,
        time: { seconds: 1_700_000_000, nanoseconds: 123_456_000 },
        bytes: HELLO,
        originalLength: 1500,
        interfaceId: 0,
        direction: undefined,
        comments: [],
      },
    ]);
  });

  test("may count more than a second in its fraction", () => {
    const [packet] = read(concat(numbers.pcapHeader(MICROSECONDS, 105), numbers.pcapRecord(7, 2_500_000, HELLO)));
    expect(packet?.time).toEqual({ seconds: 9, nanoseconds: 500_000_000 });
  });
});

test("a pcap link type is read without the FCS length that may stand above it", () => {
  expect(read(concat(little.pcapHeader(MICROSECONDS, 0x5400_0069), little.pcapRecord(0, 0, HELLO)))[0]?.linkType).toBe(
    105,
  );
});

test("a pcap file without a packet is complete", () => {
  expect(endingOf(little.pcapHeader(MICROSECONDS, 127))).toEqual({ status: "complete" });
});

describe.each(ORDERS)("a %s pcapng file", (_, numbers) => {
  const of = (...blocks: Uint8Array[]) => concat(numbers.section(), ...blocks);

  test("gives its packets with link type, interface, time, direction and comments", () => {
    const comment = (text: string) => numbers.option(1, new TextEncoder().encode(text));
    const options = [
      comment("first try"),
      comment("grüße"),
      numbers.option(2, numbers.u32(1)),
      numbers.option(0, new Uint8Array(0)),
    ];
    const bytes = of(
      numbers.interface(1),
      numbers.interface(127),
      numbers.packet(1, 1_700_000_000_123_456n, HELLO, options),
      numbers.packet(0, 0n, LONGER, [numbers.option(2, numbers.u32(2))]),
    );
    const shared = { originalLength: 5, bytes: HELLO };
    expect(read(bytes)).toEqual([
      {
        ...shared,
        linkType: 127,
        interfaceId: 1,
        time: { seconds: 1_700_000_000, nanoseconds: 123_456_000 },
        direction: "inbound",
        comments: ["first try", "grüße"],
      },
      {
        linkType: 1,
        bytes: LONGER,
        originalLength: 300,
        interfaceId: 0,
        time: { seconds: 0, nanoseconds: 0 },
        direction: "outbound",
        comments: [],
      },
    ]);
    expect(endingOf(bytes)).toEqual({ status: "complete" });
  });

  test.each([
    ["seconds", 0, 1_700_000_000n, { seconds: 1_700_000_000, nanoseconds: 0 }],
    ["milliseconds", 3, 1_700_000_000_250n, { seconds: 1_700_000_000, nanoseconds: 250_000_000 }],
    ["nanoseconds", 9, 1_700_000_000_123_456_789n, { seconds: 1_700_000_000, nanoseconds: 123_456_789 }],
    ["picoseconds", 12, 1_700_000_123_456_789_999n, { seconds: 1_700_000, nanoseconds: 123_456_789 }],
    [
      "powers of two",
      0x94,
      (1_700_000_000n << 20n) | (3n << 18n),
      { seconds: 1_700_000_000, nanoseconds: 750_000_000 },
    ],
    ["more than 64 bits of fraction", 0xff, 5n, { seconds: 0, nanoseconds: 0 }],
  ])("may count its time in %s", (_unit, resolution, units, time) => {
    const resolutionOption = numbers.option(9, Uint8Array.of(resolution));
    expect(read(of(numbers.interface(127, [resolutionOption]), numbers.packet(0, units, HELLO)))[0]?.time).toEqual(
      time,
    );
  });

  test.each([1_000n, -1_000n])("may add %i seconds to its times", (offset) => {
    const bytes = of(
      numbers.interface(127, [numbers.option(14, numbers.i64(offset))]),
      numbers.packet(0, 5_000_000_000n, HELLO),
    );
    expect(read(bytes)[0]?.time).toEqual({ seconds: 5000 + Number(offset), nanoseconds: 0 });
  });

  test("may have blocks that nobody knows, and interface statistics", () => {
    const bytes = of(
      numbers.block(0x0bad_b10c, LONGER),
      numbers.interface(127),
      numbers.block(5, numbers.u32(0, 0, 0)),
      numbers.packet(0, 0n, HELLO),
      numbers.block(0x8000_0001),
    );
    expect(read(bytes)).toHaveLength(1);
    expect(endingOf(bytes)).toEqual({ status: "complete" });
  });

  test("may have simple packet blocks, cut to the snap length and without a time", () => {
    const simple = numbers.block(3, numbers.u32(300), LONGER.subarray(0, 10));
    expect(read(of(numbers.interface(127, [], 10), simple))).toEqual([
      {
        linkType: 127,
        time: undefined,
        bytes: LONGER.subarray(0, 10),
        originalLength: 300,
        interfaceId: 0,
        direction: undefined,
        comments: [],
      },
    ]);
  });

  test("may have the obsolete packet blocks", () => {
    const head = concat(numbers.u16(0, 3), numbers.u32(0, 1_500_000, 5, 5));
    expect(read(of(numbers.interface(127), numbers.block(2, head, HELLO)))[0]).toMatchObject({
      time: { seconds: 1, nanoseconds: 500_000_000 },
      bytes: HELLO,
      interfaceId: 0,
    });
  });

  test("may have several sections, each with its own byte order and interfaces", () => {
    const other = new Numbers(!numbers.littleEndian);
    const bytes = concat(
      of(numbers.interface(127), numbers.packet(0, 1_000_000n, HELLO)),
      concat(other.section(), other.interface(105), other.packet(0, 2_000_000n, LONGER)),
    );
    expect(read(bytes).map(({ linkType, time }) => [linkType, time?.seconds])).toEqual([
      [127, 1],
      [105, 2],
    ]);
  });
});

const block = (length: number, lengthAgain = length) =>
  concat(little.u32(0x99, length), new Uint8Array(Math.max(0, (length & -4) - 12)), little.u32(lengthAgain));

test.each<[string, Uint8Array, number, RegExp]>([
  ["another file", new TextEncoder().encode("#!/bin/sh\n"), 0, /neither pcap nor pcapng/],
  [
    "a pcap file of another version",
    concat(little.u32(MICROSECONDS), little.u16(3, 0), new Uint8Array(16)),
    0,
    /pcap version 3/,
  ],
  ["an immense pcap record", concat(little.pcapHeader(MICROSECONDS, 127), little.u32(0, 0, 262_145, 0)), 24, /262145/],
  ["a section without a byte-order magic", concat(little.u32(0x0a0d0d0a, 28), new Uint8Array(20)), 0, /byte-order/],
  ["a section that is too short", little.block(0x0a0d0d0a, little.u32(0x1a2b3c4d)), 0, /too short/],
  [
    "a pcapng file of another version",
    little.block(0x0a0d0d0a, little.u32(0x1a2b3c4d), little.u16(2, 0), little.i64(-1n)),
    0,
    /version 2/,
  ],
  ["a block shorter than its frame", concat(little.section(), block(8)), 28, /8 bytes long/],
  ["a block of an odd length", concat(little.section(), block(18, 18)), 28, /18 bytes long/],
  ["an immense block", concat(little.section(), block(2 ** 24 + 4)), 28, /16777220 bytes long/],
  ["a block with two different lengths", concat(little.section(), block(16, 20)), 28, /16 bytes before and 20 behind/],
  ["an interface that is too short", concat(little.section(), little.block(1)), 28, /too short/],
  [
    "an interface whose option is too long",
    concat(little.section(), little.interface(127, [little.u16(9, 100)])),
    28,
    /option/,
  ],
  ["a packet that is too short", concat(little.section(), little.block(6, little.u32(0))), 28, /too short/],
  ["a packet of no interface", concat(little.section(), little.packet(0, 0n, HELLO)), 28, /interface 0, which was not/],
  [
    "a packet longer than its block",
    concat(little.section(), little.interface(1), little.block(6, little.u32(0, 0, 0, 5, 5))),
    48,
    /5 bytes runs past/,
  ],
  [
    "a packet of 4 GiB",
    concat(little.section(), little.interface(1), little.block(6, little.u32(0, 0, 0, 0xffff_ffff, 5))),
    48,
    /runs past/,
  ],
  [
    "a packet whose option is too long",
    concat(little.section(), little.interface(1), little.packet(0, 0n, HELLO, [little.u16(1, 9)])),
    48,
    /option/,
  ],
  [
    "a simple packet that is too short",
    concat(little.section(), little.interface(1), little.block(3)),
    48,
    /too short/,
  ],
  [
    "a simple packet of no interface",
    concat(little.section(), little.block(3, little.u32(0))),
    28,
    /before an interface/,
  ],
  [
    "a simple packet longer than its block",
    concat(little.section(), little.interface(1), little.block(3, little.u32(5))),
    48,
    /5 bytes runs past/,
  ],
])("%s is refused with the place and the reason", (_, bytes, offset, reason) => {
  const ending = endingOf(bytes);
  expect(ending).toMatchObject({ status: "malformed", offset });
  expect(ending.status === "malformed" && ending.reason).toMatch(reason);
});

test("nothing is read behind a broken block", () => {
  const reader = readCapture(concat(little.section(), block(8), little.interface(127), little.packet(0, 0n, HELLO)));
  expect(reader.read()).toBeUndefined();
  reader.push(little.packet(0, 0n, HELLO));
  expect(reader.read()).toBeUndefined();
  expect(reader.ending).toMatchObject({ status: "malformed", offset: 28 });
});

describe.each([
  ["pcap", PCAP, [24, 45, 361]],
  ["pcapng", PCAPNG, [28, 48, 88, 420]],
])("a %s file that ends early", (_, bytes, boundaries) => {
  test("gives the whole packets before its end, and says how much is missing", () => {
    expect(bytes).toHaveLength(boundaries.at(-1) as number);
    for (let length = 0; length < bytes.length; length++) {
      const ending = endingOf(bytes.subarray(0, length));
      if (boundaries.includes(length)) {
        expect(ending, `${length} bytes`).toEqual({ status: "complete" });
      } else if (length === 0) {
        expect(ending).toEqual({ status: "empty" });
      } else {
        const offset = boundaries.filter((boundary) => boundary <= length).at(-1) ?? 0;
        expect(ending, `${length} bytes`).toMatchObject({ status: "truncated", offset });
        expect(ending.status === "truncated" && ending.missing).toMatch(/^\d+ of the \d+ bytes of /);
      }
    }
  });

  test("goes on when the rest arrives", () => {
    const reader = readCapture(bytes.subarray(0, bytes.length - 1));
    expect([...reader]).toHaveLength(1);
    expect(reader.ending.status).toBe("truncated");
    reader.push(bytes.subarray(bytes.length - 1));
    expect([...reader]).toHaveLength(1);
    expect(reader.ending).toEqual({ status: "complete" });
  });
});

test.each([
  ["pcap", PCAP],
  ["pcapng", PCAPNG],
])("a %s file is the same in pieces of any size, and its packets stay as they are", (_, bytes) => {
  const whole = read(bytes);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1 }), (sizes) => {
      const reader = new CaptureReader();
      const packets: CapturedPacket[] = [];
      let at = 0;
      for (let i = 0; at < bytes.length; i++) {
        const size = i < sizes.length ? (sizes[i] as number) : bytes.length;
        reader.push(bytes.slice(at, at + size));
        packets.push(...reader);
        at += size;
      }
      expect(packets).toEqual(whole);
      expect(reader.ending).toEqual({ status: "complete" });
    }),
  );
});

test("a capture in the middle of a larger buffer is read", () => {
  const buffer = concat(new Uint8Array(3).fill(0xff), PCAPNG, new Uint8Array(9).fill(0xff));
  expect(read(buffer.subarray(3, 3 + PCAPNG.length))).toEqual(read(PCAPNG));
});

test("packets are views of the bytes that were given", () => {
  const [packet] = read(PCAP);
  expect(packet?.bytes.buffer).toBe(PCAP.buffer);
  expect(packet?.bytes.byteOffset).toBe(40);
});

test("only bytes can be pushed", () => {
  expect(() => new CaptureReader().push("air.pcap" as unknown as Uint8Array)).toThrow(
    new TypeError('chunk must be a Uint8Array, not the string "air.pcap"'),
  );
});

const shared = sharedFile("vectors/esp32-broadcast.pcap");

test.skipIf(shared === undefined)(`a capture of real ESP32s is read to its end (${SHARED_VARIABLE})`, () => {
  const reader = readCapture(readFileSync(shared as string));
  const packets = [...reader];
  expect(packets).toHaveLength(300);
  expect(packets.every(({ linkType }) => linkType === LinkType.IEEE802_11_RADIOTAP)).toBe(true);
  expect(reader.ending).toEqual({ status: "complete" });
});
