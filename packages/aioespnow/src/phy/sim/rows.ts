import { lowestBit } from "../../util/bits.ts";
import { MIN_DBM } from "./power.ts";

/**
 * Who hears a station, in order of number, and how strongly: one number for each, made by `entry`. Never changed: a frame
 * in flight keeps the row it began with.
 */
export type Row = Uint32Array;

/** Who hears a station. */
export interface Reach {
  readonly row: Row;
  /** Everybody hears it equally well: the row is that of all such stations, and has themselves too. */
  readonly isShared: boolean;
}

const LEVEL_BITS = 8;
const LEVEL_MASK = 0xff;

/** As many stations as a row can name: an air has no more in its life. */
export const MAX_STATIONS: number = 2 ** (32 - LEVEL_BITS);

export function stationOf(value: number): number {
  return value >>> LEVEL_BITS;
}

/** dBm - MIN_DBM: an index of `POWER`. */
export function levelOf(value: number): number {
  return value & LEVEL_MASK;
}

/** How strongly `station` hears the owner of the row, dBm - MIN_DBM; -1: not at all. */
export function levelIn(row: Row, station: number): number {
  let low = 0;
  let high = row.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stationOf(row[middle] as number) < station) low = middle + 1;
    else high = middle;
  }
  const found = row[low];
  return found !== undefined && stationOf(found) === station ? levelOf(found) : -1;
}

export function withoutOwner(row: Row, owner: number): Row {
  return row.filter((value) => stationOf(value) !== owner);
}

/** Collects the entries of a row in any order, and gives them in order of number. */
export class RowBuilder {
  /** A bit for each station, and one for each word of those that is not 0: few of many stations are in a row. */
  #marks = new Int32Array(2);
  #words = new Int32Array(1);
  #levels = new Uint8Array(64);
  #count = 0;

  /** Makes room for station numbers below `count`. */
  resize(count: number): void {
    if (count <= this.#levels.length) return;
    const capacity = 2 * count;
    this.#marks = new Int32Array((capacity >> 5) + 1);
    this.#words = new Int32Array((this.#marks.length >> 5) + 1);
    this.#levels = new Uint8Array(capacity);
  }

  /** The station hears it so strongly; the last word counts. */
  set(station: number, dBm: number): void {
    const bit = 1 << (station & 31);
    const index = station >> 5;
    const word = this.#marks[index] as number;
    this.#levels[station] = dBm - MIN_DBM;
    if ((word & bit) !== 0) return;
    if (word === 0) this.#words[index >> 5] = (this.#words[index >> 5] as number) | (1 << (index & 31));
    this.#marks[index] = word | bit;
    this.#count++;
  }

  /** The station hears nothing of it. */
  clear(station: number): void {
    const bit = 1 << (station & 31);
    const word = this.#marks[station >> 5] as number;
    if ((word & bit) === 0) return;
    this.#marks[station >> 5] = word & ~bit;
    this.#count--;
  }

  /** The row, and an empty builder. */
  take(): Row {
    const row = new Uint32Array(this.#count);
    const marks = this.#marks;
    let size = 0;
    for (let group = 0; size < row.length; group++) {
      for (let words = this.#words[group] as number; words !== 0; words &= words - 1) {
        const index = (group << 5) | lowestBit(words);
        for (let word = marks[index] as number; word !== 0; word &= word - 1) {
          const station = (index << 5) | lowestBit(word);
          row[size++] = ((station << LEVEL_BITS) | (this.#levels[station] as number)) >>> 0;
        }
        marks[index] = 0;
      }
      this.#words[group] = 0;
    }
    this.#count = 0;
    return row;
  }
}
