import { BROADCAST, EspNowError, type MacAddress, sleep, toMac } from "aioespnow";
import { encodeActionBody, encodeActionHeader, isProtected, sourceOf } from "aioespnow/codec";
import { Air, type SimRadioOptions } from "aioespnow/sim";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { bench } from "#cli/commands/bench.ts";
import { echo } from "#cli/commands/echo.ts";
import { listen } from "#cli/commands/listen.ts";
import { ping } from "#cli/commands/ping.ts";
import { homeChannel, scan } from "#cli/commands/scan.ts";
import { send } from "#cli/commands/send.ts";
import { UsageError } from "#cli/process/explain.ts";
import { ensurePeer, type Station, startStation } from "#cli/radio/station.ts";
import { type Transcript, transcript } from "./transcript.ts";

const A = toMac("02:00:00:00:00:0a");
const B = toMac("02:00:00:00:00:0b");
const NOBODY = toMac("02:00:00:00:00:99");
const LMK = new TextEncoder().encode("0123456789abcdef");
const bytes = (text: string) => new TextEncoder().encode(text);

let air: Air;
let a: Station;
let b: Station;
let out: Transcript;

const station = (mac: MacAddress, options: SimRadioOptions = {}) => startStation(air.radio({ mac, ...options }));

beforeEach(() => {
  air = new Air({ seed: 1 });
  a = station(A);
  b = station(B);
  out = transcript();
});

afterEach(() => air[Symbol.asyncDispose]());

describe("send", () => {
  test("says that a message was acknowledged, and that an absent peer did not acknowledge it", async () => {
    expect(await send(a, B, bytes("hi"), {}, out)).toBe(0);
    expect(await send(a, NOBODY, bytes("hi"), {}, out)).toBe(1);
    expect(out.stdout.lines).toEqual([
      expect.stringMatching(/^02:00:00:00:00:0b: acknowledged \(1 attempt, \d\.\d\d ms\)$/),
      expect.stringMatching(/^02:00:00:00:00:99: not acknowledged \(6 attempts, \d+\.\d ms\)$/),
    ]);
  });

  test("repeats, in its own time, and tells programs the same in JSON", async () => {
    const json = transcript({ json: true });
    const start = a.radio.clock.now();
    expect(await send(a, BROADCAST, bytes("hi"), { repeat: 3, every: 10 }, json)).toBe(0);
    expect(json.stdout.records).toEqual(
      Array(3).fill({ peer: BROADCAST, status: "broadcast", ms: expect.any(Number) }),
    );
    expect(a.radio.clock.now() - start).toBeGreaterThanOrEqual(20_000);
  });

  test("encrypts with the key of the peer", async () => {
    b.espnow.addPeer(A, { lmk: LMK });
    const heard = b.espnow.packets().next();
    await send(a, B, bytes("secret"), { lmk: LMK }, out);
    expect((await heard).value).toMatchObject({ data: bytes("secret"), encrypted: true });
  });

  test.each([0, 1471])("refuses a message of %i bytes as a wrong argument", async (length) => {
    await expect(send(a, B, new Uint8Array(length), {}, out)).rejects.toThrow(UsageError);
  });

  test("is stopped by Ctrl-C between two messages", async () => {
    const sending = send(a, B, bytes("x"), { repeat: 1000, every: 1 }, out);
    await b.espnow.arecv();
    out.stop.abort();
    expect(await sending).toBe(0);
    expect(out.stdout.lines.length).toBeLessThan(1000);
  });
});

