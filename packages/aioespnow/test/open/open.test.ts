import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { FRAME_CONTROL } from "#lib/codec/dot11.ts";
import { toMac } from "#lib/codec/mac-address.ts";
import { AIOESPNow } from "#lib/espnow/aioespnow.ts";
import { WLAN } from "#lib/espnow/wlan.ts";
import { openPhy, openRadio, openRadioSync } from "#lib/open/open.ts";
import { LinkType, PcapngWriter, PcapWriter } from "#lib/pcap/index.ts";
import type { Radio } from "#lib/radio/radio.ts";
import { fromHex } from "#lib/util/bytes.ts";
import onAir from "#test/vectors/onair-encrypted.json" with { type: "json" };
import vectors from "#test/vectors/vectors.json" with { type: "json" };

const opened: Radio[] = [];

/** The radio of a URL, closed after the test. */
function open(url: string): Radio {
  const radio = openRadioSync(url);
  opened.push(radio);
  return radio;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((radio) => radio[Symbol.asyncDispose]()));
});

function start(radio: Radio): AIOESPNow {
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new AIOESPNow(radio);
  e.active(true);
  return e;
}

async function lengths(e: AIOESPNow): Promise<number[]> {
  const heard: number[] = [];
  for await (const [, msg] of e) heard.push(msg.length);
  return heard;
}

describe("a radio URL", () => {
  test.each([
    ["usb:x", 'a radio URL must begin with air:, sim:, linux:, board:, replay:, not "usb:x"'],
    ["sim", 'not "sim"'],
    ["", 'not ""'],
    [" sim:", 'not " sim:"'],
    ["SIM:", 'not "SIM:"'],
    ["constructor:", 'not "constructor:"'],
  ])("%j that means nothing is refused and told what there is", async (url, message) => {
    expect(() => openRadioSync(url)).toThrow(RangeError);
    expect(() => openRadioSync(url)).toThrow(message);
    await expect(openRadio(url)).rejects.toThrow(message);
  });
});

describe("air:", () => {
  test.each([
    ["air:bad?seed=1", 'air: has no parameter "seed", only mac, profile'],
    ["air:bad?profile=esp31", 'profile must be esp32 or esp8266 or host or quickespnow, not "esp31"'],
    ["air:bad?mac=aa:bb", 'mac must look like "aa:bb:cc:dd:ee:ff"'],
    ["air:../x", "an air's name may have 64 of A-Z"],
    [`air:${"x".repeat(65)}`, "an air's name may have 64 of A-Z"],
  ])("%s is refused before a thread is started", (url, message) => {
    expect(() => openRadioSync(url)).toThrow(RangeError);
    expect(() => openRadioSync(url)).toThrow(message);
  });

  test("where there are no threads it is ENOTSUP, and the message names the way out", () => {
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
    expect(() => openRadioSync("air:")).toThrow("ENOTSUP: an air is shared by processes of Node; use sim: here");
    vi.restoreAllMocks();
  });
});

