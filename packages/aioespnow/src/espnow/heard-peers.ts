import type { MacAddress } from "../codec/mac-address.ts";

/** Signal strength of a station (dBm; undefined if the radio does not report it), and when it was heard (radio's clock). */
export type LastHeard = readonly [rssi: number | undefined, timeMs: number];

const MAX_HEARD = 1024;
/** How many of the stations that were not heard for longest are found in one search: a search for each would cost more than a message. */
const BATCH = 256;

/** The stations that messages were read from, and which of them is forgotten next. */
export interface HeardPeersState {
  readonly table: readonly (readonly [mac: MacAddress, rssi: number | undefined, timeMs: number])[];
  readonly oldest: readonly (readonly [mac: MacAddress, timeMs: number])[];
  readonly forgotten: number;
}

/** MicroPython's `peers_table`, with a limit: anybody may send from any number of addresses. */
export class HeardPeers {
  readonly #table = new Map<MacAddress, [rssi: number | undefined, timeMs: number]>();
  /** Those that are to go, and when they were heard then; the first one is last. */
  #oldest: (readonly [mac: MacAddress, timeMs: number])[] = [];
  /** Stations that were forgotten for newer ones. */
  forgotten = 0;

  /** In the order in which they were first heard. */
  get table(): ReadonlyMap<MacAddress, LastHeard> {
    return this.#table;
  }

  /** A message of this station was read: signal strength in dBm, time in ms on the radio's clock. */
  update(mac: MacAddress, rssi: number | undefined, timeMs: number): void {
    const heard = this.#table.get(mac);
    if (heard !== undefined) {
      heard[0] = rssi;
      heard[1] = timeMs;
      return;
    }
    if (this.#table.size >= MAX_HEARD) this.#forgetOldest();
    this.#table.set(mac, [rssi, timeMs]);
  }

  /** @internal */
  save(): HeardPeersState {
    const table = [...this.#table].map(([mac, [rssi, timeMs]]) => [mac, rssi, timeMs] as const);
    return { table, oldest: [...this.#oldest], forgotten: this.forgotten };
  }

  /** @internal */
  load({ table, oldest, forgotten }: HeardPeersState): void {
    this.#table.clear();
    for (const [mac, rssi, timeMs] of table) this.#table.set(mac, [rssi, timeMs]);
    this.#oldest = [...oldest];
    this.forgotten = forgotten;
  }

  /** Makes room: the station that was not heard for the longest time goes. */
  #forgetOldest(): void {
    for (;;) {
      const [mac, timeMs] = this.#oldest.pop() ?? this.#search();
      if (this.#table.get(mac)?.[1] !== timeMs) continue; // it was heard again meanwhile
      this.#table.delete(mac);
      this.forgotten++;
      return;
    }
  }

  /** Finds the next ones that are to go, and gives the first. */
  #search(): readonly [mac: MacAddress, timeMs: number] {
    const times = [...this.#table].map(([mac, [, timeMs]]) => [mac, timeMs] as const);
    this.#oldest = times
      .sort(([, a], [, b]) => a - b)
      .slice(0, BATCH)
      .reverse();
    return this.#oldest.pop() as readonly [mac: MacAddress, timeMs: number];
  }
}