describe("listen", () => {
  test("prints time, source, destination, signal, rate and text, and ends after as many messages as asked", async () => {
    const listening = listen(b, { count: 2 }, out);
    a.espnow.addPeer(B);
    a.espnow.addPeer(BROADCAST);
    await a.espnow.asend(B, "hello");
    await a.espnow.asend(BROADCAST, Uint8Array.of(0, 0xff));
    expect(await listening).toBe(0);
    expect(out.stdout.lines).toEqual([
      expect.stringMatching(/^ {3}0\.00\d{4} {2}02:.*:0a > 02:00:00:00:00:0b {2}-\d+ dBm {2}1M {2}hello$/),
      expect.stringMatching(/> ff:ff:ff:ff:ff:ff {2}-\d+ dBm {2}1M {2}00ff$/),
    ]);
    expect(out.stderr.text).toBe("listening as 02:00:00:00:00:0b on channel 1\n");
  });

  test("prints only those it is told to, decrypts with their key, and gives programs everything", async () => {
    const json = transcript({ json: true });
    const c = station(NOBODY);
    const listening = listen(b, { from: [A], count: 1, lmk: LMK }, json);
    c.espnow.addPeer(B);
    await c.espnow.asend(B, "not for print");
    await send(a, B, bytes("secret"), { lmk: LMK }, out);
    await listening;
    expect(json.stdout.records).toEqual([
      expect.objectContaining({ source: A, destination: B, channel: 1, rate: "1M", encrypted: true, text: "secret" }),
    ]);
  });

  test("shows nothing that could drive a terminal: such messages are hexadecimal", async () => {
    const listening = listen(b, { count: 1 }, out);
    await send(a, B, bytes("\u001b[2J"), {}, transcript());
    await listening;
    expect(out.stdout.lines[0]).toMatch(/ {2}1b5b324a$/);
  });

  test("says how many messages it could not read, and what would help", async () => {
    a.espnow.addPeer(B, { lmk: LMK });
    a.espnow.addPeer(BROADCAST);
    const listening = listen(b, { count: 1 }, out);
    await a.espnow.asend(B, "secret");
    await a.espnow.asend(BROADCAST, "end");
    await listening;
    expect(out.stderr.lines.at(-1)).toBe("1 message was encrypted with another key: --from MAC --lmk KEY reads it");
  });

  test("ends in good order when it is stopped", async () => {
    const listening = listen(b, {}, out);
    out.stop.abort();
    expect(await listening).toBe(0);
  });
});

describe("a radio that goes down", () => {
  test("fails the messages of that time, and the next is sent", async () => {
    const down = new EspNowError("ERR_RADIO_DOWN", "the interface wlan1 is down");
    vi.spyOn(a.espnow, "asendReport").mockRejectedValueOnce(down);
    expect(await ping(a, B, { count: 2, interval: 0.01 }, out)).toBe(0);
    expect(out.stdout.lines.slice(1, 4)).toEqual([
      `seq=1 failed: ${down.message}`,
      expect.stringMatching(/^seq=2 acknowledged /),
      `--- ${B}: 2 sent, 1 acknowledged, 50 % lost`,
    ]);
  });

  test("is not every error: others end the command", async () => {
    const error = new EspNowError("ESP_ERR_ESPNOW_NO_MEM", "full");
    vi.spyOn(a.espnow, "asendReport").mockRejectedValueOnce(error);
    await expect(ping(a, B, { count: 2 }, out)).rejects.toBe(error);
  });
});

describe("ping", () => {
  test("prints a line for each message and sums up as ping(8) does", async () => {
    expect(await ping(a, B, { count: 3, size: 100 }, out)).toBe(0);
    const [head, first, , , summary, figures] = out.stdout.lines;
    expect(head).toBe("ping 02:00:00:00:00:0b: 100 bytes at 1M on channel 1");
    expect(first).toMatch(/^seq=1 acknowledged \(1 attempt, 1\.\d\d ms\)$/);
    expect(summary).toBe("--- 02:00:00:00:00:0b: 3 sent, 3 acknowledged, 0 % lost");
    expect(figures).toMatch(/^min\/avg\/max\/stddev = 1\.\d\d ms \/ 1\.\d\d ms \/ 1\.\d\d ms \/ 0\.0\d ms$/);
  });

  test("returns 1 where nobody answers, and has no figures then", async () => {
    const json = transcript({ json: true });
    expect(await ping(a, NOBODY, { count: 2, interval: 0.5 }, json)).toBe(1);
    expect(json.stdout.records.at(-1)).toEqual({ peer: NOBODY, sent: 2, acknowledged: 0, loss: 100 });
  });

  test("loses nothing that nobody could acknowledge: a broadcast", async () => {
    expect(await ping(a, BROADCAST, { count: 2 }, out)).toBe(0);
    expect(out.stdout.lines.at(-1)).toBe("--- ff:ff:ff:ff:ff:ff: 2 sent to all in reach");
    const json = transcript({ json: true });
    await ping(station(toMac("02:00:00:00:00:0c")), BROADCAST, { count: 2 }, json);
    expect(json.stdout.records.at(-1)).toEqual({ peer: BROADCAST, sent: 2, unknown: 2 });
  });

  test("says so where the radio does not tell", async () => {
    vi.spyOn(a.espnow, "asendReport").mockResolvedValue({ status: "unknown" });
    expect(await ping(a, B, { count: 2 }, out)).toBe(0);
    expect(out.stdout.lines.at(-1)).toBe(
      "--- 02:00:00:00:00:0b: 2 sent; this radio does not tell whether they were acknowledged",
    );
  });

  test("leaves out of the share of the lost what the radio did not tell", async () => {
    vi.spyOn(a.espnow, "asendReport")
      .mockResolvedValueOnce({ status: "unknown" })
      .mockResolvedValueOnce({ status: "no-ack", attempts: 6 });
    await ping(a, B, { count: 3 }, out);
    expect(out.stdout.lines.at(-2)).toBe(
      "--- 02:00:00:00:00:0b: 3 sent, 1 acknowledged, 50 % lost (1 that nothing is known of left out)",
    );
  });

  test("sums up what it has when it is stopped", async () => {
    const pinging = ping(a, B, {}, out);
    await b.espnow.arecv();
    await b.espnow.arecv();
    out.stop.abort();
    expect(await pinging).toBe(0);
    expect(out.stdout.text).toMatch(/--- 02:00:00:00:00:0b: \d+ sent, \d+ acknowledged/);
  });
});