describe("sim:", () => {
  test("radios of one name hear each other, radios of another name do not", async () => {
    const [a, b, stranger] = [open("sim:one?clock=virtual"), open("sim:one"), open("sim:two?clock=virtual")];
    const [sender, receiver] = [start(a), start(b)];
    sender.addPeer(b.address(0));
    const received = receiver.arecv();
    expect(await sender.asend(b.address(0), "hello")).toBe(true);
    expect((await received)[0]).toBe(a.address(0));

    start(stranger);
    sender.addPeer(stranger.address(0));
    expect(await sender.asend(stranger.address(0), "hello")).toBe(false);
    expect(stranger.clock).not.toBe(a.clock);
  });

  test("without a name it is an air too, and openRadio gives the same", async () => {
    const radio = await openRadio("sim:");
    opened.push(radio);
    expect(radio.clock).toBe(open("sim:").clock);
    expect(radio.clock.kind).toBe("system");
  });

  test.each([
    ["esp32", { maxDataLength: 1470, maxPeers: 20, maxEncryptedPeers: 7 }],
    ["esp8266", { maxDataLength: 250, maxPeers: 20, maxEncryptedPeers: 7 }],
    ["host", { maxDataLength: 1470, maxPeers: Number.POSITIVE_INFINITY, maxEncryptedPeers: Number.POSITIVE_INFINITY }],
  ])("profile=%s has its limits", (profile, capabilities) => {
    expect(open(`sim:profiles?profile=${profile}`).capabilities).toMatchObject(capabilities);
  });

  test("mac is the station's address, in any form that is accepted elsewhere", () => {
    expect(open("sim:addresses?mac=02-00-00-AA-BB-CC").address(0)).toBe("02:00:00:aa:bb:cc");
  });

  test("the seed decides the addresses", () => {
    const addresses = ["seed1", "seed2", "seed3"].map((name, i) =>
      open(`sim:${name}?seed=${i < 2 ? 5 : 6}`).address(0),
    );
    expect(addresses[1]).toBe(addresses[0]);
    expect(addresses[2]).not.toBe(addresses[0]);
  });

  test.each([
    ["sim:bad?colour=red", 'sim: has no parameter "colour", only mac, profile, version, seed, clock'],
    ["sim:bad?profile=esp31", 'profile must be esp32 or esp8266 or host or quickespnow, not "esp31"'],
    ["sim:bad?profile=", 'profile must be esp32 or esp8266 or host or quickespnow, not ""'],
    ["sim:bad?clock=sundial", 'clock must be system or virtual, not "sundial"'],
    ["sim:bad?mac=aa:bb", 'mac must look like "aa:bb:cc:dd:ee:ff"'],
    ["sim:bad?seed=1.5", "seed must be a whole number from 0"],
    ["sim:bad?seed=-1", "seed must be a whole number from 0"],
    ["sim:bad?seed=one", "seed must be a whole number from 0"],
  ])("%s is refused", (url, message) => {
    expect(() => openRadioSync(url)).toThrow(RangeError);
    expect(() => openRadioSync(url)).toThrow(message);
  });

  test("a refused URL opens no air: its name is still free", () => {
    expect(() => openRadioSync("sim:free?clock=virtual&seed=x")).toThrow(RangeError);
    expect(open("sim:free?seed=3").clock.kind).toBe("system");
  });

  test("seed and clock of an air that is open are refused; the clock that it has is not", () => {
    open("sim:taken?clock=virtual&seed=3");
    for (const query of ["seed=3", "clock=system"]) {
      expect(() => openRadioSync(`sim:taken?${query}`)).toThrow('the air "sim:taken" is open already');
    }
    expect(open("sim:taken?clock=virtual").clock.kind).toBe("virtual");
  });
});

