import { beforeEach, describe, expect, test } from "vitest";
import { encodeActionBody } from "#lib/codec/action-frame.ts";
import { encodeActionHeader, isRetry, sequenceNumber } from "#lib/codec/dot11.ts";
import { BROADCAST, type MacAddress, macAt } from "#lib/codec/mac-address.ts";
import { DEFAULT_PMK } from "#lib/crypto/ccmp.ts";
import { EspNowError } from "#lib/errors.ts";
import type { MessageInfo } from "#lib/radio/message-info.ts";
import type { PeerSettings } from "#lib/radio/peer-table.ts";
import type { RadioCounters } from "#lib/radio/radio-counters.ts";
import { PacketNumbers } from "#lib/radio/soft-mac/packet-numbers.ts";
import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import type { SoftMacOptions } from "#lib/radio/soft-mac/soft-mac-options.ts";
import { nextMessage, PLAIN, pattern, send } from "#lib/testing/radio-suite.ts";
import { toHex } from "#lib/util/bytes.ts";
import { SeededRandom } from "#lib/util/rng.ts";
import { Wire, type WirePhy } from "#test/doubles/wire.ts";

const A = "02:00:00:00:00:0a" as MacAddress;
const B = "02:00:00:00:00:0b" as MacAddress;
const LMK = new Uint8Array(16).fill(0x11);
const ENCRYPTED: PeerSettings = { ...PLAIN, encrypt: true, lmk: LMK };

/** Each test has numbers of its own. */
let packetNumbers = new PacketNumbers();

beforeEach(() => {
  packetNumbers = new PacketNumbers();
});

function radio(wire: Wire, options: SoftMacOptions = {}, phy: WirePhy = wire.phy()): SoftMacRadio {
  const made = new SoftMacRadio(phy, { random: new SeededRandom(1), packetNumbers, ...options });
  made.setInterfaceActive(0, true);
  made.start();
  return made;
}

function pairOn(wire: Wire, options: SoftMacOptions = {}): [a: SoftMacRadio, b: SoftMacRadio] {
  const a = radio(wire, { mac: A });
  const b = radio(wire, { mac: B, ...options });
  a.peers.add(B, PLAIN);
  return [a, b];
}

/** What `b` is given from now on. */
function listen(b: SoftMacRadio): MessageInfo[] {
  const heard: MessageInfo[] = [];
  b.onMessage = (message) => void heard.push({ ...message, data: message.data.slice() });
  return heard;
}

/** The frame that `from` sends to `to`, as it was on the wire. */
async function frameOf(wire: Wire, from: SoftMacRadio, to: MacAddress, data: Uint8Array): Promise<Uint8Array> {
  await send(from, to, data);
  return wire.sent.at(-1) as Uint8Array;
}

function withRetryBit(frame: Uint8Array): Uint8Array {
  const copy = frame.slice();
  copy[1] = (copy[1] as number) | 0x08;
  return copy;
}

function plainFrame(destination: MacAddress, source: MacAddress, data: Uint8Array, random = 1): Uint8Array {
  const frame = new Uint8Array(2000);
  const body = encodeActionHeader(frame, 0, {
    destination,
    source,
    bssid: BROADCAST,
    sequenceNumber: 0,
    protected: false,
  });
  return frame.subarray(0, encodeActionBody(frame, body, data, 2, random));
}

