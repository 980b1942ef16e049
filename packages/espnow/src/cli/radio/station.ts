import { AIOESPNow, EspNowError, type MacAddress, type Radio, type SendReport, WLAN } from "aioespnow";

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
    if (!(error instanceof EspNowError && error.code === "ERR_RADIO_DOWN")) throw error;
    return [{ status: "failed", error }, radio.clock.now() - start];
  }
}

/** Makes `mac` a peer if it is none. Where the list is full, the oldest peer goes. Returns whether it was new. */
export function ensurePeer(espnow: AIOESPNow, mac: MacAddress): boolean {
  const peers = espnow.getPeers();
  if (peers.some((peer) => peer.mac === mac)) return false;
  try {
    espnow.addPeer(mac);
  } catch (error) {
    const [oldest] = peers;
    if (!(error instanceof EspNowError && error.code === "ESP_ERR_ESPNOW_FULL") || oldest === undefined) throw error;
    espnow.delPeer(oldest.mac);
    espnow.addPeer(mac);
  }
  return true;
}
