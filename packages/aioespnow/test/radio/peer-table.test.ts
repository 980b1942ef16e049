import { describe, expect, test } from "vitest";
import { toMac } from "#lib/codec/mac-address.ts";
import { type PeerSettings, PeerTable } from "#lib/radio/peer-table.ts";
import { PLAIN } from "#lib/testing/radio-suite.ts";

const ENCRYPTED: PeerSettings = { ...PLAIN, encrypt: true };
const A = toMac("02:00:00:00:00:0a");
const B = toMac("02:00:00:00:00:0b");
const GROUP = toMac("01:00:5e:00:00:01");

function started(limits = {}): PeerTable {
  const peers = new PeerTable({ maxPeers: 20, maxEncryptedPeers: 7, channels: [1, 6, 11], ...limits });
  peers.start();
  return peers;
}

/** A table with one peer, `A`. */
function withPeer(settings: PeerSettings, limits = {}): PeerTable {
  const peers = started(limits);
  peers.add(A, settings);
  return peers;
}

describe("a refusal says what is wrong and what can be done", () => {
  const stopped = new PeerTable({ maxPeers: 1, maxEncryptedPeers: 1, channels: [1] });

  test.each<[message: string, call: () => void]>([
    ["call active(true) first", () => stopped.get(A)],
    ["there are 1 peers already", () => withPeer(PLAIN, { maxPeers: 1 }).add(B, PLAIN)],
    ["there are 1 encrypted peers already", () => withPeer(ENCRYPTED, { maxEncryptedPeers: 1 }).add(B, ENCRYPTED)],
    ["messages to the group address 01:00:5e:00:00:01 cannot be encrypted", () => started().add(GROUP, ENCRYPTED)],
    ["channel 2 is not allowed; use 0 or 1, 6, 11", () => started().add(A, { ...PLAIN, channel: 2 })],
    [
      "ifidx must be WLAN.IF_STA (0) or WLAN.IF_AP (1), not 2",
      () => started().add(A, { ...PLAIN, ifidx: 2 as unknown as 0 }),
    ],
    ["02:00:00:00:00:0a is a peer already; use modPeer()", () => withPeer(PLAIN).add(A, PLAIN)],
    ["02:00:00:00:00:0b is not a peer; add it with addPeer()", () => withPeer(PLAIN).get(B)],
  ])("%s", (message, call) => {
    expect(call).toThrow(expect.objectContaining({ message: expect.stringMatching(/^ESP_ERR_ESPNOW_[A-Z_]+: /) }));
    expect(call).toThrow(`: ${message}`);
  });
});

test("the radio is told of each change, after it, with the peer as it is then, or as it was last", () => {
  const peers = started();
  const changes: unknown[] = [];
  peers.onChange = ({ kind, peer }) => changes.push([kind, peer.mac, peer.channel, peers.find(A)?.channel]);
  peers.add(A, { ...PLAIN, channel: 1 });
  peers.modify(A, { ...PLAIN, channel: 6 });
  peers.remove(A);
  expect(changes).toEqual([
    ["added", A, 1, 1],
    ["modified", A, 6, 6],
    ["removed", A, 6, undefined],
  ]);
});

test("peers without a key need no room for one, and changing them keeps the count of keys", () => {
  const peers = started({ maxEncryptedPeers: 1 });
  peers.add(A, ENCRYPTED);
  peers.add(B, PLAIN);
  peers.modify(B, { ...PLAIN, channel: 6 });
  expect(peers.count()).toEqual([2, 1]);
  peers.modify(A, PLAIN);
  peers.modify(B, ENCRYPTED);
  expect(peers.count()).toEqual([2, 1]);
  peers.remove(A);
  expect(peers.count()).toEqual([1, 1]);
});
