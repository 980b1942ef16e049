import type { SeededRandom } from "../../util/rng.ts";
import { type AirModel, type Fading, weakestSignal } from "./air-model.ts";
import { MAX_DBM, MIN_DBM } from "./power.ts";

/** Metres. */
export interface Position {
  readonly x: number;
  readonly y: number;
  readonly z?: number;
}

/** @throws RangeError for what is no place. */
export function checkPosition(position: Position | undefined): Position | undefined {
  if (position === undefined) return undefined;
  const { x, y, z = 0 } = position;
  if (![x, y, z].every(Number.isFinite)) throw new RangeError("position must be { x, y, z? } in metres");
  return { x, y, z };
}

/** One direction of a link, said outright. What is left out follows from the model. */
export interface Link {
  /** dB, instead of the path loss. Infinity: neither is aware of the other. */
  readonly loss?: number;
  /** The chance that a frame that could be decoded is, 0..1. */
  readonly delivery?: number;
}

/** Who hears a station, in order of number, and how strongly. Never changed: a frame in flight keeps the row it began with. */
export interface Row {
  readonly stations: Uint32Array;
  readonly dBm: Int8Array;
}

interface Place {
  txPower: number;
  open: boolean;
  row: Row | undefined;
  /** The `#version` that `row` was made at. */
  rowVersion: number;
  readonly links: Map<number, Link>;
}

/** Of a station without a position: every distance from it is NaN. */
const NOWHERE: Position = { x: Number.NaN, y: Number.NaN, z: Number.NaN };

interface FadingState {
  bad: boolean;
  untilUs: number;
}

/** Who hears whom: log-distance path loss, the table of links that were set, and the slow state of each link. */
export class Links {
  readonly #model: AirModel;
  readonly #random: SeededRandom;
  readonly #weakest: number;
  readonly #places: Place[] = [];
  readonly #fading = new Map<number, FadingState>();
  /** Counts changes that make every row stale. */
  #version = 0;
  #hasDelivery = false;
  /** x, y, z of each station. */
  #coordinates = new Float64Array(3 * 64);
  #stationsHeard = new Uint32Array(64);
  #dBmHeard = new Int8Array(64);

  constructor(model: AirModel, random: SeededRandom) {
    this.#model = model;
    this.#random = random;
    this.#weakest = Math.max(weakestSignal(model), MIN_DBM);
  }

  /** Whether chance decides on frames that could be decoded. */
  get isLossy(): boolean {
    return this.#hasDelivery || this.#model.frameLoss > 0 || this.#model.fading !== undefined;
  }

