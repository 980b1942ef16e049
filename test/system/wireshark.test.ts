import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  FrameFinder,
  LinkType,
  type PcapngPacketToWrite,
  PcapngWriter,
  PcapWriter,
  readCapture,
} from "#lib/pcap/index.ts";
import { fromHex, toHex } from "#lib/util/bytes.ts";
import { concat, Numbers } from "../doubles/capture-bytes.ts";
import { ppiHeader, prismHeader } from "../doubles/link-headers.ts";
import onAir from "../vectors/onair-encrypted.json" with { type: "json" };

/** In CI the programs must be there: a test that cannot run them then fails. */
const { CI } = process.env;
const missing = CI !== "true" && spawnSync("tshark", ["--version"]).error !== undefined;

const FRAME = concat(fromHex(onAir.radiotap), fromHex(onAir.mpdu));
const PACKETS: PcapngPacketToWrite[] = [
  { time: { seconds: 1_700_000_000, nanoseconds: 123_456_789 }, bytes: FRAME, direction: "inbound" },
  { time: { seconds: 1_700_000_001, nanoseconds: 5 }, bytes: FRAME, comments: ["odd äöü"], direction: "outbound" },
  {
    time: { seconds: 1_700_000_002, nanoseconds: 999_999_999 },
    bytes: FRAME.subarray(0, 41),
    originalLength: FRAME.length,
  },
];

const FACTS = { channel: 6, dBm: -71, rate: 22 };

/** What tshark shows of each packet, one line per packet, fields separated by tabs. */
function tshark(file: string, ...fields: string[]): string[][] {
  const output = execFileSync("tshark", ["-r", file, "-T", "fields", ...fields.flatMap((field) => ["-e", field])], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return output
    .replace(/\n$/, "")
    .split("\n")
    .map((line) => line.split("\t"));
}

describe.skipIf(missing)("with Wireshark's programs (tshark, editcap, capinfos, mergecap)", () => {
  let folder = "";
  const path = (name: string) => join(folder, name);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "aioespnow-pcap-"));
    const pcapng: Uint8Array[] = [];
    const writer = new PcapngWriter((bytes) => void pcapng.push(bytes));
    writer.addInterface({ linkType: LinkType.IEEE802_11_RADIOTAP, name: "sim0" });
    for (const packet of PACKETS) writer.write(packet);
    writeFileSync(path("ours.pcapng"), concat(...pcapng));

    const pcap: Uint8Array[] = [];
    const plain = new PcapWriter((bytes) => void pcap.push(bytes), LinkType.IEEE802_11_RADIOTAP);
    for (const packet of PACKETS) plain.write(packet);
    writeFileSync(path("ours.pcap"), concat(...pcap));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("our pcapng is read without a complaint, with every nanosecond, direction and comment", () => {
    const read = tshark(path("ours.pcapng"), "frame.time_epoch", "frame.len", "frame.cap_len", "frame.interface_name");
    expect(read).toEqual([
      ["1700000000.123456789", "93", "93", "sim0"],
      ["1700000001.000000005", "93", "93", "sim0"],
      ["1700000002.999999999", "93", "41", "sim0"],
    ]);
    expect(tshark(path("ours.pcapng"), "frame.packet_flags_direction", "frame.comment", "wlan.ta")).toEqual([
      ["0x00000001", "", "24:0a:c4:1d:58:68"],
      ["0x00000002", "odd äöü", "24:0a:c4:1d:58:68"],
      ["", "", ""], // cut short: tshark decodes no addresses
    ]);
  });

  test.each([
    ["PPI", LinkType.PPI, ppiHeader(FACTS)],
    ["Prism", LinkType.PRISM, prismHeader(FACTS)],
    ["Prism of the other version", LinkType.PRISM, prismHeader(FACTS, new Numbers(true), 12)],
  ])("tshark finds behind a header of %s what we find", (_, linkType, header) => {
    const parts: Uint8Array[] = [];
    const frame = fromHex(onAir.mpdu);
    const writer = new PcapWriter((bytes) => void parts.push(bytes), linkType);
    writer.write({ time: { seconds: 1, nanoseconds: 0 }, bytes: concat(header, frame) });
    writeFileSync(path("headers.pcap"), concat(...parts));
    const fields = ["wlan_radio.channel", "wlan_radio.data_rate", "wlan.ta"]; // of Prism's signal it says percents
    expect(tshark(path("headers.pcap"), ...fields)).toEqual([["6", "11", "24:0a:c4:1d:58:68"]]);
    const [packet] = [...readCapture(concat(...parts))];
    expect(new FrameFinder().find(packet as never)).toEqual({ bytes: frame, channel: 6, rssi: -71, rate: 3 });
  });

  test.each(["ours.pcapng", "ours.pcap"])("capinfos takes %s for a capture of three radiotap packets", (name) => {
    const result = spawnSync("capinfos", ["-c", "-E", "-M", path(name)], { encoding: "utf8" });
    expect(result.stderr).toBe("");
    expect(result.stdout).toMatch(/Number of packets:\s+3/);
    expect(result.stdout).toMatch(/ieee-802-11-radiotap/);
  });

  test.each([
    ["pcapng", 0],
    ["nsecpcap", 0],
    ["pcap", 999],
  ])("what editcap writes as %s is read", (format, lost) => {
    execFileSync("editcap", ["-F", format, path("ours.pcapng"), path(`edited.${format}`)]);
    const reader = readCapture(readFileSync(path(`edited.${format}`)));
    const packets = [...reader];
    expect(reader.ending).toEqual({ status: "complete" });
    expect(packets.map(({ bytes }) => toHex(bytes))).toEqual(PACKETS.map(({ bytes }) => toHex(bytes)));
    packets.forEach(({ time, originalLength, linkType }, i) => {
      const given = PACKETS[i] as PcapngPacketToWrite;
      expect(time?.seconds).toBe(given.time.seconds);
      expect(given.time.nanoseconds - (time?.nanoseconds ?? 0)).toBeLessThanOrEqual(lost);
      expect(originalLength).toBe(given.originalLength ?? given.bytes.length);
      expect(linkType).toBe(LinkType.IEEE802_11_RADIOTAP);
    });
  });

  test("editcap keeps our comments and directions", () => {
    execFileSync("editcap", ["-F", "pcapng", path("ours.pcapng"), path("copied.pcapng")]);
    const packets = [...readCapture(readFileSync(path("copied.pcapng")))];
    expect(packets.map(({ direction }) => direction)).toEqual(["inbound", "outbound", undefined]);
    expect(packets.map(({ comments }) => comments)).toEqual([[], ["odd äöü"], []]);
  });

  test("what mergecap makes of two captures is read: two interfaces, in the order of time", () => {
    execFileSync("mergecap", ["-w", path("merged.pcapng"), path("ours.pcapng"), path("ours.pcap")]);
    const reader = readCapture(readFileSync(path("merged.pcapng")));
    const packets = [...reader];
    expect(reader.ending).toEqual({ status: "complete" });
    expect(packets).toHaveLength(6);
    expect(new Set(packets.map(({ interfaceId }) => interfaceId)).size).toBe(2);
  });
});
