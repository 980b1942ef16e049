/** docs/protocol.md 3.6: the peer list of esp_now.h, its order of checks and its error codes. */
import { expect, test } from "vitest";
import { BROADCAST, type MacAddress } from "#lib/codec/mac-address.ts";
import type { EspNowErrorCode } from "#lib/errors.ts";
import { type Peer, type PeerChange, type PeerSettings, PeerTable } from "#lib/radio/peer-table.ts";
import { PLAIN } from "#lib/testing/radio-suite.ts";

const ENCRYPTED: PeerSettings = { ...PLAIN, encrypt: true };
const BAD_CHANNEL: PeerSettings = { ...PLAIN, channel: 15 };
const BAD_INTERFACE: PeerSettings = { ...PLAIN, ifidx: 2 as 0 };
const GROUP = "01:00:5e:00:00:01" as MacAddress;

function mac(number: number): MacAddress {
  return `02:00:00:00:00:${number.toString(16).padStart(2, "0")}` as MacAddress;
}

function table({ maxPeers = 20, maxEncryptedPeers = 7, started = true } = {}): PeerTable {
  const peers = new PeerTable({ maxPeers, maxEncryptedPeers, channels: [1, 6, 11] });
  if (started) peers.start();
  return peers;
}

function filled(count: number, settings = PLAIN, limits = {}): PeerTable {
  const peers = table(limits);
  for (let i = 0; i < count; i++) peers.add(mac(i), settings);
  return peers;
}

/** Every row has two faults: the code says which of them is looked at first. */
test.each<[title: string, peers: PeerTable, mac: MacAddress, settings: PeerSettings, code: EspNowErrorCode]>([
  ["not initialised, before full", table({ started: false, maxPeers: 0 }), mac(0), PLAIN, "ESP_ERR_ESPNOW_NOT_INIT"],
  ["not initialised, before group with encryption", stopped(), GROUP, ENCRYPTED, "ESP_ERR_ESPNOW_NOT_INIT"],
  ["not initialised, before bad channel", stopped(), mac(0), BAD_CHANNEL, "ESP_ERR_ESPNOW_NOT_INIT"],
  ["not initialised, before bad interface", stopped(), mac(0), BAD_INTERFACE, "ESP_ERR_ESPNOW_NOT_INIT"],
  ["not initialised, before no key slot", stopped(), mac(0), ENCRYPTED, "ESP_ERR_ESPNOW_NOT_INIT"],
  ["full, before group with encryption", filled(20), GROUP, ENCRYPTED, "ESP_ERR_ESPNOW_FULL"],
  ["full, before bad channel", filled(20), mac(99), BAD_CHANNEL, "ESP_ERR_ESPNOW_FULL"],
  ["full, before bad interface", filled(20), mac(99), BAD_INTERFACE, "ESP_ERR_ESPNOW_FULL"],
  ["full, before existing", filled(20), mac(0), PLAIN, "ESP_ERR_ESPNOW_FULL"],
  ["full, before no key slot", filled(20, PLAIN, { maxEncryptedPeers: 0 }), mac(99), ENCRYPTED, "ESP_ERR_ESPNOW_FULL"],
  ["group with encryption, before existing", withGroup(), GROUP, ENCRYPTED, "ESP_ERR_ESPNOW_ARG"],
  ["bad channel, before existing", filled(1), mac(0), BAD_CHANNEL, "ESP_ERR_ESPNOW_ARG"],
  ["bad interface, before existing", filled(1), mac(0), BAD_INTERFACE, "ESP_ERR_ESPNOW_ARG"],
  ["group with encryption, before no key slot", keyless(), GROUP, ENCRYPTED, "ESP_ERR_ESPNOW_ARG"],
  ["bad channel, before no key slot", keyless(), mac(0), { ...BAD_CHANNEL, encrypt: true }, "ESP_ERR_ESPNOW_ARG"],
  ["bad interface, before no key slot", keyless(), mac(0), { ...BAD_INTERFACE, encrypt: true }, "ESP_ERR_ESPNOW_ARG"],
  ["existing, before no key slot", filled(7, ENCRYPTED), mac(0), ENCRYPTED, "ESP_ERR_ESPNOW_EXIST"],
  ["no key slot, when nothing else is wrong", filled(7, ENCRYPTED), mac(99), ENCRYPTED, "ESP_ERR_ESPNOW_FULL"],
])("3.6 add_peer: %s", (_title, peers, address, settings, code) => {
  const before = contents(peers);
  const changes: PeerChange[] = [];
  peers.onChange = (change) => changes.push(change);
  expect(() => peers.add(address, settings)).toThrow(expect.objectContaining({ code }));
  expect(contents(peers)).toEqual(before);
  expect(changes).toEqual([]);
});

