import type { MacAddress } from "../../codec/mac-address.ts";
import { CcmpKey, deriveTemporalKey, KEY_LEN } from "../../crypto/ccmp.ts";
import { toHex } from "../../util/bytes.ts";
import type { PeerChange } from "../peer-table.ts";
import { ReplayGuard } from "./replay-guard.ts";

/** The key shared with one peer, and what was heard under it. */
export interface PeerKey {
  readonly ccmp: CcmpKey;
  /** The key itself, 16 bytes: for snapshots only. */
  readonly bytes: Uint8Array;
  /** Names the key without revealing it: the first half of AES(key, zeros), its key check value. */
  readonly id: string;
  readonly guard: ReplayGuard;
}

/** A key as it is saved. It is not encrypted. */
interface PeerKeyState {
  readonly bytes: Uint8Array;
  readonly heard: readonly [highest: number, seen: number];
}

/** What each peer has used, and the id of what it uses now; undefined: it is in the clear. */
export type PeerKeysState = readonly (readonly [
  mac: MacAddress,
  known: readonly PeerKeyState[],
  current: string | undefined,
])[];

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

  save(): PeerKeysState {
    return [...this.#known].map(([mac, known]) => {
      const keys = [...known.values()].map(({ bytes, guard }) => ({ bytes, heard: guard.state }));
      return [mac, keys, this.#keys.get(mac)?.id];
    });
  }

  load(state: PeerKeysState): void {
    this.#keys.clear();
    this.#known.clear();
    for (const [mac, keys, current] of state) {
      const known = new Map(keys.map((key) => loadKey(key)).map((key) => [key.id, key]));
      this.#known.set(mac, known);
      const key = known.get(current ?? "");
      if (key !== undefined) this.#keys.set(mac, key);
    }
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
  return newKey(deriveTemporalKey(pmk, lmk));
}

function newKey(bytes: Uint8Array): PeerKey {
  const id = toHex(deriveTemporalKey(bytes, new Uint8Array(KEY_LEN)).subarray(0, KEY_LEN / 2));
  return { ccmp: new CcmpKey(bytes), bytes, id, guard: new ReplayGuard() };
}

function loadKey({ bytes, heard }: PeerKeyState): PeerKey {
  const key = newKey(bytes);
  key.guard.state = heard;
  return key;
}