describe("echo", () => {
  test("sends back to strangers what they sent", async () => {
    const echoing = echo(b, { count: 2 }, out);
    a.espnow.addPeer(B);
    await a.espnow.asend(B, "one");
    expect(await a.espnow.arecv()).toEqual([B, bytes("one")]);
    await a.espnow.asend(B, "two");
    expect(await a.espnow.arecv()).toEqual([B, bytes("two")]);
    expect(await echoing).toBe(0);
  });

  test("with a key answers encrypted messages with encrypted ones, and those in the clear not at all", async () => {
    const frames: { source: MacAddress; encrypted: boolean }[] = [];
    air.observe((event) => {
      if (event.kind !== "transmission" || event.transmission.isAck) return;
      const { frame } = event.transmission;
      frames.push({ source: sourceOf(frame), encrypted: isProtected(frame) });
    });
    const echoing = echo(b, { count: 1, from: [A], lmk: LMK }, out);
    a.espnow.addPeer(B);
    expect(await a.espnow.asend(B, "in the clear")).toBe(true); // acknowledged by the MAC, and dropped above it
    a.espnow.modPeer(B, { lmk: LMK });
    await a.espnow.asend(B, "secret");
    expect(await a.espnow.arecv()).toEqual([B, bytes("secret")]);
    expect(await echoing).toBe(0);
    expect(frames).toEqual([
      { source: A, encrypted: false },
      { source: A, encrypted: true },
      { source: B, encrypted: true },
    ]);
    expect(out.stdout.text).toContain("secret");
    expect(out.stdout.text).not.toContain("in the clear");
  });

  test("goes on after a message that is longer than it could send back", async () => {
    const echoing = echo(b, { count: 1 }, out);
    const frame = new Uint8Array(2400);
    const header = { destination: BROADCAST, source: NOBODY, bssid: BROADCAST, sequenceNumber: 0, protected: false };
    const start = encodeActionHeader(frame, 0, header);
    const phy = air.phy();
    const end = encodeActionBody(frame, start, new Uint8Array(2000), 2, 1);
    phy.transmit(frame.subarray(0, end), { rate: 0, noAck: true }, () => undefined);
    await sleep(100, { radio: a.radio });
    a.espnow.addPeer(B);
    await a.espnow.asend(B, "one");
    expect(await echoing).toBe(0);
    expect(out.stderr.lines.at(-1)).toBe(`${NOBODY} sent more bytes than this radio can send back`);
  });

  test("makes room in a full list of peers: the oldest goes", () => {
    const peer = (i: number) => toMac(`02:00:00:00:01:${String(i).padStart(2, "0")}`);
    for (let i = 0; i < 20; i++) ensurePeer(a.espnow, peer(i));
    expect(ensurePeer(a.espnow, peer(0))).toBe(false);
    expect(ensurePeer(a.espnow, B)).toBe(true);
    const macs = a.espnow.getPeers().map(({ mac }) => mac);
    expect(macs).toHaveLength(20);
    expect(macs).not.toContain(peer(0));
    expect(macs).toContain(B);
  });
});

