import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CcmpKey } from "aioespnow";
import { BROADCAST, encodeActionBody, encodeActionHeader, toMac } from "aioespnow/codec";
import { LinkType } from "aioespnow/pcap";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "#cli/program.ts";
import { concat, Numbers } from "#test/doubles/capture-bytes.ts";
import { ppiHeader, prismHeader } from "#test/doubles/link-headers.ts";
import { Recorder } from "./transcript.ts";

const A = toMac("02:00:00:00:00:0a");
const B = toMac("02:00:00:00:00:0b");
const LMK = "0123456789abcdef";
const FACTS = { channel: 6, dBm: -71, rate: 22 };
const RADIOTAP = LinkType.IEEE802_11_RADIOTAP;
const little = new Numbers(true);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "espnow-captures-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An ESP-NOW message in the clear, of `length` bytes of data. */
function message(data: string | number, protectedBit = false): Uint8Array {
  const text = typeof data === "string" ? new TextEncoder().encode(data) : new Uint8Array(data).fill(0x41);
  const bytes = new Uint8Array(70_000);
  const header = { destination: B, source: A, bssid: BROADCAST, sequenceNumber: 1, protected: protectedBit };
  return bytes.subarray(0, encodeActionBody(bytes, encodeActionHeader(bytes, 0, header), text, 2, 7));
}

/** A radiotap header that promises an FCS. */
const PROMISE = concat(Uint8Array.of(0, 0), little.u16(9), little.u32(2), Uint8Array.of(0x10));

function pcap(linkType: number, ...packets: readonly Uint8Array[]): Uint8Array {
  return concat(
    little.pcapHeader(0xa1b2c3d4, linkType),
    ...packets.map((bytes, i) => little.pcapRecord(1000 + i, 0, bytes)),
  );
}

/** pcapng with one interface; times are 64 bits in its unit. */
function pcapng(options: readonly Uint8Array[], ...packets: readonly [time: bigint, bytes: Uint8Array][]): Uint8Array {
  return concat(
    little.section(),
    little.block(1, little.u16(LinkType.IEEE802_11, 0), little.u32(0), ...options),
    ...packets.map(([time, bytes]) =>
      little.block(
        6,
        little.u32(0, Number(time >> 32n), Number(time & 0xffff_ffffn), bytes.length, bytes.length),
        bytes,
      ),
    ),
  );
}

/** What a command prints and ends with, on a capture. */
async function command(capture: Uint8Array, ...args: readonly string[]) {
  const file = join(folder, "capture");
  writeFileSync(file, capture);
  const [stdout, stderr] = [new Recorder(), new Recorder()];
  const { signal } = new AbortController();
  const words = args.map((word) => word.replace("FILE", file));
  const code = await run(words, { stdout, stderr, env: {}, signal, exitCode: 0 });
  return { code, out: stdout.lines, err: stderr.lines.filter((line) => !line.startsWith("listening as")) };
}

const sniff = (capture: Uint8Array) => command(capture, "sniff", "--radio", "replay:FILE");
const listen = (capture: Uint8Array) => command(capture, "listen", "--radio", "replay:FILE");

