import { KEY_LEN, NEW_PEER, type Peer, type PeerSettings, type Radio, type WifiInterface } from "aioespnow";
import { ADDR_LEN, macAt, putMac } from "aioespnow/codec";
import type { Call, VmHost } from "../host/vm-host.ts";

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
/** So many peers go into one answer. */
const PEERS_PER_ANSWER = 100;

/** Answers a program's calls about the peers of the radio. */
export function attachPeers(vm: VmHost, radio: Radio): void {
  const { peers } = radio;
  const handle = (op: string, handler: (call: Call) => void): void =>
    vm.handle(op, (call) => {
      handler(call);
      return 0;
    });
  handle("espnow.set_pmk", ({ data }) => radio.setPmk(data));
  handle("espnow.add_peer", (call) => peers.add(macAt(call.data, 0), settingsOf(call, NEW_PEER)));
  handle("espnow.mod_peer", (call) => {
    const current = peers.get(macAt(call.data, 0));
    peers.modify(current.mac, settingsOf(call, current));
  });
  handle("espnow.del_peer", ({ data }) => peers.remove(macAt(data, 0)));
  handle("espnow.get_peer", (call) => {
    call.reply = records([peers.get(macAt(call.data, 0))]);
  });
  handle("espnow.get_peers", (call) => {
    call.reply = records(peers.unicast().slice(call.a, call.a + PEERS_PER_ANSWER));
  });
  handle("espnow.peer_count", (call) => {
    call.reply = new Uint8Array(Uint32Array.from(peers.count()).buffer);
  });
}

/** What a request says of a peer, over what is known of it: `a` is the channel, `b` the interface. */
function settingsOf({ a, b, data }: Call, current: PeerSettings): PeerSettings {
  const encrypt = new DataView(data.buffer, data.byteOffset).getInt8(ADDR_LEN);
  const lmk = data.slice(ADDR_LEN + 1);
  return {
    ...current,
    lmk: lmk.length > 0 ? lmk : current.lmk,
    channel: a === KEEP ? current.channel : a,
    ifidx: b === KEEP ? current.ifidx : (b as WifiInterface),
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