describe("frames", () => {
  test("1.1 sequence numbers begin at 0 and go up by one with each frame, whomever it is to", async () => {
    const wire = new Wire();
    const [a] = pairOn(wire);
    a.peers.add(BROADCAST, PLAIN);
    for (const mac of [B, BROADCAST, B]) await send(a, mac, pattern(4));
    expect(wire.sent.map((frame) => sequenceNumber(frame))).toEqual([0, 1, 2]);
  });

  test("1.1 after 4095 sequence numbers begin again at 0", async () => {
    const wire = new Wire();
    const [a] = pairOn(wire);
    for (let i = 0; i < 4097; i++) await send(a, B, pattern(1));
    expect(wire.sent.slice(-2).map((frame) => sequenceNumber(frame))).toEqual([4095, 0]);
  });

  test("1.1 addr3 is the broadcast address for the ESP32 family and the destination for an ESP8266", async () => {
    const wire = new Wire();
    const [a] = pairOn(wire);
    const old = radio(wire, { family: "esp8266", version: 1 });
    old.peers.add(B, PLAIN);
    expect(macAt(await frameOf(wire, a, B, pattern(4)), 16)).toBe(BROADCAST);
    expect(macAt(await frameOf(wire, old, B, pattern(4)), 16)).toBe(B);
  });

  test("1.2 the random value changes from frame to frame, whatever chance gives", async () => {
    const wire = new Wire();
    const a = radio(wire, { mac: A, random: { uint32: () => 5 } });
    a.peers.add(B, PLAIN);
    const randoms: string[] = [];
    for (let i = 0; i < 3; i++) randoms.push(toHex((await frameOf(wire, a, B, pattern(4))).subarray(28, 32)));
    expect(randoms).toEqual(["00000005", "00000006", "00000005"]);
  });

  test("1.3 a v2 radio says version 2 for short messages too; a peer that is marked v1 gets version 1", async () => {
    const wire = new Wire();
    const [a] = pairOn(wire);
    expect((await frameOf(wire, a, B, pattern(4)))[38]).toBe(0x02);
    a.peers.modify(B, { ...PLAIN, version: 1 });
    expect((await frameOf(wire, a, B, pattern(4)))[38]).toBe(0x01);
    expect(() => a.send(B, pattern(251), () => undefined)).toThrow("1 to 250 bytes");
  });

  test("2.2 packet numbers begin at 1 for each key and outlive the peer entry", async () => {
    const wire = new Wire();
    const [a] = pairOn(wire);
    const numberOf = async (): Promise<string> => toHex((await frameOf(wire, a, B, pattern(4))).subarray(24, 32));
    a.peers.modify(B, ENCRYPTED);
    expect([await numberOf(), await numberOf()]).toEqual(["010000e000000000", "020000e000000000"]);
    a.peers.remove(B);
    a.peers.add(B, ENCRYPTED);
    expect(await numberOf()).toBe("030000e000000000");
    a.peers.modify(B, { ...ENCRYPTED, lmk: new Uint8Array(16).fill(0x22) });
    expect(await numberOf()).toBe("010000e000000000");
  });

  test("2.2 packet numbers go on when a radio is closed and another is opened with the same address and key", async () => {
    const numbers: string[] = [];
    for (let i = 0; i < 3; i++) {
      const wire = new Wire();
      const a = new SoftMacRadio(wire.phy(), { mac: A });
      a.setInterfaceActive(0, true);
      a.start();
      a.peers.add(B, ENCRYPTED);
      numbers.push(toHex((await frameOf(wire, a, B, pattern(4))).subarray(24, 32)));
      await a[Symbol.asyncDispose]();
    }
    expect(numbers).toEqual(["010000e000000000", "020000e000000000", "030000e000000000"]);
  });

  test("a message to a group is never encrypted, whatever modPeer made of the peer", async () => {
    const wire = new Wire();
    const [a] = pairOn(wire);
    a.peers.add(BROADCAST, PLAIN);
    a.peers.modify(BROADCAST, ENCRYPTED);
    expect((await frameOf(wire, a, BROADCAST, pattern(4)))[1]).toBe(0);
  });

  test("the address of the access point is the station's plus one on an ESP32", () => {
    expect(radio(new Wire(), { mac: "02:00:00:00:00:ff" as MacAddress }).address(1)).toBe("02:00:00:00:00:00");
    expect(radio(new Wire(), { mac: A }).address(1)).toBe("02:00:00:00:00:0b");
  });

  test("the address of the access point has the local bit turned over on an ESP8266", () => {
    const mac = "5c:cf:7f:00:00:01" as MacAddress;
    expect(radio(new Wire(), { mac, family: "esp8266" }).address(1)).toBe("5e:cf:7f:00:00:01");
  });

  test("an interface can be given another address, at which it is reached from then on", async () => {
    const [a, b] = pairOn(new Wire());
    const other = "02:00:00:00:00:77" as MacAddress;
    b.setAddress(0, other);
    expect(b.address(0)).toBe(other);
    a.peers.add(other, PLAIN);
    expect((await send(a, B, pattern(1))).status).toBe("no-ack");
    expect((await send(a, other, pattern(1))).status).toBe("acked");
    expect(() => b.setAddress(0, BROADCAST)).toThrow("mac must be the address of one station");
  });

  test("a peer on the access point interface is sent to from its address", async () => {
    const wire = new Wire();
    const [a] = pairOn(wire);
    a.setInterfaceActive(1, true);
    a.peers.modify(B, { ...PLAIN, ifidx: 1 });
    expect(macAt(await frameOf(wire, a, B, pattern(4)), 10)).toBe(a.address(1));
  });
});