test.each<[title: string, peers: PeerTable, mac: MacAddress, settings: PeerSettings, code: EspNowErrorCode]>([
  ["not initialised, before not found", table({ started: false }), mac(0), PLAIN, "ESP_ERR_ESPNOW_NOT_INIT"],
  ["not initialised, before bad interface", stopped(), mac(0), BAD_INTERFACE, "ESP_ERR_ESPNOW_NOT_INIT"],
  ["not initialised, before no key slot", stopped(), mac(0), ENCRYPTED, "ESP_ERR_ESPNOW_NOT_INIT"],
  ["not found, before bad interface", filled(1), mac(1), BAD_INTERFACE, "ESP_ERR_ESPNOW_NOT_FOUND"],
  ["not found, before no key slot", filled(7, ENCRYPTED), mac(99), ENCRYPTED, "ESP_ERR_ESPNOW_NOT_FOUND"],
  [
    "bad interface, before no key slot",
    fullOfKeys(),
    mac(99),
    { ...BAD_INTERFACE, encrypt: true },
    "ESP_ERR_ESPNOW_ARG",
  ],
  ["no key slot for a peer that had none", fullOfKeys(), mac(99), ENCRYPTED, "ESP_ERR_ESPNOW_FULL"],
])("3.6 mod_peer: %s", (_title, peers, address, settings, code) => {
  const before = contents(peers);
  expect(() => peers.modify(address, settings)).toThrow(expect.objectContaining({ code }));
  expect(contents(peers)).toEqual(before);
});

test.each<[title: string, mac: MacAddress, settings: PeerSettings, message: string]>([
  ["group with encryption, before bad channel", GROUP, { ...BAD_CHANNEL, encrypt: true }, "cannot be encrypted"],
  ["group with encryption, before bad interface", GROUP, { ...BAD_INTERFACE, encrypt: true }, "cannot be encrypted"],
  ["bad channel, before bad interface", mac(0), { ...BAD_CHANNEL, ifidx: 2 as 0 }, "channel 15 is not allowed"],
])("3.6 add_peer: %s, both of them ARG", (_title, address, settings, message) => {
  const peers = table();
  expect(() => peers.add(address, settings)).toThrow(message);
  expect(peers.count()).toEqual([0, 0]);
});

test("3.6 mod_peer changes everything of a peer, keeps its place, and keeps the count of keys right", () => {
  const peers = filled(7, ENCRYPTED);
  peers.modify(mac(3), { ...ENCRYPTED, channel: 6, ifidx: 1, lmk: new Uint8Array(16).fill(9) });
  expect(peers.get(mac(3))).toMatchObject({ channel: 6, ifidx: 1, encrypt: true, lmk: new Uint8Array(16).fill(9) });
  expect(peers.unicast().map((peer) => peer.mac)).toEqual([0, 1, 2, 3, 4, 5, 6].map(mac));
  peers.modify(mac(3), PLAIN);
  expect(peers.count()).toEqual([7, 6]);
  peers.add(mac(7), ENCRYPTED);
  expect(peers.count()).toEqual([8, 7]);
});

test("3.6 mod_peer does not look again at the channel", () => {
  const peers = filled(1);
  peers.modify(mac(0), BAD_CHANNEL);
  expect(peers.get(mac(0)).channel).toBe(15);
});

test("3.6 del_peer of a stranger is NOT_FOUND, and of an encrypted peer frees its key", () => {
  const peers = filled(7, ENCRYPTED);
  expect(() => peers.remove(mac(99))).toThrow(
    expect.objectContaining({ code: "ESP_ERR_ESPNOW_NOT_FOUND", errno: -12393 }),
  );
  peers.remove(mac(0));
  expect(peers.count()).toEqual([6, 6]);
  expect(peers.find(mac(0))).toBeUndefined();
});

test("3.6 get_peer gives any peer, fetch_peer only unicast ones, in the order of their adding", () => {
  const peers = table();
  for (const address of [mac(2), BROADCAST, mac(1), GROUP]) peers.add(address, PLAIN);
  expect(peers.get(BROADCAST).mac).toBe(BROADCAST);
  expect(peers.unicast().map((peer) => peer.mac)).toEqual([mac(2), mac(1)]);
  expect(peers.count()).toEqual([4, 0]);
  expect(() => peers.get(mac(3))).toThrow(expect.objectContaining({ code: "ESP_ERR_ESPNOW_NOT_FOUND" }));
});

test("3.6 deinit removes every peer and tells so", () => {
  const peers = filled(2, ENCRYPTED);
  const removed: Peer[] = [];
  peers.onChange = ({ kind, peer }) => void (kind === "removed" && removed.push(peer));
  peers.stop();
  expect(removed.map((peer) => peer.mac)).toEqual([mac(0), mac(1)]);
  for (const call of [
    () => peers.count(),
    () => peers.unicast(),
    () => peers.get(mac(0)),
    () => peers.remove(mac(0)),
  ]) {
    expect(call).toThrow(expect.objectContaining({ code: "ESP_ERR_ESPNOW_NOT_INIT" }));
  }
  peers.start();
  expect(peers.count()).toEqual([0, 0]);
});

test("a table without a limit takes any number of peers", () => {
  const peers = filled(250, ENCRYPTED, {
    maxPeers: Number.POSITIVE_INFINITY,
    maxEncryptedPeers: Number.POSITIVE_INFINITY,
  });
  expect(peers.count()).toEqual([250, 250]);
});

function stopped(): PeerTable {
  return table({ started: false, maxEncryptedPeers: 0 });
}

function keyless(): PeerTable {
  return table({ maxEncryptedPeers: 0 });
}

function withGroup(): PeerTable {
  const peers = table();
  peers.add(GROUP, PLAIN);
  return peers;
}

function fullOfKeys(): PeerTable {
  const peers = filled(7, ENCRYPTED);
  peers.add(mac(99), PLAIN);
  return peers;
}

function contents(peers: PeerTable): readonly (Peer | undefined)[] {
  return [...Array.from({ length: 100 }, (_, i) => mac(i)), GROUP].map((address) => peers.find(address));
}
