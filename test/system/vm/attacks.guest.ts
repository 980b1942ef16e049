import { afterEach, beforeEach, expect, test } from "vitest";
import { encodeActionBody } from "#lib/codec/action-frame.ts";
import { ACK_LENGTH, encodeAck, encodeActionHeader } from "#lib/codec/dot11.ts";
import { BROADCAST, type MacAddress, toMac } from "#lib/codec/mac-address.ts";
import { encodeInjectionHeader } from "#lib/codec/radiotap-writer.ts";
import { AIOESPNow } from "#lib/espnow/aioespnow.ts";
import { WLAN } from "#lib/espnow/wlan.ts";
import { PacketSocket } from "#lib/phy/linux/packet-socket.ts";
import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { pattern } from "#lib/testing/radio-suite.ts";
import { monitorPhy, STATION_0, STATION_1 } from "./radios.ts";

const NOBODY = "02:00:00:00:00:99";
const AT_1M = { rate: 0, noAck: false } as const;

type MonitorPhy = ReturnType<typeof monitorPhy>;

interface Station {
  readonly phy: MonitorPhy;
  readonly e: AIOESPNow;
}

/** wlan0, the station that is attacked, and wlan1, its peer. */
let victim: Station;
let peer: Station;
const sockets: PacketSocket[] = [];

beforeEach(() => {
  [victim, peer] = (["wlan0", "wlan1"] as const).map((name): Station => {
    const phy = monitorPhy(name);
    const radio = new SoftMacRadio(phy, phy.address === undefined ? {} : { mac: phy.address });
    new WLAN(WLAN.IF_STA, radio).active(true);
    const e = new AIOESPNow(radio);
    e.active(true);
    return { phy, e };
  }) as [Station, Station];
  for (const mac of [STATION_1, NOBODY]) victim.e.addPeer(mac);
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  for (const { phy } of [victim, peer]) await phy[Symbol.asyncDispose]();
});

/** Another program on this computer, with the right to inject on an interface. */
function attackerOn(name: "wlan0" | "wlan1"): (frame: Uint8Array) => void {
  const socket = new PacketSocket(name, undefined);
  sockets.push(socket);
  return (frame) => {
    const packet = new Uint8Array(64 + frame.length);
    const start = encodeInjectionHeader(packet, 0, AT_1M);
    packet.set(frame, start);
    expect(socket.send(packet, start + frame.length)).toBe("sent");
  };
}

function espNowFrame(destination: string, source: string, length: number, random: number): Uint8Array {
  const frame = new Uint8Array(300);
  const start = encodeActionHeader(frame, 0, {
    destination: toMac(destination),
    source: toMac(source),
    bssid: BROADCAST,
    sequenceNumber: 0,
    protected: false,
  });
  return frame.subarray(0, encodeActionBody(frame, start, pattern(length), 2, random));
}

test("ACK frames that somebody sends make no message acknowledged", async () => {
  const inject = attackerOn("wlan1");
  const ack = new Uint8Array(ACK_LENGTH);
  encodeAck(ack, 0, STATION_0 as MacAddress);
  const padded = new Uint8Array(24);
  padded.set(ack);
  for (let i = 0; i < 20; i++) {
    const report = victim.e.asendReport(NOBODY, "x");
    for (const frame of [padded, padded]) inject(frame);
    expect((await report).status).toBe("no-ack");
  }
});

test("the TX status of other programs on the same interface is not taken for one's own", async () => {
  const inject = attackerOn("wlan0");
  for (let i = 0; i < 20; i++) {
    inject(espNowFrame(STATION_1, STATION_0, 4, i)); // acknowledged: the peer is there
    const report = victim.e.asendReport(NOBODY, "x");
    inject(espNowFrame(STATION_1, STATION_0, 4, 1000 + i));
    inject(espNowFrame(NOBODY, STATION_0, 4, 2000 + i)); // from the same to the same, another message
    expect((await report).status).toBe("no-ack");
  }
  await expect.poll(() => victim.phy.counters.strayEchoes).toBeGreaterThanOrEqual(60);
  expect((await victim.e.asendReport(STATION_1, "x")).status).toBe("acked");
});

test("a copy of one's own frame that another program injects meanwhile gives one report, not two", async () => {
  const inject = attackerOn("wlan0");
  const copies: Uint8Array[] = [];
  const { transmit } = victim.phy;
  victim.phy.transmit = (frame, options, done) => {
    copies.push(frame.slice());
    transmit.call(victim.phy, frame, options, done);
    inject(frame);
  };
  for (let i = 0; i < 20; i++) expect((await victim.e.asendReport(NOBODY, "x")).status).toBe("no-ack");
  expect(copies).toHaveLength(20);
  expect(victim.e.stats()).toMatchObject({ txPackets: 20, txResponses: 20, txFailures: 20 });
});

test("what another program injects on the same interface is no message of anybody", async () => {
  const inject = attackerOn("wlan0");
  const heard = peer.e.arecv();
  for (const destination of [BROADCAST, STATION_0, STATION_1]) inject(espNowFrame(destination, NOBODY, 9, 7));
  expect((await heard)[1]).toEqual(pattern(9)); // it did go out
  await peer.e.asend(BROADCAST, "after").catch(() => undefined);
  peer.e.addPeer(STATION_0);
  const last = victim.e.arecv();
  expect(await peer.e.asend(STATION_0, "last")).toBe(true);
  expect(await last).toEqual([STATION_1, new TextEncoder().encode("last")]);
  expect(victim.e.stats().rxPackets).toBe(1);
});

test("frames with the victim's own address as their source, from the air, change no report", async () => {
  const inject = attackerOn("wlan1");
  for (let i = 0; i < 20; i++) {
    const report = victim.e.asendReport(NOBODY, "x");
    inject(espNowFrame(NOBODY, STATION_0, 1, i));
    expect((await report).status).toBe("no-ack");
  }
});