describe("retransmission over a medium that does not repeat frames", () => {
  test("a frame is sent six times in all, the same but for the Retry bit", async () => {
    const wire = new Wire();
    const a = radio(wire, { mac: A }, wire.phy({ retriesInHardware: false }));
    a.peers.add(B, PLAIN);
    expect(await send(a, B, pattern(4))).toEqual({ status: "no-ack", attempts: 6 });
    const [first, ...others] = wire.sent as [Uint8Array, ...Uint8Array[]];
    expect(isRetry(first)).toBe(false);
    expect(others.map(toHex)).toEqual(Array.from({ length: 5 }, () => toHex(withRetryBit(first))));
  });

  test("it stops at the first acknowledgement and says how many it took", async () => {
    const wire = new Wire();
    const a = radio(wire, { mac: A }, wire.phy({ retriesInHardware: false }));
    radio(wire, { mac: B });
    a.peers.add(B, PLAIN);
    wire.isLost = (_, count) => count < 2;
    expect(await send(a, B, pattern(4))).toEqual({ status: "acked", attempts: 3 });
  });

  test("a group is sent to once, and so is a peer where nobody reports acknowledgements", async () => {
    const wire = new Wire();
    const a = radio(wire, { mac: A }, wire.phy({ retriesInHardware: false, reportsAck: false }));
    a.peers.add(BROADCAST, PLAIN);
    a.peers.add(B, PLAIN);
    expect(await send(a, BROADCAST, pattern(4))).toEqual({ status: "broadcast" });
    expect(await send(a, B, pattern(4))).toEqual({ status: "unknown" });
    expect(wire.sent).toHaveLength(2);
  });

  test.each([
    [{ status: "busy" }, { status: "failed", error: expect.objectContaining({ code: "ESP_ERR_ESPNOW_NO_MEM" }) }],
    [{ status: "sent" }, { status: "unknown" }],
    [
      { status: "failed", error: new EspNowError("ERR_RADIO_DOWN", "unplugged") },
      { status: "failed", error: expect.objectContaining({ code: "ERR_RADIO_DOWN" }) },
    ],
  ] as const)("the medium's %o is reported as %o", async (result, report) => {
    const wire = new Wire();
    const phy = wire.phy({ retriesInHardware: false });
    phy.forcedResult = result;
    const a = radio(wire, { mac: A }, phy);
    a.peers.add(B, PLAIN);
    expect(await send(a, B, pattern(4))).toEqual(report);
  });
});

