import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BROADCAST, openPhy, type Phy, toMac } from "aioespnow";
import { LinkType, PcapngWriter, readCapture } from "aioespnow/pcap";
import { Air, type SimPhy } from "aioespnow/sim";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { replay } from "#cli/commands/replay.ts";
import { sniff } from "#cli/commands/sniff.ts";
import { Output, type Sink } from "#cli/output/output.ts";
import { type Station, startStation } from "#cli/radio/station.ts";
import vectors from "#test/vectors/vectors.json" with { type: "json" };
import { type Transcript, transcript } from "./transcript.ts";

const A = toMac("02:00:00:00:00:0a");
const B = toMac("02:00:00:00:00:0b");
const LMK = new TextEncoder().encode("0123456789abcdef");

let air: Air;
let a: Station;
let b: Station;
let monitor: SimPhy;
let out: Transcript;
let folder: string;

beforeEach(() => {
  air = new Air({ seed: 1 });
  a = startStation(air.radio({ mac: A }));
  b = startStation(air.radio({ mac: B }));
  monitor = air.phy({ profile: "host", promiscuous: true });
  out = transcript();
  folder = mkdtempSync(join(tmpdir(), "espnow-cli-"));
});

afterEach(async () => {
  await air[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** The frames of the vectors, one per 10 ms, as a capture. */
function vectorCapture(): string {
  const file = join(folder, "vectors.pcapng");
  const chunks: Uint8Array[] = [];
  const writer = new PcapngWriter((bytes) => void chunks.push(bytes));
  writer.addInterface({ linkType: LinkType.IEEE802_11 });
  const beacon = Buffer.alloc(40);
  beacon[0] = 0x80;
  const frames = [...vectors.vectors.map(({ mpdu }) => Buffer.from(mpdu, "hex")), beacon];
  frames.forEach((bytes, i) => {
    writer.write({ time: { seconds: 1, nanoseconds: i * 10_000_000 }, bytes });
  });
  writeFileSync(file, Buffer.concat(chunks));
  return file;
}

/** The sender's hardware writes the Duration field, bytes 2 and 3. */
function withoutDuration(mpdu: string): string {
  return `${mpdu.slice(0, 4)}0000${mpdu.slice(8)}`;
}

/** A pipe that is full after each line, until it is drained. */
class SlowReader implements Sink {
  readonly lines: string[] = [];
  writableLength = 0;
  full = Promise.resolve();
  drain = (): void => undefined;
  #filled: () => void = () => undefined;

  constructor() {
    this.#empty();
  }

  write(line: string | Uint8Array): boolean {
    this.lines.push(String(line));
    this.#filled();
    return false;
  }

  once(event: "drain" | "close", listener: () => void): void {
    if (event !== "drain") return;
    this.drain = () => {
      this.#empty();
      listener();
    };
  }

  #empty(): void {
    this.full = new Promise((resolve) => {
      this.#filled = resolve;
    });
  }
}

describe("sniff", () => {
  test("prints every frame in one line, and says which frame an ACK is for", async () => {
    const sniffing = sniff(monitor, { count: 3 }, out);
    a.espnow.addPeer(B);
    a.espnow.addPeer(BROADCAST);
    await a.espnow.asend(B, "hello");
    await a.espnow.asend(BROADCAST, "all");
    expect(await sniffing).toBe(0);
    expect(out.stdout.lines).toEqual([
      expect.stringMatching(
        /^ +0\.\d{6} {2}ch {2}1 -\d+ dBm {2}02.*0a > 02.*0b {2}ESP-NOW v2 seq 0 .* length 5 "hello"$/,
      ),
      expect.stringMatching(/ACK > 02:00:00:00:00:0a {2}of seq 0$/),
      expect.stringMatching(/> ff:ff:ff:ff:ff:ff {2}ESP-NOW v2 seq 1 .* length 3 "all"$/),
    ]);
    expect(out.stderr.text).toBe("3 frames, 2 of ESP-NOW, 0 repeated\n");
  });

  test("marks the retransmissions to an absent peer, in yellow on a terminal", async () => {
    const terminal = transcript({}, true);
    const sniffing = sniff(monitor, { count: 2 }, terminal);
    a.espnow.addPeer(toMac("02:00:00:00:00:99"));
    await a.espnow.asend("02:00:00:00:00:99", "hello");
    await sniffing;
    expect(terminal.stdout.lines[0]).not.toContain("retry");
    const [, second = ""] = terminal.stdout.lines;
    expect(second.startsWith("\u001b[33m") && second.endsWith("\u001b[39m")).toBe(true);
    expect(second).toContain(" retry ");
    expect(terminal.stderr.text).toBe("2 frames, 2 of ESP-NOW, 1 repeated\n");
  });

  test("decrypts with the keys it is given, and tells programs all there is", async () => {
    const [blind, seeing] = [transcript({ json: true }), transcript({ json: true })];
    const other = air.phy({ profile: "host", promiscuous: true });
    const sniffing = [sniff(monitor, { count: 1 }, blind), sniff(other, { count: 1, lmk: [LMK] }, seeing)];
    a.espnow.addPeer(B, { lmk: LMK });
    await a.espnow.asend(B, "secret");
    await Promise.all(sniffing);
    expect(blind.stdout.records).toEqual([expect.objectContaining({ kind: "encrypted", source: A, destination: B })]);
    expect(seeing.stdout.records).toEqual([
      expect.objectContaining({ kind: "esp-now", decrypted: true, text: "secret", sequence: 0, retry: false }),
    ]);
  });

  test("names every frame of the vectors for what it is", async () => {
    const phy = await openPhy(`replay:${vectorCapture()}`);
    const json = transcript({ json: true });
    expect(await sniff(phy, { lmk: [Buffer.from("101112131415161718191a1b1c1d1e1f", "hex")] }, json)).toBe(0);
    const kinds = json.stdout.records.map((record) => (record as { kind: string }).kind);
    const plain = vectors.vectors.filter(({ kind }) => kind === "plain").length;
    expect(kinds.filter((kind) => kind === "esp-now").length).toBeGreaterThanOrEqual(plain);
    expect(kinds).toHaveLength(vectors.vectors.length + 1);
    expect(kinds.at(-1)).toBe("other");
    expect(kinds).not.toContain("malformed");
  });

  test("writes a capture beside its lines", async () => {
    const file = join(folder, "air.pcapng");
    const sniffing = sniff(monitor, { count: 2, write: file }, out);
    a.espnow.addPeer(B);
    await a.espnow.asend(B, "hello");
    await sniffing;
    const reader = readCapture(readFileSync(file));
    expect([...reader]).toHaveLength(2);
    expect(reader.ending).toEqual({ status: "complete" });
    expect(out.stdout.lines).toHaveLength(2);
  });

  test("with -w - the output is the capture and nothing else", async () => {
    const sniffing = sniff(monitor, { count: 2, write: "-" }, out);
    a.espnow.addPeer(B);
    await a.espnow.asend(B, "hello");
    await sniffing;
    const reader = readCapture(out.stdout.bytes);
    expect([...reader]).toHaveLength(2);
    expect(reader.ending).toEqual({ status: "complete" });
  });

  test("waits for a slow reader of its output: virtual time stands still", async () => {
    const reader = new SlowReader();
    const phy = await openPhy(`replay:${vectorCapture()}`);
    const output = new Output(reader, reader);
    const endPacing = output.pace(phy.clock);
    const sniffing = sniff(phy, {}, { output, signal: out.signal });
    while (reader.lines.length <= vectors.vectors.length) {
      await reader.full;
      const { length } = reader.lines;
      await new Promise((resolve) => setImmediate(resolve));
      expect(reader.lines).toHaveLength(length);
      reader.drain();
    }
    expect(await sniffing).toBe(0);
    endPacing();
  });

  test("drops and counts what a reader in real time does not take", () => {
    const reader = new SlowReader();
    const output = new Output(reader, reader);
    for (let i = 0; i < 3; i++) output.print("x");
    reader.writableLength = 9_000_000;
    for (let i = 0; i < 3; i++) output.print("x");
    expect({ printed: reader.lines.length, dropped: output.dropped }).toEqual({ printed: 3, dropped: 3 });
  });

  test("goes round the channels", async () => {
    const sniffing = sniff(monitor, { count: 1, hop: [11, 6, 1], dwell: 100 }, out);
    b.radio.channel = 6;
    b.espnow.addPeer(BROADCAST);
    const sending = (async () => {
      while (!out.stdout.text.includes("\n")) await b.espnow.asend(BROADCAST, "x");
    })();
    await Promise.all([sniffing, sending]);
    expect(out.stdout.lines[0]).toMatch(/ch {2}6 .*"x"$/);
  });

  test("ends when it is stopped, and leaves the signal as it was", async () => {
    const sniffing = sniff(monitor, {}, out);
    out.stop.abort();
    expect(await sniffing).toBe(0);
    expect(out.stderr.text).toBe("0 frames, 0 of ESP-NOW, 0 repeated\n");
  });

  test("fails when the radio goes down", async () => {
    const phy: Phy = monitor;
    const sniffing = sniff(phy, {}, out);
    phy.onState?.({ state: "down", reason: "it was unplugged" });
    await expect(sniffing).rejects.toThrow("the radio is down: it was unplugged");
  });
});

describe("replay", () => {
  test("sends the ESP-NOW frames of a capture again, byte for byte and in their own time", async () => {
    const listener = air.phy({ profile: "host", promiscuous: true });
    const heard: string[] = [];
    const times: number[] = [];
    listener.onFrame = ({ bytes, timeMs }) => {
      heard.push(Buffer.from(bytes).toString("hex"));
      times.push(timeMs);
    };
    expect(await replay(monitor, vectorCapture(), {}, out)).toBe(0);
    expect(heard.map(withoutDuration)).toEqual(vectors.vectors.map(({ mpdu }) => withoutDuration(mpdu)));
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(200);
    expect(out.stderr.text).toBe(`${heard.length} frames sent, 0 refused, 1 not of ESP-NOW\n`);
    expect(out.stdout.lines).toHaveLength(heard.length);
  });

  test("goes faster if it is told to", async () => {
    const start = monitor.clock.now();
    await replay(monitor, vectorCapture(), { speed: 2 }, out);
    expect(monitor.clock.now() - start).toBeLessThan(200);
  });

  test("refuses a file that is no capture", async () => {
    await expect(replay(monitor, "package.json", {}, out)).rejects.toThrow(/^package\.json at byte 0: neither pcap/);
    await expect(replay(monitor, "/no/such/file", {}, out)).rejects.toThrow(
      "cannot read /no/such/file: no such file or directory",
    );
  });
});