describe("replay:", () => {
  const HELLO = vectors.vectors.find(({ id }) => id === "v1-plain-hello");
  const FRAME = fromHex(HELLO?.mpdu ?? "");
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "aioespnow-open-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function file(name: string, ...chunks: readonly Uint8Array[]): string {
    const path = join(folder, name);
    writeFileSync(path, Buffer.concat(chunks));
    return path;
  }

  /** A capture of `count` frames, 100 ms apart. */
  function capture(extension: "pcap" | "pcapng", count: number, frame = FRAME): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    const sink = (bytes: Uint8Array): void => void chunks.push(bytes.slice());
    const writer = extension === "pcap" ? new PcapWriter(sink, LinkType.IEEE802_11) : new PcapngWriter(sink);
    if (writer instanceof PcapngWriter) writer.addInterface({ linkType: LinkType.IEEE802_11 });
    for (let i = 0; i < count; i++) {
      writer.write({ time: { seconds: 1_700_000_000, nanoseconds: i * 100_000_000 }, bytes: frame });
    }
    return chunks;
  }

  test.each(["pcap", "pcapng"] as const)("a %s file is heard whole, and then the iteration ends", async (extension) => {
    const path = file(`good.${extension}`, ...capture(extension, 3));
    const radio = open(`replay:${path}?mac=${HELLO?.dst}`);
    expect(await lengths(start(radio))).toEqual([5, 5, 5]);
    expect(radio.clock.kind).toBe("virtual");
    expect(radio.clock.now()).toBeCloseTo(200);
  });

  test("what a capture cut short by its end holds is heard", async () => {
    const bytes = Buffer.concat(capture("pcap", 3));
    const path = file("cut.pcap", bytes.subarray(0, bytes.length - 1));
    expect(await lengths(start(open(`replay:${path}?mac=${HELLO?.dst}`)))).toEqual([5, 5]);
  });

  test("mac says whose messages are heard beside those to groups", async () => {
    const path = file("somebody.pcap", ...capture("pcap", 2));
    const radio = open(`replay:${path}?mac=02:00:00:00:00:01`);
    expect(radio.address(0)).toBe("02:00:00:00:00:01");
    expect(await lengths(start(radio))).toEqual([]);
    expect(radio.counters.notForUs).toBe(2);
  });

  test("with a speed it is played in real time", async () => {
    const path = file("timed.pcap", ...capture("pcap", 2));
    const radio = open(`replay:${path}?speed=1000&mac=${HELLO?.dst}`);
    expect(await lengths(start(radio))).toEqual([5, 5]);
    expect(radio.clock.kind).toBe("system");
  });

  test("there is no limit of peers, and the keys of a capture can be given", async () => {
    const path = file("encrypted.pcap", ...capture("pcap", 1, fromHex(onAir.mpdu)));
    const radio = open(`replay:${path}?mac=30:ae:a4:45:4a:a4`);
    const e = start(radio);
    for (let i = 16; i < 56; i++) e.addPeer(`02:00:00:00:00:${i.toString(16)}`, { encrypt: true });
    e.setPmk(new Uint8Array(16));
    e.addPeer("24:0a:c4:1d:58:68", { lmk: new Uint8Array(16) });
    const { value } = await e.packets().next();
    expect(value).toMatchObject({ encrypted: true, source: "24:0a:c4:1d:58:68" });
  });

  test.each(["0", "-1", "fast", ""])("a speed of %j is refused", (speed) => {
    const path = file("speed.pcap", ...capture("pcap", 1));
    expect(() => openRadioSync(`replay:${path}?speed=${speed}`)).toThrow("speed must be a number above 0");
  });

  test("parameters that it has not, and addresses that are none, are refused", () => {
    const path = file("parameters.pcap", ...capture("pcap", 1));
    expect(() => openRadioSync(`replay:${path}?seed=1`)).toThrow('replay: has no parameter "seed", only speed, mac');
    expect(() => openRadioSync(`replay:${path}?mac=x`)).toThrow('mac must look like "aa:bb:cc:dd:ee:ff"');
  });

  test("a file that is no capture is ERR_RADIO_PROTOCOL and says where and why", () => {
    const path = file("text.pcap", new TextEncoder().encode("this is no capture at all"));
    expect(() => openRadioSync(`replay:${path}`)).toThrow(expect.objectContaining({ code: "ERR_RADIO_PROTOCOL" }));
    expect(() => openRadioSync(`replay:${path}`)).toThrow(`${path} is no capture that can be read: at byte 0,`);
  });

  test("a capture that breaks off in nonsense is heard up to there, and says so", async () => {
    const record = new Uint8Array(16).fill(0xff); // a record of 4 GiB
    const path = file("broken.pcap", ...capture("pcap", 2), record);
    const radio = openRadioSync(`replay:${path}`);
    const e = new AIOESPNow(radio);
    new WLAN(WLAN.IF_STA, radio).active(true);
    e.active(true);
    const heard: unknown[] = [];
    for await (const [mac] of e) heard.push(mac);
    expect(heard).toHaveLength(2);
    expect(radio.leftOut?.()).toEqual([
      expect.stringMatching(/^the capture is broken at byte \d+: .*; what follows is left out$/),
    ]);
  });

  test("a missing file is the system's own ENOENT", async () => {
    const url = `replay:${join(folder, "missing.pcap")}`;
    expect(() => openRadioSync(url)).toThrow(expect.objectContaining({ code: "ENOENT", syscall: "open" }));
    await expect(openRadio(url)).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("where there are no files it is ENOTSUP, and the message names the way out", () => {
    const path = file("somewhere.pcap", ...capture("pcap", 1));
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
    expect(() => openRadioSync(`replay:${path}`)).toThrow("ENOTSUP: there are no files here; make a ReplayPhy");
    vi.restoreAllMocks();
  });
});

