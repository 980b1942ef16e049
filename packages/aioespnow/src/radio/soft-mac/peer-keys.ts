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

/**
 * The keys of the encrypted peers. A key is derived when its peer is added or modified, from the PMK of that moment:
 * a later PMK does not change it (docs/protocol.md 2.1).
 */
export class PeerKeys {
  readonly #keys = new Map<MacAddress, PeerKey>();

  get(mac: MacAddress): PeerKey | undefined {
    return this.#keys.get(mac);
  }

  follow({ kind, peer }: PeerChange, pmk: Uint8Array): void {
    if (kind === "removed" || !peer.encrypt) {
      this.#keys.delete(peer.mac);
      return;
    }
    const key = deriveKey(pmk, peer.lmk);
    // What was heard under a key stays known while the key stays the same: modPeer reopens no replay window.
    if (this.#keys.get(peer.mac)?.id !== key.id) this.#keys.set(peer.mac, key);
  }
}

function deriveKey(pmk: Uint8Array, lmk: Uint8Array): PeerKey {
  const key = deriveTemporalKey(pmk, lmk);
  const id = toHex(deriveTemporalKey(key, new Uint8Array(KEY_LEN)).subarray(0, KEY_LEN / 2));
  return { ccmp: new CcmpKey(key), id, guard: new ReplayGuard() };
}