describe("a command on a capture", () => {
  test("reads a frame whose promised FCS was stripped, and says so", async () => {
    const capture = pcap(RADIOTAP, concat(PROMISE, message("hello")));
    const remark = "1 frame read without the FCS that the capture promises: it is not there";
    expect(await sniff(capture)).toMatchObject({ out: [expect.stringContaining('"hello"')], err: [/1 of/, remark] });
    expect(await listen(capture)).toMatchObject({ code: 0, out: [expect.stringContaining("hello")], err: [remark] });
  });

  test.each([
    ["PPI", LinkType.PPI, ppiHeader(FACTS)],
    ["Prism", LinkType.PRISM, prismHeader(FACTS)],
  ])("reads %s, with its signal and rate", async (_, linkType, header) => {
    const { out, err } = await listen(pcap(linkType, concat(header, message("hello"))));
    expect(out).toEqual([expect.stringMatching(/> 02:00:00:00:00:0b {2}-71 dBm {2}11M {2}hello$/)]);
    expect(err).toEqual([]);
  });

  test("ends with what it left out and why, whichever command it is", async () => {
    const wrong = concat(PROMISE, message("hello"), Uint8Array.of(1, 2, 3, 4));
    const left = "1 packet left out: the FCS is wrong";
    expect((await sniff(pcap(RADIOTAP, wrong))).err).toContain(left);
    expect((await listen(pcap(RADIOTAP, wrong))).err).toContain(left);
    expect((await command(pcap(RADIOTAP, wrong), "replay", "FILE", "--radio", "sim:")).err).toContain(left);
    expect((await command(pcap(RADIOTAP, wrong), "decode", "FILE")).err).toContain(left);
    const ethernet = "1 packet left out: not 802.11 but Ethernet";
    expect((await listen(pcap(1, message("hello")))).err).toEqual([ethernet]);
    const avs = pcap(LinkType.PRISM, concat(Uint8Array.of(0x80, 0x21, 0x10, 1), new Uint8Array(60)));
    expect((await sniff(avs)).err).toContain("1 packet left out: not 802.11 but AVS");
  });

  test("says that a capture is empty, ends early, or is broken, and shows what stands before that", async () => {
    const whole = pcap(LinkType.IEEE802_11, message("one"), message("two"));
    const broken = concat(whole, little.u32(1, 0, 0xffff_ffff, 5), new Uint8Array(100));
    expect((await listen(new Uint8Array(0))).err).toEqual(["the file is empty"]);
    expect((await listen(pcap(LinkType.IEEE802_11))).err).toEqual(["the capture has no packets"]);
    expect(await listen(whole.subarray(0, -1))).toMatchObject({
      out: [expect.stringContaining("one")],
      err: [expect.stringMatching(/^the capture ends too early: 1 of the \d+ bytes of a record are missing$/)],
    });
    const remark =
      /^the capture is broken at byte \d+: a packet of 4294967295 bytes is longer than captures have; what follows/;
    for (const { out, err } of [await listen(broken), await sniff(broken)]) {
      expect(out).toHaveLength(2);
      expect(err.at(-1)).toMatch(remark);
    }
    const decoded = await command(broken, "decode", "FILE");
    expect(decoded.out).toHaveLength(2);
    expect(decoded.err.at(-1)).toMatch(remark);
    const nothing = await listen(new TextEncoder().encode("this is no capture at all"));
    expect(nothing).toMatchObject({ code: 1, err: [expect.stringContaining("neither pcap nor pcapng")] });
  });
});

describe("a crafted capture ends no command with a stack trace", () => {
  const huge = message("x", true).slice();
  const protectedHuge = concat(huge, new Uint8Array(65_600 - huge.length));
  protectedHuge.set([1, 0, 0, 0xe0, 0, 0, 0, 0], 24);
  const offset = (seconds: bigint) => little.option(14, little.i64(seconds));
  const unit = (value: number) => little.option(9, Uint8Array.of(value));
  const LAST = 2n ** 64n - 1n;
  const captures: readonly (readonly [string, Uint8Array])[] = [
    ["a protected frame of 65,600 bytes", pcap(LinkType.IEEE802_11, protectedHuge, message("after"))],
    ["frames of 2,343 bytes", pcap(LinkType.IEEE802_11, concat(message("x"), new Uint8Array(2287)), message("after"))],
    ["a frame as long as captures can have", pcap(LinkType.IEEE802_11, new Uint8Array(262_144), message("after"))],
    ["a time at 2^64 seconds", pcapng([unit(0)], [0n, message("x")], [LAST, message("after")])],
    ["times that go back from the end of the range", pcapng([unit(0)], [LAST, message("x")], [0n, message("after")])],
    ["a unit of 2^-127 s", pcapng([unit(0xff)], [0n, message("x")], [LAST, message("after")])],
    ["an offset at the end of its range", pcapng([offset(2n ** 63n - 1n)], [0n, message("x")], [1n, message("after")])],
    ["an offset before 1970", pcapng([offset(-(2n ** 63n))], [0n, message("x")], [1n, message("after")])],
    [
      "an offset that jumps from one section to the next",
      concat(pcapng([offset(0n)], [0n, message("x")]), pcapng([offset(2n ** 63n - 1n)], [0n, message("after")])),
    ],
  ];

  test.each(captures)("%s: the frames behind it are shown, and captured again", async (_, capture) => {
    const ways = [
      ["sniff", "--radio", "replay:FILE", "--lmk", LMK],
      ["sniff", "--radio", "replay:FILE", "--lmk", LMK, "--json"],
      ["sniff", "--radio", "replay:FILE", "-w", join(folder, "again.pcapng")],
      ["listen", "--radio", "replay:FILE", "--from", A, "--lmk", LMK, "--hex"],
      ["replay", "FILE", "--radio", "sim:"],
    ];
    for (const way of ways) {
      const { code, err } = await command(capture, ...way);
      expect([0, 1], `${way[0]}: ${err.join(" ")}`).toContain(code);
      expect(err.join("\n")).not.toMatch(/RangeError|TypeError|must be|at most/);
    }
    const { out } = await sniff(capture);
    expect(out.at(-1)).toContain('"after"');
  });

  test("a key decides about a frame of any length without throwing", () => {
    const key = new CcmpKey(new Uint8Array(16));
    for (const length of [0, 23, 24, 39, 40, 2343, 65_600, 262_144]) {
      const frame = new Uint8Array(length);
      frame.set(protectedHuge.subarray(0, Math.min(length, 40)));
      expect(key.open(frame)).toBeUndefined();
    }
  });
});
