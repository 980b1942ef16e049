import type { MacAddress } from "../codec/mac-address.ts";

/** How well a station was heard (dBm; undefined where the radio does not tell), and when, on the radio's clock. */
export type Heard = readonly [rssi: number | undefined, timeMs: number];

const MAX_HEARD = 1024;

/** MicroPython's `peers_table`, with a limit: anybody may send from any number of addresses. */
export class HeardPeers {
  readonly #table = new Map<MacAddress, [rssi: number | undefined, timeMs: number]>();
  /** The same stations, the one heard last at the end: which one is to go must not take a search. */
  readonly #lastHeard = new Set<MacAddress>();
  /** Stations that were forgotten for newer ones. */
  forgotten = 0;

  /** In the order in which they were first heard. */
  get table(): ReadonlyMap<MacAddress, Heard> {
    return this.#table;
  }

  update(mac: MacAddress, rssi: number | undefined, timeMs: number): void {
    this.#lastHeard.delete(mac);
    this.#lastHeard.add(mac);
    const heard = this.#table.get(mac);
    if (heard !== undefined) {
      heard[0] = rssi;
      heard[1] = timeMs;
      return;
    }
    if (this.#table.size >= MAX_HEARD) this.#forgetOldest();
    this.#table.set(mac, [rssi, timeMs]);
  }

  /** Makes room: the station that was not heard for the longest time goes. */
  #forgetOldest(): void {
    const [oldest] = this.#lastHeard;
    if (oldest === undefined) return;
    this.#lastHeard.delete(oldest);
    this.#table.delete(oldest);
    this.forgotten++;
  }
}
