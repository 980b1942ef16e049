import { isGroup, type MacAddress } from "../codec/mac-address.ts";
import { KEY_LEN } from "../crypto/ccmp.ts";
import { EspNowError } from "../errors.ts";
import type { WifiInterface } from "./wifi-interface.ts";

/** ESP_NOW_MAX_TOTAL_PEER_NUM */
export const MAX_TOTAL_PEER_NUM = 20;
/**
 * ESP_NOW_MAX_ENCRYPT_PEER_NUM, as MicroPython exports it. Devices allow what their firmware was configured for, by
 * default 7 (CONFIG_ESP_WIFI_ESPNOW_MAX_ENCRYPT_NUM).
 */
export const MAX_ENCRYPT_PEER_NUM = 6;

/** The settings of a peer. */
export interface PeerSettings {
  /** Local master key, 16 bytes; zeros where none was given. */
  readonly lmk: Uint8Array;
  /** 0: the radio's home channel, whichever it is. */
  readonly channel: number;
  /** The interface it is reached from: 0 station, 1 access point. */
  readonly ifidx: WifiInterface;
  /** Whether messages to it are encrypted, with its `lmk`. */
  readonly encrypt: boolean;
  /** What happens to an encrypted message whose packet number is not new: let through and marked, or dropped. */
  readonly replay: "device" | "window";
  /** ESP-NOW version of the frames sent to it; undefined: the radio's own. */
  readonly version: 1 | 2 | undefined;
}

/** A peer with its settings. */
export interface Peer extends PeerSettings {
  /** Its address; a group address for a group. */
  readonly mac: MacAddress;
}

/** The default settings of a new peer. */
export const NEW_PEER: PeerSettings = {
  lmk: new Uint8Array(KEY_LEN),
  channel: 0,
  ifidx: 0,
  encrypt: false,
  replay: "device",
  version: undefined,
};

/** One change of the table. `removed`: as it was before. */
export interface PeerChange {
  /** What happened to it. */
  readonly kind: "added" | "modified" | "removed";
  /** As it is afterwards; a removed one, as it was. */
  readonly peer: Peer;
}

/** How many peers a table takes, and on which channels. */
export interface PeerLimits {
  /** Peers in all. */
  readonly maxPeers: number;
  /** Peers with encryption. */
  readonly maxEncryptedPeers: number;
  /** Channels that the regulatory domain allows. */
  readonly channels: readonly number[];
}

/** The peers, in the order of their adding, and whether more may be added. */
export interface PeerTableState {
  readonly peers: readonly Peer[];
  readonly started: boolean;
}

/**
 * The peer list of esp_now.h, with its order of checks and its error codes (docs/protocol.md 3.6). Every check comes
 * before every change. Insertion order is kept.
 */
export class PeerTable {
  /** Called after every change, for the radio that must act on it. */
  onChange: ((change: PeerChange) => void) | undefined;
  /** Of a device, or of a board. */
  readonly limits: PeerLimits;
  readonly #peers = new Map<MacAddress, Peer>();
  #encrypted = 0;
  #started = false;

  /**
   * A table without peers, not started.
   * @param limits Infinity where the radio has none.
   */
  constructor(limits: PeerLimits) {
    this.limits = limits;
  }

  /** From now on peers may be added. */
  start(): void {
    this.#started = true;
  }

