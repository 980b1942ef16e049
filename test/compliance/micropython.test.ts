/**
 * MicroPython's `espnow` and `aioespnow`, item by item (docs/compatibility.md, which names these tests): what no other
 * test shows. Titles begin with the section of docs/protocol.md and MicroPython's name.
 */
import { beforeEach, describe, expect, test } from "vitest";
import { BROADCAST, type MacAddress } from "#lib/codec/mac-address.ts";
import * as library from "#lib/index.ts";
import { AIOESPNow, ESPNow, SoftMacRadio, sleepSync, WLAN } from "#lib/index.ts";
import { Air } from "#lib/sim.ts";
import { pattern } from "#lib/testing/radio-suite.ts";
import { Wire, type WirePhy } from "../doubles/wire.ts";

const ABSENT = "02:00:00:00:0a:0b" as MacAddress;
const LMK = "0123456789abcdef";

let wire: Wire;
let phyA: WirePhy;
let radioA: SoftMacRadio;
let radioB: SoftMacRadio;
let a: AIOESPNow;
let b: AIOESPNow;
let macA: MacAddress;
let macB: MacAddress;

beforeEach(() => {
  wire = new Wire();
  phyA = wire.phy();
  radioA = new SoftMacRadio(phyA);
  radioB = new SoftMacRadio(wire.phy());
  for (const radio of [radioA, radioB]) new WLAN(WLAN.IF_STA, radio).active(true);
  [a, b] = [new AIOESPNow(radioA), new AIOESPNow(radioB)];
  for (const e of [a, b]) e.active(true);
  [macA, macB] = [radioA.address(0), radioB.address(0)];
  a.addPeer(macB);
});

function withCode(code: string, errno?: number): unknown {
  return expect.objectContaining(errno === undefined ? { code } : { code, errno });
}

/** From now on the reports of what `a` sends come `ms` later. */
function delayReports(ms: number): void {
  const transmit = phyA.transmit.bind(phyA);
  phyA.transmit = (frame, options, done) =>
    transmit(frame, options, (result) => void wire.clock.schedule(wire.clock.now() + ms, () => done(result)));
}

test("4.1 constants: as MicroPython has them", () => {
  const { ADDR_LEN, KEY_LEN, MAX_DATA_LEN, MAX_ENCRYPT_PEER_NUM, MAX_TOTAL_PEER_NUM, Rate } = library;
  expect([ADDR_LEN, KEY_LEN, MAX_DATA_LEN, MAX_ENCRYPT_PEER_NUM, MAX_TOTAL_PEER_NUM]).toEqual([6, 16, 1470, 6, 20]);
  expect(Rate).toEqual({
    RATE_1M: 0,
    RATE_2M: 1,
    RATE_5M: 2,
    RATE_11M: 3,
    RATE_24M: 9,
    RATE_12M: 10,
    RATE_6M: 11,
    RATE_54M: 12,
    RATE_LORA_250K: 41,
    RATE_LORA_500K: 42,
  });
});

describe("active", () => {
  test("4.1 active: False forgets the messages that were not read", () => {
    a.send(macB, "unread");
    expect(b.any()).toBe(true);
    b.active(false);
    b.active(true);
    expect(b.any()).toBe(false);
  });

  test("4.1 active: False forgets the irq handler", () => {
    let calls = 0;
    b.irq(() => calls++);
    b.active(false);
    b.active(true);
    a.send(macB, "x");
    sleepSync(5, radioB);
    expect([calls, b.any()]).toEqual([0, true]);
  });

  test("4.1 active: True twice changes nothing", () => {
    a.send(macB, "x");
    expect(b.active(true)).toBe(true);
    expect(b.recv(0)[0]).toBe(macA);
    a.active(true);
    expect(a.peerCount()).toEqual([1, 0]);
  });

  test("4.1 active: stats, config, irq and peers_table can be used while it is False", () => {
    b.active(false);
    b.config({ timeoutMs: 7 });
    b.irq(null);
    expect([b.stats().rxPackets, b.config("timeoutMs"), b.peersTable.size]).toEqual([0, 7, 0]);
  });
});