describe("what is dropped, and under which name it is counted", () => {
  /** What the radio counted, without the zeros. */
  function counts(b: SoftMacRadio): Partial<RadioCounters> {
    return Object.fromEntries(Object.entries(b.counters).filter(([, count]) => count !== 0));
  }

  test("what is no ESP-NOW", () => {
    const wire = new Wire();
    const b = radio(wire, { mac: B });
    const foreign = plainFrame(B, A, pattern(4));
    foreign[25] = 0x00; // another organisation
    const beacon = plainFrame(BROADCAST, A, pattern(4));
    beacon[0] = 0x80;
    for (const frame of [foreign, beacon, new Uint8Array(10)]) wire.inject(frame);
    expect(counts(b)).toEqual({ notEspNow: 3 });
  });

  test("frames to somebody else, as a monitor hears them", () => {
    const wire = new Wire();
    const b = radio(wire, { mac: B });
    wire.inject(plainFrame(A, A, pattern(4)));
    expect(counts(b)).toEqual({ notForUs: 1 });
  });

  test("frames while ESP-NOW is off", () => {
    const wire = new Wire();
    const b = radio(wire, { mac: B });
    b.stop();
    wire.inject(plainFrame(B, A, pattern(4)));
    expect(counts(b)).toEqual({ notStarted: 1 });
  });

  test("ESP-NOW that is malformed", () => {
    const wire = new Wire();
    const b = radio(wire, { mac: B });
    const frame = plainFrame(B, A, pattern(4));
    wire.inject(frame.subarray(0, frame.length - 1));
    expect(counts(b)).toEqual({ malformed: 1 });
  });

  test("1.4 retransmissions of what was heard", async () => {
    const wire = new Wire();
    const [a, b] = pairOn(wire);
    const heard = listen(b);
    const frame = await frameOf(wire, a, B, pattern(4));
    wire.inject(withRetryBit(frame));
    expect(heard).toHaveLength(1);
    expect(counts(b)).toEqual({ received: 1, duplicates: 1 });
  });

  test("2.4 encrypted frames without a key for their sender, and with a wrong one", async () => {
    const wire = new Wire();
    const [a, b] = pairOn(wire);
    const heard = listen(b);
    a.peers.modify(B, ENCRYPTED);
    await send(a, B, pattern(4));
    b.peers.add(A, { ...ENCRYPTED, lmk: new Uint8Array(16).fill(0x22) });
    await send(a, B, pattern(4));
    expect(heard).toEqual([]);
    expect(counts(b)).toEqual({ noKey: 1, badMic: 1 });
  });

  test("2.2 protected frames that CCMP cannot have made, and those of ordinary Wi-Fi", async () => {
    const wire = new Wire();
    const [a, b] = pairOn(wire);
    a.peers.modify(B, ENCRYPTED);
    b.peers.add(A, ENCRYPTED);
    const frame = await frameOf(wire, a, B, pattern(4));
    const withoutExtIv = frame.slice();
    withoutExtIv[27] = 0xc0;
    const otherKeyId = frame.slice();
    otherKeyId[27] = 0x20;
    for (const bytes of [frame.subarray(0, 39), withoutExtIv, otherKeyId]) wire.inject(bytes);
    expect(counts(b)).toEqual({ received: 1, malformed: 2, notEspNow: 1 });
  });

  test("2.4 unencrypted unicast from a peer that has a key, while its broadcasts are heard", async () => {
    const wire = new Wire();
    const [a, b] = pairOn(wire);
    const heard = listen(b);
    b.peers.add(A, ENCRYPTED);
    a.peers.add(BROADCAST, PLAIN);
    await send(a, B, pattern(4));
    await send(a, BROADCAST, pattern(5));
    expect(heard.map((message) => message.data.length)).toEqual([5]);
    expect(counts(b)).toEqual({ plaintext: 1, received: 1 });
  });

  test("2.4 such unicast is let through where the policy says so", async () => {
    const wire = new Wire();
    const [a, b] = pairOn(wire, { plaintext: "accept" });
    const heard = listen(b);
    b.peers.add(A, ENCRYPTED);
    await send(a, B, pattern(4));
    expect(heard).toMatchObject([{ encrypted: false }]);
  });

  test("2.4 a replayed frame is let through and marked by default, and dropped from a peer with a window", async () => {
    const wire = new Wire();
    const [a, b] = pairOn(wire);
    const heard = listen(b);
    a.peers.modify(B, ENCRYPTED);
    b.peers.add(A, ENCRYPTED);
    const first = await frameOf(wire, a, B, pattern(4));
    const second = await frameOf(wire, a, B, pattern(5));
    wire.inject(first);
    expect(heard.map((message) => message.replayed)).toEqual([false, false, true]);
    b.peers.remove(A);
    b.peers.add(A, { ...ENCRYPTED, replay: "window" });
    for (const frame of [first, second, first, second]) wire.inject(frame);
    expect(heard.slice(3).map((message) => message.data.length)).toEqual([4, 5]);
    expect(counts(b)).toEqual({ received: 5, replayedAccepted: 1, replayed: 2 });
  });
});

