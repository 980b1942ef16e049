import type { MacAddress } from "../codec/mac-address.ts";
import { KEY_LEN } from "../crypto/ccmp.ts";
import type { Peer, PeerSettings } from "../radio/peer-table.ts";
import type { WifiInterface } from "../radio/wifi-interface.ts";
import { type BytesLike, toBytes } from "../util/bytes.ts";
import { describe } from "../util/check.ts";

/** How to reach a peer. Options that are left out keep their value (modPeer) or have their default (addPeer). */
export interface PeerOptions {
  /** Local master key, 16 bytes. Given: the peer is encrypted. null or empty: it is not. Default: none. */
  lmk?: BytesLike | null;
  /** 1..14; 0 (default): the radio's own channel. */
  channel?: number;
  /** `WLAN.IF_STA` (0, default) or `WLAN.IF_AP` (1). */
  ifidx?: WifiInterface;
  /** Overrides what `lmk` implies. */
  encrypt?: boolean;
  /**
   * Encrypted messages whose packet number is not new: `"device"` (default) delivers them, marked, as Espressif's
   * devices do (they count from 1 after every boot); `"window"` drops them until the peer is added again.
   */
  replay?: "device" | "window";
  /** ESP-NOW version of messages to this peer. Frames do not reveal which version a peer supports. Default: the radio's. */
  version?: 1 | 2;
}

/** A peer as `getPeer` returns it. */
export interface PeerInfo {
  /** Its address; a group address for a group. */
  readonly mac: MacAddress;
  /** A copy of the 16 bytes that were given; zeros if there were none. */
  readonly lmk: Uint8Array;
  /** 1 to 14; 0: the channel that the radio is on. */
  readonly channel: number;
  /** The interface it is reached from: 0 station, 1 access point. */
  readonly ifidx: WifiInterface;
  /** Whether messages to it are encrypted, with its `lmk`. */
  readonly encrypt: boolean;
}

/**
 * `options` over `current`, by MicroPython's rules: a key switches encryption on, an empty one off, `encrypt` has the
 * last word (modespnow.c, _update_peer_info).
 * @throws TypeError, RangeError for values of a wrong type or length.
 */
export function mergePeerOptions(current: PeerSettings, options: PeerOptions): PeerSettings {
  if (typeof options !== "object" || options === null || Array.isArray(options) || ArrayBuffer.isView(options)) {
    throw new TypeError(`peer options must be an object like { lmk, channel }, not ${describe(options)}`);
  }
  const { lmk, channel, ifidx, encrypt, replay, version, ...unknown } = options;
  for (const name of Object.keys(unknown)) throw new TypeError(`unknown peer option "${name}"`);
  const key = lmk === undefined ? undefined : toKey(lmk ?? "", "lmk", true);
  const impliedEncrypt = key === undefined ? current.encrypt : key.length > 0;
  return {
    lmk: key !== undefined && key.length > 0 ? key.slice() : current.lmk,
    channel: checked(channel, current.channel, isWhole, "channel must be a whole number (0: the radio's own)"),
    ifidx: checked(ifidx, current.ifidx, isWhole, "ifidx must be WLAN.IF_STA or WLAN.IF_AP"),
    encrypt: checked(encrypt, impliedEncrypt, isOneOf(true, false), "encrypt must be true or false"),
    replay: checked(replay, current.replay, isOneOf("device", "window"), 'replay must be "device" or "window"'),
    version: checked(version, current.version, isOneOf(1, 2), "version must be 1 or 2"),
  };
}

/** A peer for a user: nothing of it is shared with the table. */
export function peerInfo({ mac, lmk, channel, ifidx, encrypt }: Peer): PeerInfo {
  return { mac, lmk: lmk.slice(), channel, ifidx, encrypt };
}

/** The bytes of a key. @throws TypeError; RangeError unless it has 16 bytes (or none, where that is allowed). */
export function toKey(value: BytesLike, name: string, emptyAllowed = false): Uint8Array {
  const key = toBytes(value, name);
  if (key.length === KEY_LEN || (emptyAllowed && key.length === 0)) return key;
  throw new RangeError(`${name} must have ${KEY_LEN} bytes, not ${key.length}`);
}

function checked<T, D>(value: T | undefined, current: D, isValid: (value: unknown) => boolean, rule: string): T | D {
  if (value === undefined) return current;
  if (isValid(value)) return value;
  throw new TypeError(`${rule}, not ${describe(value)}`);
}

function isWhole(value: unknown): boolean {
  return Number.isInteger(value);
}

function isOneOf(...values: readonly unknown[]): (value: unknown) => boolean {
  return (value) => values.includes(value);
}