  /** Removes every peer and refuses all calls until `start`. */
  stop(): void {
    for (const peer of [...this.#peers.values()]) this.#remove(peer);
    this.#started = false;
  }

  /**
   * esp_now_add_peer.
   * @throws EspNowError in this order: `NOT_INIT`; `FULL` (all peers); `ARG` (encryption to a group address, a channel
   *   that is not allowed, an unknown interface); `EXIST`; `FULL` (encrypted peers).
   */
  add(mac: MacAddress, settings: PeerSettings): void {
    this.#requireStarted();
    const { maxPeers, channels } = this.limits;
    if (this.#peers.size >= maxPeers)
      throw new EspNowError("ESP_ERR_ESPNOW_FULL", `there are ${maxPeers} peers already`);
    if (settings.encrypt && isGroup(mac)) {
      throw new EspNowError("ESP_ERR_ESPNOW_ARG", `messages to the group address ${mac} cannot be encrypted`);
    }
    if (settings.channel !== 0 && !channels.includes(settings.channel)) {
      throw new EspNowError(
        "ESP_ERR_ESPNOW_ARG",
        `channel ${settings.channel} is not allowed; use 0 or ${channels.join(", ")}`,
      );
    }
    checkInterface(settings.ifidx);
    if (this.#peers.has(mac)) throw new EspNowError("ESP_ERR_ESPNOW_EXIST", `${mac} is a peer already; use modPeer()`);
    if (settings.encrypt) this.#requireKeySlot();
    this.#put("added", { mac, ...settings });
  }

  /**
   * esp_now_mod_peer. Like the device's it does not look again at group addresses and channels.
   * @throws EspNowError in this order: `NOT_INIT`, `NOT_FOUND`, `ARG` (an unknown interface), `FULL` (encrypted peers).
   */
  modify(mac: MacAddress, settings: PeerSettings): void {
    const peer = this.get(mac);
    checkInterface(settings.ifidx);
    if (settings.encrypt && !peer.encrypt) this.#requireKeySlot();
    if (peer.encrypt) this.#encrypted--;
    this.#put("modified", { mac, ...settings });
  }

  /** esp_now_del_peer. @throws EspNowError `NOT_INIT`, `NOT_FOUND`. */
  remove(mac: MacAddress): void {
    this.#remove(this.get(mac));
  }

  /** esp_now_get_peer: any peer, a group address too. @throws EspNowError `NOT_INIT`, `NOT_FOUND`. */
  get(mac: MacAddress): Peer {
    this.#requireStarted();
    const peer = this.#peers.get(mac);
    if (peer !== undefined) return peer;
    throw new EspNowError("ESP_ERR_ESPNOW_NOT_FOUND", `${mac} is not a peer; add it with addPeer()`);
  }

  /** The peer, if it is one: for the radio's own use, without the checks of `get`. */
  find(mac: MacAddress): Peer | undefined {
    return this.#peers.get(mac);
  }

  /** The peers that esp_now_fetch_peer gives: those with unicast addresses, in the order of their adding. */
  unicast(): readonly Peer[] {
    this.#requireStarted();
    return [...this.#peers.values()].filter((peer) => !isGroup(peer.mac));
  }

  /** Every peer, in the order of their adding: for the radio's own use. */
  all(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  /** esp_now_get_peer_num: all peers (group addresses too), and those with encryption. */
  count(): readonly [total: number, encrypted: number] {
    this.#requireStarted();
    return [this.#peers.size, this.#encrypted];
  }

  /** All peers, for `load`. @internal */
  save(): PeerTableState {
    return { peers: this.all(), started: this.#started };
  }

  /** `onChange` is not told. @internal */
  load({ peers, started }: PeerTableState): void {
    this.#peers.clear();
    for (const peer of peers) this.#peers.set(peer.mac, peer);
    this.#encrypted = peers.filter(({ encrypt }) => encrypt).length;
    this.#started = started;
  }

  #put(kind: "added" | "modified", peer: Peer): void {
    this.#peers.set(peer.mac, peer);
    if (peer.encrypt) this.#encrypted++;
    this.onChange?.({ kind, peer });
  }

  #remove(peer: Peer): void {
    this.#peers.delete(peer.mac);
    if (peer.encrypt) this.#encrypted--;
    this.onChange?.({ kind: "removed", peer });
  }

  #requireStarted(): void {
    if (!this.#started) throw new EspNowError("ESP_ERR_ESPNOW_NOT_INIT", "call active(true) first");
  }

  #requireKeySlot(): void {
    const { maxEncryptedPeers } = this.limits;
    if (this.#encrypted < maxEncryptedPeers) return;
    throw new EspNowError("ESP_ERR_ESPNOW_FULL", `there are ${maxEncryptedPeers} encrypted peers already`);
  }
}

function checkInterface(ifidx: WifiInterface): void {
  if (ifidx === 0 || ifidx === 1) return;
  throw new EspNowError("ESP_ERR_ESPNOW_ARG", `ifidx must be WLAN.IF_STA (0) or WLAN.IF_AP (1), not ${String(ifidx)}`);
}