  /** The next station. */
  add(position: Position | undefined, txPower: number): void {
    const station = this.#places.length;
    this.#places.push({ txPower, open: true, row: undefined, rowVersion: -1, links: new Map() });
    if (this.#coordinates.length < 3 * (station + 1)) {
      const coordinates = new Float64Array(2 * this.#coordinates.length);
      coordinates.set(this.#coordinates);
      this.#coordinates = coordinates;
    }
    this.setPosition(station, position);
  }

  /** The station has left for ever. */
  remove(station: number): void {
    this.#placeOf(station).open = false;
    this.#version++;
  }

  setPosition(station: number, position: Position | undefined): void {
    const { x, y, z = 0 } = position ?? NOWHERE;
    this.#coordinates.set([x, y, z], 3 * station);
    this.#version++;
  }

  setTxPower(station: number, dBm: number): void {
    const place = this.#placeOf(station);
    place.txPower = dBm;
    place.row = undefined;
  }

  setLink(from: number, to: number, link: Link): void {
    const place = this.#placeOf(from);
    place.links.set(to, link);
    place.row = undefined;
    if (link.delivery !== undefined) this.#hasDelivery = true;
  }

  /** Who hears `station`, as things stand. */
  row(station: number): Row {
    const place = this.#placeOf(station);
    if (place.row === undefined || place.rowVersion !== this.#version) {
      place.row = this.#makeRow(station, place);
      place.rowVersion = this.#version;
    }
    return place.row;
  }

  /** Chance: whether a frame that arrives `marginDb` above the sensitivity survives this link. Call it once per frame. */
  survives(from: number, to: number, marginDb: number, nowUs: number): boolean {
    const delivery = this.#placeOf(from).links.get(to)?.delivery ?? 1;
    if (delivery < 1 && this.#random.float() >= delivery) return false;
    if (this.#model.frameLoss > 0 && this.#random.float() < this.#model.frameLoss) return false;
    const fading = this.#model.fading;
    return fading === undefined || marginDb >= fading.loss || !this.#isBad(fading, from, to, nowUs);
  }

  #makeRow(station: number, place: Place): Row {
    const count = this.#places.length;
    if (this.#stationsHeard.length < count) {
      this.#stationsHeard = new Uint32Array(2 * count);
      this.#dBmHeard = new Int8Array(2 * count);
    }
    const coordinates = this.#coordinates;
    const x = coordinates[3 * station] as number;
    const y = coordinates[3 * station + 1] as number;
    const z = coordinates[3 * station + 2] as number;
    const reach = this.#squaredReach(place.txPower);
    let heard = 0;
    for (let other = 0; other < count; other++) {
      const dx = (coordinates[3 * other] as number) - x;
      const dy = (coordinates[3 * other + 1] as number) - y;
      const dz = (coordinates[3 * other + 2] as number) - z;
      const squared = dx * dx + dy * dy + dz * dz;
      if (squared > reach && place.links.size === 0) continue;
      if (other === station || !this.#placeOf(other).open) continue;
      const loss = (place.links.size > 0 ? place.links.get(other)?.loss : undefined) ?? this.#pathLoss(squared);
      const dBm = Math.round(place.txPower - loss);
      if (dBm < this.#weakest) continue;
      this.#stationsHeard[heard] = other;
      this.#dBmHeard[heard++] = Math.min(dBm, MAX_DBM);
    }
    return { stations: this.#stationsHeard.slice(0, heard), dBm: this.#dBmHeard.slice(0, heard) };
  }

  /**
   * Log-distance path loss at a squared distance; nearer than 1 m, or where one has no position (NaN), it is as at 1 m.
   * Rounded, so that no engine's log10 can make a difference.
   */
  #pathLoss(squared: number): number {
    const { referenceLoss, exponent } = this.#model;
    return squared > 1 ? referenceLoss + Math.round(5e6 * exponent * Math.log10(squared)) / 1e6 : referenceLoss;
  }

  /** A squared distance beyond which nothing is heard: 1 dB more than can matter. Spares a logarithm per pair. */
  #squaredReach(txPower: number): number {
    const { referenceLoss, exponent } = this.#model;
    return 10 ** ((txPower - this.#weakest + 1 - referenceLoss) / (5 * exponent));
  }

  #isBad(fading: Fading, from: number, to: number, nowUs: number): boolean {
    const key = from * 2 ** 26 + to;
    let state = this.#fading.get(key);
    if (state === undefined) {
      const bad = this.#random.float() * (fading.goodMs + fading.badMs) < fading.badMs;
      state = { bad, untilUs: nowUs + this.#dwellUs(bad ? fading.badMs : fading.goodMs) };
      this.#fading.set(key, state);
    }
    while (state.untilUs <= nowUs) {
      state.bad = !state.bad;
      state.untilUs += this.#dwellUs(state.bad ? fading.badMs : fading.goodMs);
    }
    return state.bad;
  }

  /** An exponentially distributed time, a whole number of at least 1. */
  #dwellUs(meanMs: number): number {
    const chance = (this.#random.uint32() + 1) / 2 ** 32;
    return 1 + Math.round(-1000 * meanMs * Math.log(chance));
  }

  #placeOf(station: number): Place {
    return this.#places[station] as Place;
  }
}