describe("a replay window", () => {
  const OTHER: PeerSettings = { ...ENCRYPTED, lmk: new Uint8Array(16).fill(0x22) };

  /** Which of 100 recorded messages `b` takes again after `change`. */
  async function replays(change: (b: SoftMacRadio) => void): Promise<number> {
    const wire = new Wire();
    const [a, b] = pairOn(wire);
    const heard = listen(b);
    a.peers.modify(B, ENCRYPTED);
    b.peers.add(A, { ...ENCRYPTED, replay: "window" });
    const frames: Uint8Array[] = [];
    for (let i = 0; i < 100; i++) frames.push(await frameOf(wire, a, B, pattern(4)));
    expect(heard).toHaveLength(100);
    change(b);
    for (const frame of frames) wire.inject(frame);
    return heard.length - 100;
  }

  const window = (settings: PeerSettings): PeerSettings => ({ ...settings, replay: "window" });

  test.each<[string, (b: SoftMacRadio) => void]>([
    ["the same key again", (b) => b.peers.modify(A, { ...window(ENCRYPTED), channel: 1 })],
    [
      "another key and back",
      (b) => {
        b.peers.modify(A, window(OTHER));
        b.peers.modify(A, window(ENCRYPTED));
      },
    ],
    [
      "encryption off and on",
      (b) => {
        b.peers.modify(A, { ...window(ENCRYPTED), encrypt: false });
        b.peers.modify(A, window(ENCRYPTED));
      },
    ],
    [
      "another PMK and back",
      (b) => {
        b.setPmk(new Uint8Array(16).fill(0x33));
        b.peers.modify(A, window(ENCRYPTED));
        b.setPmk(DEFAULT_PMK);
        b.peers.modify(A, window(ENCRYPTED));
      },
    ],
    [
      "255 other keys and back",
      (b) => {
        for (let i = 0; i < 255; i++)
          b.peers.modify(A, window({ ...ENCRYPTED, lmk: new Uint8Array(16).fill(i, 0, 8) }));
        b.peers.modify(A, window(ENCRYPTED));
      },
    ],
  ])("stays closed after %s", async (_, change) => {
    expect(await replays(change)).toBe(0);
  });

  test("is opened again by removing and adding the peer, as after the boot of a device", async () => {
    const reopen = (b: SoftMacRadio): void => {
      b.peers.remove(A);
      b.peers.add(A, window(ENCRYPTED));
    };
    expect(await replays(reopen)).toBe(100);
  });
});

