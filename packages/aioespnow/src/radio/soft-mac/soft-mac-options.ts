import { isGroup, type MacAddress, type MacLike, toMac } from "../../codec/mac-address.ts";
import { checkInteger, describe } from "../../util/check.ts";
import { type RandomSource, systemRandom } from "../../util/rng.ts";
import { type MacFamily, randomStationAddress } from "../addresses.ts";
import { MAX_TOTAL_PEER_NUM } from "../peer-table.ts";
import { PACKET_NUMBERS, type PacketNumbers } from "./packet-numbers.ts";

/** Options of a radio whose MAC runs on this computer. Each has a default. */
export interface SoftMacOptions {
  /** The station's address. Default: a random, locally administered one. */
  readonly mac?: MacLike;
  /** The home channel at first. Default 1. */
  readonly channel?: number;
  /** ESP-NOW version of what it sends, and whose rules it reads by: 2 (default; IDF 5.4 and later) or 1. */
  readonly version?: 1 | 2;
  /** The family whose addressing it imitates: the access point's address, and addr3. Default `"esp32"`. */
  readonly family?: MacFamily;
  /** Default 20 (ESP_NOW_MAX_TOTAL_PEER_NUM). Infinity: no limit. */
  readonly maxPeers?: number;
  /** Default 7 (CONFIG_ESP_WIFI_ESPNOW_MAX_ENCRYPT_NUM). */
  readonly maxEncryptedPeers?: number;
  /** Messages that may wait for their report; the next one is `NO_MEM`. Default 32, as an ESP32 has buffers. */
  readonly txBuffers?: number;
  /** Unencrypted unicast from a peer that has a key: dropped (default, as IDF 5.5 does on the station), or accepted. */
  readonly plaintext?: "refuse" | "accept";
  /** Whether messages to other stations are received too, where the medium lets them be heard. Default false. */
  readonly promiscuous?: boolean;
  /** Default: those of this thread, which go on when a radio is closed and another is opened. */
  readonly packetNumbers?: PacketNumbers;
  /** For the random value of each frame and the default address. Default: the platform's generator. */
  readonly random?: RandomSource;
}

/** The default of CONFIG_ESP_WIFI_ESPNOW_MAX_ENCRYPT_NUM. */
const CONFIGURED_ENCRYPT_NUM = 7;
/** The default of CONFIG_ESP_WIFI_DYNAMIC_TX_BUFFER_NUM. */
const DYNAMIC_TX_BUFFERS = 32;

/** A computer's own radio has neither key slots nor a peer list of fixed size. */
export const UNLIMITED: Pick<SoftMacOptions, "maxEncryptedPeers" | "maxPeers"> = {
  maxPeers: Number.POSITIVE_INFINITY,
  maxEncryptedPeers: Number.POSITIVE_INFINITY,
};

/** The options with every default. */
export type CheckedOptions = Required<Omit<SoftMacOptions, "mac">> & { readonly mac: MacAddress };

/** @throws TypeError, RangeError for an option that cannot be, before anything is made of it. */
export function checkOptions(options: SoftMacOptions): CheckedOptions {
  const random = options.random ?? systemRandom;
  return {
    random,
    mac: stationAddress(options, random),
    channel: options.channel ?? 1,
    version: oneOf("version", options.version ?? 2, [1, 2]),
    family: oneOf("family", options.family ?? "esp32", ["esp32", "esp8266"]),
    maxPeers: limit("maxPeers", options.maxPeers ?? MAX_TOTAL_PEER_NUM),
    maxEncryptedPeers: limit("maxEncryptedPeers", options.maxEncryptedPeers ?? CONFIGURED_ENCRYPT_NUM),
    txBuffers: limit("txBuffers", options.txBuffers ?? DYNAMIC_TX_BUFFERS),
    plaintext: oneOf("plaintext", options.plaintext ?? "refuse", ["refuse", "accept"]),
    promiscuous: options.promiscuous ?? false,
    packetNumbers: options.packetNumbers ?? PACKET_NUMBERS,
  };
}

/** @throws TypeError, RangeError for a `mac` that is not an address, or is that of a group. */
function stationAddress({ mac }: SoftMacOptions, random: RandomSource): MacAddress {
  if (mac === undefined) return randomStationAddress(random);
  const address = toMac(mac);
  if (isGroup(address)) throw new RangeError(`mac must be the address of one station, and ${address} is a group's`);
  return address;
}

function limit(name: string, value: number): number {
  return value === Number.POSITIVE_INFINITY ? value : checkInteger(value, name, 0, Number.MAX_SAFE_INTEGER);
}

function oneOf<const T>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new RangeError(`${name} must be ${allowed.join(" or ")}, not ${describe(value)}`);
}
