import { beforeEach, describe, expect, test } from "vitest";
import { encodeActionBody, MAX_RECEIVE_LEN } from "#lib/codec/action-frame.ts";
import { encodeActionHeader } from "#lib/codec/dot11.ts";
import { BROADCAST, type MacAddress } from "#lib/codec/mac-address.ts";
import { AIOESPNow } from "#lib/espnow/aioespnow.ts";
import { SoftMacRadio } from "#lib/radio/soft-mac/soft-mac.ts";
import { pattern } from "#lib/testing/radio-suite.ts";
import { Wire } from "#test/doubles/wire.ts";

/** Frames with more data than `MAX_DATA_LEN`: a device joins and delivers them (docs/protocol.md 1.4). */
const LENGTHS = [1471, 1490, 2000, MAX_RECEIVE_LEN];
const A = "02:00:00:00:00:0a" as MacAddress;

let wire: Wire;
let e: AIOESPNow;

beforeEach(() => {
  wire = new Wire();
  const radio = new SoftMacRadio(wire.phy());
  radio.setInterfaceActive(0, true);
  e = new AIOESPNow(radio);
  e.active(true);
});

function broadcast(length: number): void {
  const frame = new Uint8Array(2400);
  const header = { destination: BROADCAST, source: A, bssid: BROADCAST, sequenceNumber: 0, protected: false };
  const start = encodeActionHeader(frame, 0, header);
  wire.inject(frame.subarray(0, encodeActionBody(frame, start, pattern(length), 2, length)));
}

test("the longest is what a management frame's body of 2304 bytes can carry", () => {
  expect(MAX_RECEIVE_LEN).toBe(2233);
  broadcast(MAX_RECEIVE_LEN + 1);
  expect(e.any()).toBe(false);
});

describe.each<[string, () => Promise<Uint8Array | null | undefined>]>([
  ["recv", async () => e.recv(0)[1]],
  ["irecv", async () => e.irecv(0)[1]],
  ["arecv", async () => (await e.arecv())[1]],
  ["airecv", async () => (await e.airecv())[1]],
  ["packets", async () => (await e.packets().next()).value?.data],
  ["iteration", async () => (await e[Symbol.asyncIterator]().next()).value?.[1]],
  [
    "recvInto",
    async () => {
      const slot = { mac: null, msg: new Uint8Array(MAX_RECEIVE_LEN), rssi: 0, timeMs: 0 };
      e.recvInto(slot, 0);
      return slot.msg;
    },
  ],
])("%s", (_, receive) => {
  test.each(LENGTHS)("takes a message of %i bytes, and the next one", async (length) => {
    broadcast(length);
    broadcast(3);
    expect(await receive()).toEqual(pattern(length));
    expect(await receive()).toEqual(pattern(3));
  });
});

test("recvInto with room for MAX_DATA_LEN gets past a message that is longer", () => {
  const slot = { mac: null, msg: new Uint8Array(1470), rssi: 0, timeMs: 0 };
  for (const length of [3, 2000, 4]) broadcast(length);
  expect(e.recvInto(slot, 0)).toBe(3);
  expect(() => e.recvInto(slot, 0)).toThrow("a message of 2000 bytes is lost");
  expect(e.recvInto(slot, 0)).toBe(4);
  expect(e.any()).toBe(false);
});
