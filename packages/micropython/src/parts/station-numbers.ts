import type { MacAddress } from "aioespnow";

/** How many stations are told apart at a time, as in the core's own table of what it heard. */
const MAX_STATIONS = 1024;

export interface StationNumber {
  readonly number: number;
  /** Whether the station got it just now. */
  readonly isFresh: boolean;
}

/**
 * Small numbers for the stations that are heard, by which a program finds its entry for one without making an object of
 * the address. The station that was not heard for the longest time gives its number to a new one where all are given.
 */
export class StationNumbers {
  /** The one heard last is last. */
  readonly #numbers = new Map<MacAddress, number>();
  readonly #stations: MacAddress[] = [];

  /** The number of a station that was heard now. */
  numberOf(mac: MacAddress): StationNumber {
    const known = this.#numbers.get(mac);
    const number = known ?? this.#free();
    this.#numbers.delete(mac);
    this.#numbers.set(mac, number);
    this.#stations[number] = mac;
    return { number, isFresh: known === undefined };
  }

  /** @throws RangeError for a number that none has. */
  stationOf(number: number): MacAddress {
    const mac = this.#stations[number];
    if (mac === undefined) throw new RangeError(`no station has the number ${number}`);
    return mac;
  }

  /** In the order in which they were heard. */
  save(): readonly (readonly [mac: MacAddress, number: number])[] {
    return [...this.#numbers];
  }

  load(numbers: readonly (readonly [mac: MacAddress, number: number])[]): void {
    for (const [mac, number] of numbers) {
      this.#numbers.set(mac, number);
      this.#stations[number] = mac;
    }
  }

  #free(): number {
    const { size } = this.#numbers;
    if (size < MAX_STATIONS) return size;
    const [mac, number] = this.#numbers.entries().next().value as [MacAddress, number];
    this.#numbers.delete(mac);
    return number;
  }
}
