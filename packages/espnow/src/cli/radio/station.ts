import {
  AIOESPNow,
  EspNowError,
  type EspNowErrorCode,
  type MacAddress,
  type PeerOptions,
  type Radio,
  type SendReport,
  WLAN,
} from "aioespnow";
import { UsageError } from "../process/explain.ts";

/** A radio with ESP-NOW running on it. */
export interface Station {
  readonly radio: Radio;
  readonly espnow: AIOESPNow;
}

export interface StationOptions {
  readonly channel?: number | undefined;
  /** Of what is sent. */
  readonly rate?: number | undefined;
  readonly pmk?: Uint8Array | undefined;
}

/** Switches a radio and ESP-NOW on. */
export function startStation(radio: Radio, { channel, rate, pmk }: StationOptions = {}): Station {
  const wlan = new WLAN(WLAN.IF_STA, radio);
  wlan.active(true);
  const espnow = new AIOESPNow(radio);
  espnow.active(true);
  if (channel !== undefined) wlan.config({ channel });
  if (rate !== undefined) espnow.config({ rate });
  if (pmk !== undefined) espnow.setPmk(pmk);
  return { radio, espnow };
}

/** @throws UsageError for a message that the radio cannot send. */
export function checkLength(station: Station, length: number): void {
  const fault = lengthFault(station, length);
  if (fault !== undefined) throw new UsageError(fault);
}

/** Why a radio cannot send a message of this length; undefined if it can. */
export function lengthFault({ radio }: Station, length: number): string | undefined {
  const { maxDataLength } = radio.capabilities;
  return length < 1 || length > maxDataLength ? `a message has 1 to ${maxDataLength} bytes, not ${length}` : undefined;
}

/**
 * Sends a message. Tells what became of it, and after how many milliseconds. That the radio is down is an outcome too: it
 * may come up again.
 */
export async function sendTimed(
  { radio, espnow }: Station,
  peer: MacAddress,
  data: Uint8Array,
  signal: AbortSignal,
): Promise<[report: SendReport, tookMs: number]> {
  const start = radio.clock.now();
  try {
    return [await espnow.asendReport(peer, data, { signal }), radio.clock.now() - start];
  } catch (error) {
    if (!isError(error, "ERR_RADIO_DOWN")) throw error;
    return [{ status: "failed", error }, radio.clock.now() - start];
  }
}

/**
 * Makes `mac` a peer unless it is one. If the list is full, the oldest peer that needs no key here goes. Returns whether it
 * was new.
 */
export function ensurePeer(espnow: AIOESPNow, mac: MacAddress, options: PeerOptions = {}): boolean {
  if (isPeer(espnow, mac)) return false;
  try {
    espnow.addPeer(mac, options);
  } catch (error) {
    const oldest = espnow.getPeers().find(({ encrypt }) => !encrypt || options.lmk !== undefined);
    if (!isError(error, "ESP_ERR_ESPNOW_FULL") || oldest === undefined) throw error;
    espnow.delPeer(oldest.mac);
    espnow.addPeer(mac, options);
  }
  return true;
}

/** `getPeers` leaves out the broadcast address. */
function isPeer(espnow: AIOESPNow, mac: MacAddress): boolean {
  try {
    espnow.getPeer(mac);
    return true;
  } catch (error) {
    if (isError(error, "ESP_ERR_ESPNOW_NOT_FOUND")) return false;
    throw error;
  }
}

function isError(error: unknown, code: EspNowErrorCode): error is EspNowError {
  return error instanceof EspNowError && error.code === code;
}
