import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BROADCAST, toMac } from "aioespnow";
import { LinkType, PcapngWriter } from "aioespnow/pcap";
import { CapturePhy } from "aioespnow/phy";
import { Air } from "aioespnow/sim";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decode } from "#cli/commands/decode.ts";
import { listen } from "#cli/commands/listen.ts";
import { UsageError } from "#cli/process/explain.ts";
import { startStation } from "#cli/radio/station.ts";
import { type Transcript, transcript } from "./transcript.ts";

const A = toMac("02:00:00:00:00:0a");
const B = toMac("02:00:00:00:00:0b");
const hexOf = (text: string) => Buffer.from(text).toString("hex");

let out: Transcript;
let folder: string;

beforeEach(() => {
  out = transcript();
  folder = mkdtempSync(join(tmpdir(), "espnow-decode-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("decode", () => {
  test.each([
    ["40 02ca09 03bf13", {}, "bthome: temperature 25.06 °C, humidity 50.55 %"],
    ["91:07000000:20:01:01:64:aabbccdd", {}, "wiz: battery 100 %, button: on"],
    ["32312e35", {}, "text?: value 21.5"],
    ["6608c40b", { layout: "<hH", fields: ["t", "mv"] }, "struct: t 2150, mv 3012"],
    [hexOf("21.5,40"), { format: "text", fields: ["t", "h"] }, "text: t 21.5, h 40"],
    [
      "41a47266c95f730011223378237214",
      { format: "bthome", key: "231d39c1d7cc1ab1aee224cd096db932", source: toMac("54:48:e6:8f:80:a5") },
      "bthome: temperature 25.06 °C, humidity 50.55 %",
    ],
  ])("%s %j", async (message, options, line) => {
    expect(await decode(message, options, out)).toBe(0);
    expect(out.stdout.lines).toEqual([line]);
  });

  test("tells programs the same in JSON", async () => {
    const json = transcript({ json: true });
    await decode("400009015d", {}, json);
    const expected = { format: "bthome", guess: false, values: { battery: 93 }, events: [], messageId: "9" };
    expect(json.stdout.records).toEqual([expected]);
  });

  test("what cannot be decoded ends with 1, and says why", async () => {
    expect(await decode("ffff", {}, out)).toBe(1);
    expect(await decode("41a47266c95f730011223378237214", { format: "bthome" }, out)).toBe(1);
    expect(out.stderr.lines).toEqual(["it looks like no format; --format names one"]);
    expect(out.stdout.lines).toEqual(["bthome: not readable: encrypted, and the node has no key"]);
  });

  test("a decoder of one's own is a file", async () => {
    const script = join(folder, "tank.ts");
    writeFileSync(script, "export const decode = (bytes: Uint8Array) => ({ values: { level: bytes[0] / 2 } });");
    expect(await decode("4b", { script }, out)).toBe(0);
    expect(out.stdout.lines).toEqual(["script: level 37.5"]);
    writeFileSync(script, "export const decode = ;");
    await expect(decode("4b", { script }, out)).rejects.toThrow(/^the decoder tank\.ts cannot be loaded: tank\.ts:1: /);
    await expect(decode("4b", { script, format: "json" }, out)).rejects.toThrow(UsageError);
  });

  test("nothing that a node says drives the terminal", async () => {
    await decode(hexOf('{"a\\u001b[2J": "\\u009b\\u202e"}'), {}, out);
    expect(out.stdout.text).toBe("json: a\\u001b[2J \\u009b\\u202e\n");
  });

  test.each([
    ["kitchen", {}, /^kitchen is neither a file nor an even number/],
    ["00", { format: "btome" }, /^no format is called "btome"/],
    ["00", { key: "x" }, /^--key needs the format/],
    ["00", { fields: ["a"] }, /^--fields needs --layout/],
    ["00", { layout: "<H" }, /^struct needs --layout and --fields/],
    ["00", { layout: "<z", fields: ["a"] }, /has "z"/],
  ])("wrong arguments are refused: %s %j", async (message, options, reason) => {
    const decoding = decode(message, options, out);
    await expect(decoding).rejects.toThrow(UsageError);
    await expect(decoding).rejects.toThrow(reason);
  });

  test("reads the messages of a capture, and counts the rest", async () => {
    const air = new Air({ seed: 1 });
    const chunks: Uint8Array[] = [];
    const monitor = new CapturePhy(
      air.phy({ profile: "host", promiscuous: true }),
      (bytes) => void chunks.push(bytes),
      {
        name: "test",
      },
    );
    monitor.setAckAddresses([B]);
    const { espnow } = startStation(air.radio({ mac: A }));
    espnow.addPeer(BROADCAST);
    await espnow.asend(BROADCAST, '{"temperature": 21.5}');
    await espnow.asend(BROADCAST, Uint8Array.of(0xff, 0xff));
    const file = join(folder, "air.pcapng");
    await monitor[Symbol.asyncDispose]();
    await air[Symbol.asyncDispose]();
    writeFileSync(file, Buffer.concat(chunks));
    expect(await decode(file, {}, out)).toBe(0);
    expect(out.stdout.lines).toEqual([
      expect.stringMatching(/^ {3}0\.0{6} {2}02:.*:0a > ff:ff:ff:ff:ff:ff {2}json: temperature 21\.5 °C$/),
      expect.stringMatching(/ {2}02:.*:0a > ff:ff:ff:ff:ff:ff {2}looks like no format$/),
    ]);
    expect(out.stderr.lines).toEqual(["2 messages, 1 decoded; 0 encrypted, 0 not of ESP-NOW"]);
  });

  test("a file that is no capture is refused", async () => {
    const file = join(folder, "notes.txt");
    writeFileSync(file, "not a capture");
    await expect(decode(file, {}, out)).rejects.toThrow(/notes\.txt at byte 0: neither pcap nor pcapng/);
  });

  test("a capture with nothing to decode ends with 1", async () => {
    const file = join(folder, "empty.pcapng");
    const chunks: Uint8Array[] = [];
    new PcapngWriter((bytes) => void chunks.push(bytes)).addInterface({ linkType: LinkType.IEEE802_11 });
    writeFileSync(file, Buffer.concat(chunks));
    expect(await decode(file, {}, out)).toBe(1);
  });
});

describe("listen --decode", () => {
  test.each([
    [{ decode: true } as const, "json: temperature 21.5 °C"],
    [{ decode: "bthome" }, "bthome: not readable: not BTHome version 2"],
    [{}, '{"temperature": 21.5}'],
  ])("%j", async (options, content) => {
    await using air = new Air({ seed: 1 });
    const sender = startStation(air.radio({ mac: A }));
    const listener = startStation(air.radio({ mac: B }));
    const json = transcript({ json: true });
    const listening = [
      listen(listener, { count: 1, ...options }, out),
      listen(startStation(air.radio()), { count: 1, ...options }, json),
    ];
    sender.espnow.addPeer(BROADCAST);
    await sender.espnow.asend(BROADCAST, '{"temperature": 21.5}');
    await Promise.all(listening);
    expect(out.stdout.text).toContain(`1M  ${content}\n`);
    const [record] = json.stdout.records as { decoded?: { format: string } }[];
    expect(record?.decoded?.format).toBe(
      "decode" in options ? (options.decode === true ? "json" : "bthome") : undefined,
    );
  });
});