describe("attempts to change what counts as a duplicate", () => {
  /** What `b` hears when a frame of A, an attacker's frame, and the retransmission come after one another. */
  async function heardAround(attack: Uint8Array, encrypted: boolean): Promise<string[]> {
    const wire = new Wire();
    const [a, b] = pairOn(wire);
    if (encrypted) {
      a.peers.modify(B, ENCRYPTED);
      b.peers.add(A, ENCRYPTED);
    }
    const heard = listen(b);
    const frame = await frameOf(wire, a, B, pattern(4));
    wire.inject(attack);
    wire.inject(withRetryBit(frame));
    return heard.map(({ source, data }) => `${source === A ? "A" : source} ${data.length}`);
  }

  test("plaintext in the name of an encrypted peer does not suppress the peer's retransmission", async () => {
    const wire = new Wire();
    const b = radio(wire, { mac: B });
    const heard = listen(b);
    b.peers.add(A, PLAIN);
    b.peers.modify(A, ENCRYPTED);
    wire.inject(plainFrame(B, A, pattern(4), 7)); // refused
    b.peers.modify(A, PLAIN);
    wire.inject(withRetryBit(plainFrame(B, A, pattern(4), 7)));
    expect(heard).toHaveLength(1);
  });

  test("a frame of somebody else between a frame and its retransmission does not make it arrive twice", async () => {
    const stranger = "02:00:00:00:00:cc" as MacAddress;
    expect(await heardAround(plainFrame(BROADCAST, stranger, pattern(9), 99), false)).toEqual(["A 4", `${stranger} 9`]);
  });

  test.each([
    ["refused plaintext", plainFrame(B, A, pattern(9), 99), ["A 4"]],
    ["a broadcast", plainFrame(BROADCAST, A, pattern(9), 99), ["A 4", "A 9"]],
  ])("%s in the name of an encrypted peer does not make its message arrive twice", async (_, attack, expected) => {
    expect(await heardAround(attack, true)).toEqual(expected);
  });

  test("a replay that is let through does not make the last message arrive twice", async () => {
    const wire = new Wire();
    const [a, b] = pairOn(wire);
    a.peers.modify(B, ENCRYPTED);
    b.peers.add(A, ENCRYPTED);
    const first = await frameOf(wire, a, B, pattern(4));
    const second = await frameOf(wire, a, B, pattern(5));
    wire.inject(first);
    wire.inject(withRetryBit(first)); // a device that has booted again repeats frames too
    wire.inject(withRetryBit(second));
    expect(b.counters).toMatchObject({ received: 3, replayedAccepted: 1, duplicates: 2 });
  });

  test("the same random value without the Retry bit is a new frame", async () => {
    const wire = new Wire();
    const [a, b] = pairOn(wire);
    const frame = await frameOf(wire, a, B, pattern(4));
    wire.inject(frame);
    expect(b.counters).toMatchObject({ received: 2, duplicates: 0 });
  });

  test("a replay that a window refuses does not make the last message arrive twice", async () => {
    const wire = new Wire();
    const [a, b] = pairOn(wire);
    a.peers.modify(B, ENCRYPTED);
    b.peers.add(A, { ...ENCRYPTED, replay: "window" });
    const first = await frameOf(wire, a, B, pattern(4));
    const second = await frameOf(wire, a, B, pattern(5));
    wire.inject(first);
    wire.inject(withRetryBit(second));
    expect(b.counters).toMatchObject({ received: 2, replayed: 1, duplicates: 1 });
  });
});

test("a promiscuous radio reads what is sent to others", () => {
  const wire = new Wire();
  const heard = listen(radio(wire, { promiscuous: true }));
  wire.inject(plainFrame(A, B, pattern(4)));
  expect(heard).toMatchObject([{ source: B, destination: A }]);
});

test.each<[SoftMacOptions, string]>([
  [{ mac: "hello" }, "mac must look like"],
  [{ mac: BROADCAST }, "is a group's"],
  [{ version: 3 as never }, "version must be 1 or 2"],
  [{ family: "esp64" as never }, "family must be esp32 or esp8266"],
  [{ maxPeers: Number.NaN }, "maxPeers must be a whole number"],
  [{ plaintext: "acept" as never }, "plaintext must be refuse or accept"],
])("options %o are refused", (options, message) => {
  expect(() => radio(new Wire(), options)).toThrow(message);
});

test("an address in any form is taken", () => {
  expect(radio(new Wire(), { mac: "AA-BB-CC-DD-EE-02" }).address(1)).toBe("aa:bb:cc:dd:ee:03");
});

