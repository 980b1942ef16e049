import type { MacAddress } from "../../codec/mac-address.ts";
import { Rate } from "../../codec/rate.ts";
import { DEFAULT_PMK } from "../../crypto/ccmp.ts";
import type { EspNowError } from "../../errors.ts";
import type { PeerChange, PeerTable } from "../peer-table.ts";
import type { WifiInterface, WifiInterfaces } from "../wifi-interface.ts";
import { boardError } from "./board-error.ts";
import type { BoardLink } from "./board-link.ts";
import {
  activeRequest,
  channelRequest,
  interfaceRequest,
  peerRequest,
  pmkRequest,
  powerRequest,
  type Request,
  rateRequest,
} from "./board-protocol.ts";

/** What a program has set on its board. Each change is sent to the board, and everything is sent again after it was lost. */
export class BoardSettings {
  started = false;
  readonly #link: BoardLink;
  readonly #interfaces: WifiInterfaces;
  readonly #peers: PeerTable;
  readonly #hasRates: boolean;
  readonly #onRefused: (error: EspNowError) => void;
  /** The key that the board had when a peer was added: it keeps the key derived from that one. */
  readonly #pmkOf = new Map<MacAddress, Uint8Array>();
  #pmk: Uint8Array = DEFAULT_PMK;
  #channel = 1;
  #rate: Rate = Rate.RATE_1M;
  /** Undefined: what the board has by itself. */
  #txPower: number | undefined;

  /** `onRefused`: the board did not do what it was told. */
  constructor(
    link: BoardLink,
    interfaces: WifiInterfaces,
    peers: PeerTable,
    hasRates: boolean,
    onRefused: (error: EspNowError) => void,
  ) {
    this.#link = link;
    this.#interfaces = interfaces;
    this.#peers = peers;
    this.#hasRates = hasRates;
    this.#onRefused = onRefused;
    peers.onChange = (change) => this.#onPeerChange(change);
  }

  /** esp_now_init and esp_now_deinit. */
  setStarted(started: boolean): void {
    this.started = started;
    this.#tell(activeRequest(started));
    if (started) this.#tellRate();
    else this.#forgetKeys();
  }

  /** An interface was switched on or off. */
  tellInterface(iface: WifiInterface): void {
    this.#tell(interfaceRequest(iface, this.#interfaces.isActive(iface)));
    this.#tellAirSettings();
  }

  setChannel(channel: number): void {
    this.#channel = channel;
    if (this.#isOnAir) this.#tell(channelRequest(channel));
  }

  setRate(rate: Rate): void {
    this.#rate = rate;
    this.#tellRate();
  }

  setTxPower(dBm: number): void {
    this.#txPower = dBm;
    if (this.#isOnAir) this.#tell(powerRequest(dBm));
  }

  /** Peers that exist keep the key derived from the former one. */
  setPmk(pmk: Uint8Array): void {
    this.#pmk = pmk;
    this.#tell(pmkRequest(pmk));
  }

  /** Makes the board forget what it was told, by another program perhaps, and tells it everything. */
  tellAll(): void {
    this.#tell(activeRequest(false));
    for (const iface of this.#interfaces.available) {
      this.#tell(interfaceRequest(iface, this.#interfaces.isActive(iface)));
    }
    if (this.started) this.#tell(activeRequest(true));
    this.#tellAirSettings();
    if (this.started) this.#tellPeers();
  }

  #tellPeers(): void {
    let pmk = DEFAULT_PMK;
    const use = (key: Uint8Array): void => {
      if (key !== pmk) this.#tell(pmkRequest(key));
      pmk = key;
    };
    for (const peer of this.#peers.all()) {
      use(this.#pmkOf.get(peer.mac) ?? this.#pmk);
      this.#tell(peerRequest("added", peer));
    }
    use(this.#pmk);
  }

  #onPeerChange({ kind, peer }: PeerChange): void {
    if (!this.started) return; // with esp_now_deinit go the board's peers
    if (kind === "removed") this.#pmkOf.delete(peer.mac);
    else this.#pmkOf.set(peer.mac, this.#pmk);
    this.#tell(peerRequest(kind, peer));
  }

  #forgetKeys(): void {
    this.#pmkOf.clear();
    this.#pmk = DEFAULT_PMK; // set by esp_now_init
  }

  get #isOnAir(): boolean {
    return this.#interfaces.activeAddresses.length > 0;
  }

  /** The channel and the power are the Wi-Fi driver's: they are set when an interface is up. */
  #tellAirSettings(): void {
    if (!this.#isOnAir) return;
    this.#tell(channelRequest(this.#channel));
    if (this.#txPower !== undefined) this.#tell(powerRequest(this.#txPower));
    this.#tellRate();
  }

  /** The rate needs an interface that is up, and ESP-NOW. */
  #tellRate(): void {
    if (this.#isOnAir && this.started && this.#hasRates) this.#tell(rateRequest(this.#rate));
  }

  /** Sends a change to the board. A board that is lost gets everything when it is back. */
  #tell(request: Request): void {
    if (!this.#link.isUp) return;
    this.#link.request(request, (reply) => {
      if (reply !== undefined && reply.error !== 0) this.#onRefused(boardError(reply));
    });
  }
}
