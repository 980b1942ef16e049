import type { MacAddress } from "../../codec/mac-address.ts";
import { CcmpKey, deriveTemporalKey, KEY_LEN } from "../../crypto/ccmp.ts";
import { toHex } from "../../util/bytes.ts";
import type { PeerChange } from "../peer-table.ts";
import { ReplayGuard } from "./replay-guard.ts";

/** The key shared with one peer, and what was heard under it. */
export interface PeerKey {
  readonly ccmp: CcmpKey;
  /** Names the key without revealing it: the first half of AES(key, zeros), its key check value. */
  readonly id: string;
  readonly guard: ReplayGuard;
}

/** How many keys of one peer are remembered. When it is given more, the one it was first given is forgotten. */
const KEYS_OF_A_PEER = 256;

/**
 * The keys of the encrypted peers. A key is derived when its peer is added or modified, from the PMK of that moment:
 * a later PMK does not change it (docs/protocol.md 2.1). What was heard under a key stays known until the peer is removed:
 * another key and back, or encryption off and on, opens no replay window.
 */
export class PeerKeys {
  /** What the peers use now. */
  readonly #keys = new Map<MacAddress, PeerKey>();
  /** What each of them has used, by the key's id. */
  readonly #known = new Map<MacAddress, Map<string, PeerKey>>();

  get(mac: MacAddress): PeerKey | undefined {
    return this.#keys.get(mac);
  }

  follow({ kind, peer }: PeerChange, pmk: Uint8Array): void {
    if (kind === "removed") this.#known.delete(peer.mac);
    if (kind === "removed" || !peer.encrypt) this.#keys.delete(peer.mac);
    else this.#keys.set(peer.mac, this.#remembered(peer.mac, deriveKey(pmk, peer.lmk)));
  }

  /** The key as the peer had it before, if it had it. */
  #remembered(mac: MacAddress, key: PeerKey): PeerKey {
    const known = this.#known.get(mac) ?? new Map<string, PeerKey>();
    const former = known.get(key.id);
    if (former !== undefined) return former;
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size >= KEYS_OF_A_PEER) known.delete(oldest);
    known.set(key.id, key);
    this.#known.set(mac, known);
    return key;
  }
}

function deriveKey(pmk: Uint8Array, lmk: Uint8Array): PeerKey {
  const key = deriveTemporalKey(pmk, lmk);
  const id = toHex(deriveTemporalKey(key, new Uint8Array(KEY_LEN)).subarray(0, KEY_LEN / 2));
  return { ccmp: new CcmpKey(key), id, guard: new ReplayGuard() };
}