describe("send", () => {
  test("4.1 send: no report of its own within 100 ms is ETIMEDOUT, and the message counts as sent", () => {
    phyA.transmit = () => undefined; // a medium that never reports
    expect(() => a.send(macB, "x")).toThrow(withCode("ETIMEDOUT"));
    expect([radioA.clock.now(), a.stats().txPackets]).toEqual([100, 1]);
  });

  test("4.1 send: sync=False waits for no report, not even of the sends before it", () => {
    phyA.transmit = () => undefined;
    for (let i = 0; i < 5; i++) expect(a.send(macB, "x", false)).toBe(true);
    expect([radioA.clock.now(), a.stats().txPackets, a.stats().txResponses]).toEqual([0, 5, 0]);
  });

  test("4.1 send: to a group address it is True, whether or not anybody is there", async () => {
    b.active(false);
    new WLAN(WLAN.IF_STA, radioB).active(false);
    for (const group of [BROADCAST, "bb:bb:bb:bb:bb:bb"]) {
      a.addPeer(group);
      expect(a.send(group, "x")).toBe(true);
      expect(await a.asend(group, "x")).toBe(true);
    }
    expect(a.stats()).toMatchObject({ txPackets: 4, txFailures: 0 });
  });

  test("4.1 send: a group address has to be a peer", () => {
    expect(() => a.send(BROADCAST, "x")).toThrow(withCode("ESP_ERR_ESPNOW_NOT_FOUND", -12393));
  });

  test("4.1 send: to all with no peer but groups is NOT_FOUND", () => {
    a.delPeer(macB);
    a.addPeer(BROADCAST);
    for (const call of [() => a.send("x"), () => a.send(null, "x")]) {
      expect(call).toThrow(withCode("ESP_ERR_ESPNOW_NOT_FOUND", -12393));
    }
  });

  test("4.1 send: an empty message is ARG to a peer, and INTERNAL to all", async () => {
    expect(() => a.send(macB, "")).toThrow(withCode("ESP_ERR_ESPNOW_ARG", -12390));
    expect(() => a.send(null, "")).toThrow(withCode("ESP_ERR_ESPNOW_INTERNAL", -12394));
    expect(() => a.send("")).toThrow(withCode("ESP_ERR_ESPNOW_INTERNAL", -12394));
    await expect(a.asend(macB, "")).rejects.toMatchObject({ code: "ESP_ERR_ESPNOW_ARG" });
  });

  test("4.1 send: to all of which one is refused, nobody is sent to", () => {
    a.addPeer(ABSENT, { channel: 6 });
    expect(() => a.send("x")).toThrow(withCode("ESP_ERR_ESPNOW_INTERNAL"));
    expect([b.recv(100), a.stats().txPackets]).toEqual([[null, null], 0]);
  });

  test("4.1 send: undefined for an address is a mistake, and never a message to all", () => {
    expect(() => a.send(undefined as never, "x")).toThrow(TypeError);
    expect(a.stats().txPackets).toBe(0);
  });

  test("4.1 send: where the radio cannot know, it is true, and asendReport says unknown", async () => {
    const radio = new SoftMacRadio(wire.phy({ reportsAck: false }));
    radio.setInterfaceActive(0, true);
    const e = new AIOESPNow(radio);
    e.active(true);
    e.addPeer(ABSENT);
    expect(e.send(ABSENT, "x")).toBe(true);
    expect(await e.asendReport(ABSENT, "x")).toEqual({ status: "unknown" });
    expect(e.stats().txFailures).toBe(0);
  });
});

describe("recv", () => {
  test("4.1 recv: each message in storage of its own", () => {
    a.send(macB, "one");
    a.send(macB, "two");
    const [, first] = b.recv(0);
    b.recv(0);
    expect(first).toEqual(new TextEncoder().encode("one"));
  });

  test("4.1 recvinto: tells signal strength and time", () => {
    a.send(macB, "x");
    const slot = { mac: null, msg: new Uint8Array(250), rssi: 0, timeMs: 0 };
    expect(b.recvInto(slot, 0)).toBe(1);
    expect(slot).toMatchObject({ mac: macA, rssi: -42, timeMs: 1 });
  });

  test("4.1 recvinto: a message that does not fit is lost, and those behind it stay", () => {
    a.send(macB, pattern(20));
    a.send(macB, pattern(5));
    const slot = (length: number) => ({ mac: null, msg: new Uint8Array(length), rssi: 0, timeMs: 0 });
    expect(() => b.recvInto(slot(10), 0)).toThrow(RangeError);
    expect([b.recvInto(slot(10), 0), b.recvInto(slot(10), 0)]).toEqual([5, 0]);
  });

  test("4.1 recv: timeouts may be negative in config too, and then it waits forever", () => {
    b.config({ timeoutMs: -1 });
    wire.clock.schedule(3_600_000, () => void a.send(macB, "an hour later", false));
    expect(b.recv()[0]).toBe(macA);
  });

  test("4.1 peers_table: keyed by the addresses that recv gives, and not changed before a message is read", () => {
    a.send(macB, "x");
    expect(b.peersTable.size).toBe(0);
    const [mac] = b.recv(0);
    expect(b.peersTable.get(mac as MacAddress)).toEqual([-42, 1]);
    expect(b.peersTable.get(macA)).toBe(b.peersTable.get(mac as MacAddress));
  });

  test("4.1 irq: is called for each message of a burst, where MicroPython's queue may be full", () => {
    let calls = 0;
    b.irq(() => calls++);
    for (let i = 0; i < 30; i++) a.send(macB, "x", false);
    sleepSync(50, radioB);
    expect([calls, b.stats().rxPackets]).toEqual([30, 30]);
  });
});