describe("scan", () => {
  test("finds the channel of a station, and says so", async () => {
    b.radio.channel = 6;
    expect(await scan(a, B, { channels: [1, 5, 6, 7], pings: 2 }, out)).toBe(0);
    expect(out.stdout.lines).toEqual([
      "channel  1   0/2",
      "channel  5   0/2",
      "channel  6   2/2 ####################",
      "channel  7   0/2",
      "02:00:00:00:00:0b is on channel 6",
    ]);
  });

  test("returns 1 where it answers on no channel", async () => {
    expect(await scan(a, NOBODY, { channels: [1, 2], pings: 1 }, out)).toBe(1);
    expect(out.stdout.lines.at(-1)).toBe("02:00:00:00:00:99 did not answer on any channel");
  });

  test("says, when it is stopped, what it asked so far", async () => {
    const scanning = scan(a, NOBODY, { channels: [1, 2, 3], pings: 1 }, out);
    a.espnow.observe(({ kind }) => kind === "sent" && out.stdout.lines.length === 1 && out.stop.abort());
    expect(await scanning).toBe(1);
    expect(out.stdout.lines.at(-1)).toBe("02:00:00:00:00:99 did not answer on the 1 channel asked so far");
  });

  test.each<[string, Record<number, number>, number | undefined]>([
    ["one that answers", { 1: 0, 6: 5 }, 6],
    ["the middle of three", { 5: 2, 6: 5, 7: 1 }, 6],
    ["the middle of three, though another answered more often", { 5: 5, 6: 2, 7: 1 }, 6],
    ["of two the one that answered more often", { 1: 3, 2: 5 }, 2],
    ["of two alike the lower", { 1: 3, 2: 3 }, 1],
    ["the middle of the longer run", { 1: 5, 9: 1, 10: 1, 11: 1 }, 10],
    ["none", { 1: 0, 2: 0 }, undefined],
  ])("takes %s", (_, answers, channel) => {
    expect(homeChannel(new Map(Object.entries(answers).map(([key, value]) => [Number(key), value])))).toBe(channel);
  });
});

describe("bench", () => {
  test("measures acknowledgement times and throughput, with a histogram", async () => {
    expect(await bench(a, b, { count: 40, size: 50 }, out)).toBe(0);
    const { lines } = out.stdout;
    expect(lines[0]).toBe("40 messages of 50 bytes at 1M, one after another:");
    expect(lines[1]).toMatch(/^ +\d+\.\d\d - +\d+\.\d\d \| #+ \d+$/);
    expect(lines.find((line) => line.includes("min/avg"))).toMatch(
      /^ {2}40 acknowledged; min\/avg\/max\/stddev\/p99 = /,
    );
    expect(lines.at(-1)).toMatch(/^ {2}40 of 40 arrived in 0\.\d\d s: \d+ messages\/s, \d+ kbit\/s$/);
    expect(out.stderr.text).toBe("");
  });

  test("shows its progress on a terminal only, and gives programs the figures", async () => {
    const terminal = transcript({}, true);
    await bench(a, b, { count: 4 }, terminal);
    expect(terminal.stderr.text).toContain("\r\u001b[K[###############               ] 50 %");
    const json = transcript({ json: true }, true);
    await bench(startStation(air.radio()), b, { count: 4 }, json);
    expect(json.stderr.text).toBe("");
    expect(json.stdout.records).toEqual([
      expect.objectContaining({ run: "latency", count: 4, acknowledged: 4 }),
      expect.objectContaining({ run: "throughput", sent: 4, received: 4 }),
    ]);
  });

  test("does not begin the second run where the first is stopped", async () => {
    const send = a.espnow.asendReport.bind(a.espnow);
    let sent = 0;
    vi.spyOn(a.espnow, "asendReport").mockImplementation((...message) => {
      if (++sent === 3) out.stop.abort();
      return send(...message);
    });
    expect(await bench(a, b, { count: 1000 }, out)).toBe(0);
    expect(out.stdout.lines.at(-1)).toMatch(/^ {2}\d acknowledged; /);
  });

  test("returns 1 where nothing arrives", async () => {
    b.radio.channel = 11;
    expect(await bench(a, b, { count: 2 }, out)).toBe(1);
    expect(out.stdout.text).toContain("  nothing was acknowledged\n");
  });
});
