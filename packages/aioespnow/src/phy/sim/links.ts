import type { SeededRandom } from "../../util/rng.ts";
import { type AirModel, type Fading, weakestSignal } from "./air-model.ts";
import { MAX_DBM, MIN_DBM } from "./power.ts";

/** Metres. */
export interface Position {
  readonly x: number;
  readonly y: number;
  readonly z?: number;
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
  position: Position | undefined;
  txPower: number;
  open: boolean;
  row: Row | undefined;
  /** The `#version` that `row` was made at. */
  rowVersion: number;
  readonly links: Map<number, Link>;
}

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
    this.#places.push({ position, txPower, open: true, row: undefined, rowVersion: -1, links: new Map() });
    this.#version++;
  }

  /** The station has left for ever. */
  remove(station: number): void {
    this.#placeOf(station).open = false;
    this.#version++;
  }

  setPosition(station: number, position: Position | undefined): void {
    this.#placeOf(station).position = position;
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
    let heard = 0;
    for (let other = 0; other < count; other++) {
      const otherPlace = this.#placeOf(other);
      if (other === station || !otherPlace.open) continue;
      const loss = place.links.get(other)?.loss ?? this.#pathLoss(place.position, otherPlace.position);
      const dBm = Math.round(place.txPower - loss);
      if (dBm < this.#weakest) continue;
      this.#stationsHeard[heard] = other;
      this.#dBmHeard[heard++] = Math.min(dBm, MAX_DBM);
    }
    return { stations: this.#stationsHeard.slice(0, heard), dBm: this.#dBmHeard.slice(0, heard) };
  }

  /** Log-distance path loss; nearer than 1 m is as at 1 m. Rounded, so that no engine's log10 can make a difference. */
  #pathLoss(a: Position | undefined, b: Position | undefined): number {
    const { referenceLoss, exponent } = this.#model;
    if (a === undefined || b === undefined) return referenceLoss;
    const dx = a.x - b.x;
    const dy = a.y - b.y;
    const dz = (a.z ?? 0) - (b.z ?? 0);
    const squared = dx * dx + dy * dy + dz * dz;
    if (squared <= 1) return referenceLoss;
    return referenceLoss + Math.round(5e6 * exponent * Math.log10(squared)) / 1e6;
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
