import { KEY_LEN, NEW_PEER, type Peer, type PeerSettings, type Radio, type WifiInterface } from "aioespnow";
import { ADDR_LEN, macAt, putMac } from "aioespnow/codec";
import type { Vm } from "../vm/vm.ts";

/**
 * A peer as the Python modules write and read it: the address (6 bytes), the key (16), the channel, the interface and
 * whether messages are encrypted (1 each). In a request the key may be missing, and KEEP stands for what is not said.
 */
const LMK = ADDR_LEN;
const CHANNEL = LMK + KEY_LEN;
const IFIDX = CHANNEL + 1;
const ENCRYPT = IFIDX + 1;
const RECORD = ENCRYPT + 1;
const KEEP = -1;
/** How many peers go into one answer. */
const PEERS_PER_ANSWER = 100;

/** Answers a program's calls about the peers of the radio. */
export function attachPeers(vm: Vm, radio: Radio): void {
  const { peers } = radio;
  vm.handle("espnow_set_pmk", ({ key }) => radio.setPmk(key));
  vm.handle("espnow_add_peer", (call) => peers.add(macAt(call.peer, 0), settingsOf(call, NEW_PEER)));
  vm.handle("espnow_mod_peer", (call) => {
    const current = peers.get(macAt(call.peer, 0));
    peers.modify(current.mac, settingsOf(call, current));
  });
  vm.handle("espnow_del_peer", ({ mac }) => peers.remove(macAt(mac, 0)));
  vm.handle("espnow_get_peer", ({ mac }) => records([peers.get(macAt(mac, 0))]));
  vm.handle("espnow_get_peers", ({ first }) => records(peers.unicast().slice(first, first + PEERS_PER_ANSWER)));
  vm.handle("espnow_peer_count", () => new Uint8Array(Uint32Array.from(peers.count()).buffer));
}

/** What a request says of a peer: its record begins with the address, whether it is encrypted, and the key. */
interface PeerRequest {
  readonly channel: number;
  readonly iface: number;
  readonly peer: Uint8Array;
}

/** That, over what is known of it. */
function settingsOf({ channel, iface, peer }: PeerRequest, current: PeerSettings): PeerSettings {
  const encrypt = new DataView(peer.buffer, peer.byteOffset).getInt8(ADDR_LEN);
  const lmk = peer.slice(ADDR_LEN + 1);
  return {
    ...current,
    lmk: lmk.length > 0 ? lmk : current.lmk,
    channel: channel === KEEP ? current.channel : channel,
    ifidx: iface === KEEP ? current.ifidx : (iface as WifiInterface),
    encrypt: encrypt === KEEP ? current.encrypt : encrypt === 1,
  };
}

function records(peers: readonly Peer[]): Uint8Array {
  const bytes = new Uint8Array(peers.length * RECORD);
  peers.forEach(({ mac, lmk, channel, ifidx, encrypt }, index) => {
    const at = index * RECORD;
    putMac(mac, bytes, at);
    bytes.set(lmk, at + LMK);
    bytes[at + CHANNEL] = channel;
    bytes[at + IFIDX] = ifidx;
    bytes[at + ENCRYPT] = encrypt ? 1 : 0;
  });
  return bytes;
}