describe("keys", () => {
  test("2.1 a later PMK does not change the keys of peers that exist", async () => {
    const wire = new Wire();
    const [a, b] = pairOn(wire);
    a.peers.modify(B, ENCRYPTED);
    b.peers.add(A, ENCRYPTED);
    a.setPmk(new Uint8Array(16).fill(1));
    const [heard] = await Promise.all([nextMessage(b), send(a, B, pattern(4))]);
    expect(heard.encrypted).toBe(true);
  });

  test("2.1 peers added after it need the same PMK on both sides", async () => {
    const wire = new Wire();
    const [a, b] = pairOn(wire);
    const pmk = new Uint8Array(16).fill(1);
    a.setPmk(pmk);
    pmk.fill(2); // the radio has its own copy
    a.peers.modify(B, ENCRYPTED);
    b.peers.add(A, ENCRYPTED);
    await send(a, B, pattern(4));
    expect(b.counters).toMatchObject({ badMic: 1, received: 0 });
    b.setPmk(new Uint8Array(16).fill(1));
    b.peers.modify(A, ENCRYPTED);
    const [heard] = await Promise.all([nextMessage(b), send(a, B, pattern(4))]);
    expect(heard.data).toEqual(pattern(4));
  });

  test("2.1 after stop and start the PMK is the default one again", async () => {
    const wire = new Wire();
    const [a, b] = pairOn(wire);
    b.setPmk(new Uint8Array(16).fill(1));
    b.stop();
    b.start();
    a.peers.modify(B, ENCRYPTED);
    b.peers.add(A, ENCRYPTED);
    const [heard] = await Promise.all([nextMessage(b), send(a, B, pattern(4))]);
    expect(heard.encrypted).toBe(true);
  });

  test("a peer whose encryption is switched off is sent to in the clear", async () => {
    const wire = new Wire();
    const [a] = pairOn(wire);
    a.peers.modify(B, ENCRYPTED);
    expect((await frameOf(wire, a, B, pattern(4)))[1]).toBe(0x40);
    a.peers.modify(B, PLAIN);
    expect((await frameOf(wire, a, B, pattern(4)))[1]).toBe(0x00);
  });
});

describe("version 1", () => {
  test("1.5 a v1 radio discards what is longer than one element, and reads short v2 messages", async () => {
    const wire = new Wire();
    const [a, b] = pairOn(wire, { version: 1 });
    const heard = listen(b);
    for (const length of [251, 250]) await send(a, B, pattern(length));
    expect(heard.map((message) => message.data.length)).toEqual([250]);
    expect(b.counters.malformed).toBe(1);
    expect(b.capabilities.maxDataLength).toBe(250);
  });
});

describe("settings", () => {
  test("the transmit power goes to the medium, and one out of range is refused before that", () => {
    const wire = new Wire();
    const phy = wire.phy();
    const a = radio(wire, {}, phy);
    a.txPower = 8.5;
    expect(() => {
      a.txPower = 30;
    }).toThrow("txpower must be from 2 to 21 dBm");
    expect([a.txPower, phy.txPower]).toEqual([8.5, 8.5]);
  });

  test("an interface that the medium cannot have is ENOTSUP", () => {
    const wire = new Wire();
    const a = radio(wire, {}, wire.phy({ maxAckAddresses: 1 }));
    expect(() => a.address(1)).toThrow(expect.objectContaining({ code: "ENOTSUP" }));
  });

  test("a medium that goes down is reported at once and refuses to send until it is up again", () => {
    const wire = new Wire();
    const phy = wire.phy();
    const a = radio(wire, {}, phy);
    a.peers.add(B, PLAIN);
    const states: unknown[] = [];
    a.onState = (state) => void states.push(state);
    phy.onState?.({ state: "down", reason: "unplugged" });
    expect(() => a.send(B, pattern(1), () => undefined)).toThrow(expect.objectContaining({ code: "ERR_RADIO_DOWN" }));
    phy.onState?.({ state: "up" });
    expect(a.send(B, pattern(1), () => undefined)).toBe(1);
    expect(states).toEqual([{ state: "down", reason: "unplugged" }, { state: "up" }]);
  });
});