describe("openPhy", () => {
  test("sim: hears every frame of the air of that name, ACKs too", async () => {
    const a = open("sim:phy?clock=virtual&seed=1&mac=02:00:00:00:00:0a");
    const b = open("sim:phy?mac=02:00:00:00:00:0b");
    const phy = await openPhy("sim:phy");
    const heard: number[] = [];
    phy.onFrame = ({ bytes }) => heard.push(bytes[0] as number);
    start(b);
    const e = start(a);
    e.addPeer("02:00:00:00:00:0b");
    expect(await e.asend("02:00:00:00:00:0b", "hello")).toBe(true);
    expect(heard).toEqual([FRAME_CONTROL.ACTION, FRAME_CONTROL.ACK]);
    await phy[Symbol.asyncDispose]();
  });

  test("replay: plays a capture frame by frame", async () => {
    const phy = await openPhy("replay:examples/data/encrypted.pcap");
    const lengths: number[] = [];
    const ended = new Promise((resolve) => {
      phy.onState = resolve;
    });
    phy.onFrame = ({ bytes }) => lengths.push(bytes.length);
    phy.setAckAddresses([toMac("02:00:00:00:00:01")]);
    expect(await ended).toEqual({ state: "ended" });
    expect(lengths).toEqual([75]);
    await phy[Symbol.asyncDispose]();
  });

  test.each([
    ["usb:0", /must begin with .*, not "usb:0"/],
    ["sim:?mac=02:00:00:00:00:01", /sim: has no parameter "mac"/],
    ["replay:", /replay: needs a file/],
    ["replay:x.pcap?mac=02:00:00:00:00:01", /replay: has no parameter "mac"/],
  ])("refuses %s", async (url, message) => {
    await expect(openPhy(url)).rejects.toThrow(message);
  });
});

test("sim: speaks the version of ESP-NOW that it is asked for", async () => {
  await using first = await openRadio("sim:versions?version=1");
  await using second = await openRadio("sim:versions");
  expect([first, second].map(({ capabilities }) => capabilities.maxDataLength)).toEqual([250, 1470]);
  await expect(openRadio("sim:versions?version=3")).rejects.toThrow(/version/);
});

describe("a signal", () => {
  test("that is aborted already opens nothing", async () => {
    const reason = new Error("never mind");
    const opening = openRadio("replay:no-such-file.pcap", { signal: AbortSignal.abort(reason) });
    await expect(opening).rejects.toBe(reason);
  });

  test("gives up a board that does not answer, and closes its line", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const stop = new AbortController();
    const opening = openRadio(`board:tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      signal: stop.signal,
    });
    const [socket] = (await once(server, "connection")) as [Socket];
    const ended = once(socket.on("error", () => undefined).resume(), "close");
    stop.abort(new Error("never mind"));
    await expect(opening).rejects.toThrow("never mind");
    await ended;
    server.close();
  });

  test("that is aborted later has no listener left, and does nothing to the radio", async () => {
    const stop = new AbortController();
    const radio = await openRadio("sim:signals?clock=virtual", { signal: stop.signal });
    opened.push(radio);
    stop.abort();
    start(radio);
    expect(radio.isInterfaceActive(0)).toBe(true);
  });
});