describe("peers", () => {
  test("4.1 add_peer: a channel other than the radio's is CHAN at send, and not before", () => {
    a.addPeer(ABSENT, { channel: 6 });
    expect(() => a.send(ABSENT, "x")).toThrow(withCode("ESP_ERR_ESPNOW_CHAN", -12397));
    expect(() => a.addPeer("02:00:00:00:00:98", { channel: 15 })).toThrow(withCode("ESP_ERR_ESPNOW_ARG", -12390));
  });

  test("4.1 add_peer: seven encrypted peers, as firmware is configured, although the constant says six", () => {
    const add = (i: number): void => a.addPeer(`02:00:00:00:01:0${i}`, { lmk: LMK });
    for (let i = 0; i < 7; i++) add(i);
    expect(a.peerCount()).toEqual([8, 7]);
    expect(() => add(7)).toThrow(withCode("ESP_ERR_ESPNOW_FULL", -12392));
  });

  test("4.1 get_peer: the key reads back as it was given, also after another PMK", () => {
    a.addPeer(ABSENT, { lmk: LMK });
    a.setPmk("another pmk 1234");
    expect(a.getPeer(ABSENT).lmk).toEqual(new TextEncoder().encode(LMK));
  });

  test("2.4 plaintext from a peer with a key is refused on the access point too", () => {
    const accessPoint = new WLAN(WLAN.IF_AP, radioB);
    accessPoint.active(true);
    b.addPeer(macA, { lmk: LMK, ifidx: 1 });
    a.addPeer(accessPoint.config("mac"));
    expect(a.send(accessPoint.config("mac"), "x")).toBe(true);
    expect([b.recv(10), radioB.counters.plaintext]).toEqual([[null, null], 1]);
  });
});

describe("aioespnow", () => {
  test("4.1 asend: has no limit of 100 ms", async () => {
    delayReports(5000);
    expect(await a.asend(macB, "x")).toBe(true);
    expect(radioA.clock.now()).toBe(5001);
  });

  test("4.1 asend: waits for a buffer as long as it takes, where send gives up after 2 s", async () => {
    delayReports(5000);
    const sends = Array.from({ length: 33 }, () => a.asend(macB, "x"));
    expect((await Promise.all(sends)).every((sent) => sent)).toBe(true);
    expect(radioA.clock.now()).toBe(10_002);
  });

  test("4.1 asend: several at once do not wait for each other's reports", async () => {
    delayReports(50);
    await Promise.all(Array.from({ length: 20 }, () => a.asend(macB, "x")));
    expect(radioA.clock.now()).toBe(51);
  });

  test("4.1 arecv, airecv: have no timeout; a signal ends them", async () => {
    const options = { signal: AbortSignal.abort(new Error("enough")) };
    await expect(b.arecv(options)).rejects.toThrow("enough");
    await expect(b.airecv(options)).rejects.toThrow("enough");
    expect([b.arecv.length, b.airecv.length]).toEqual([0, 0]);
  });

  test("4.1 async iteration: what it gave may be kept, where MicroPython's is overwritten", async () => {
    const kept: Uint8Array[] = [];
    for (const word of ["one", "two"]) a.send(macB, word);
    for await (const [, msg] of b) if (kept.push(msg) === 2) break;
    expect(kept.map((msg) => new TextDecoder().decode(msg))).toEqual(["one", "two"]);
  });
});

describe("an ESP8266", () => {
  test("4.2 has the whole API, with the ESP32's errors and arithmetic, and 250 bytes", () => {
    const air = new Air({ seed: 1 });
    const open = (profile: "esp8266" | "esp32") => {
      const radio = air.radio({ profile });
      new WLAN(WLAN.IF_STA, radio).active(true);
      return { e: new ESPNow(radio), mac: radio.address(0) };
    };
    const [old, other] = [open("esp8266"), open("esp32")];
    expect(() => old.e.any()).toThrow(withCode("ESP_ERR_ESPNOW_NOT_INIT", -12389));
    for (const { e } of [old, other]) e.active(true);
    expect(() => old.e.send(other.mac, "x")).toThrow(withCode("ESP_ERR_ESPNOW_NOT_FOUND"));
    old.e.addPeer(other.mac, { channel: 0, ifidx: 0 });
    expect(() => old.e.send(other.mac, pattern(251))).toThrow(withCode("ESP_ERR_ESPNOW_ARG"));
    expect(old.e.send(other.mac, pattern(250))).toBe(true);
    expect(old.e.send("to all")).toBe(true);
    expect(old.e.getPeers()).toHaveLength(1);
    other.e.addPeer(old.mac);
    other.e.send(old.mac, pattern(3));
    expect([old.e.any(), old.e.recv(0)[1]?.length, old.e.stats().rxPackets]).toEqual([true, 3, 1]);
    expect(old.e.peersTable.get(other.mac)?.[0]).toBe(-30);
  });
});
