import { type AirModel, weakestSignal } from "./air-model.ts";
import type { AirCounters } from "./counters.ts";
import { Grid } from "./grid.ts";
import { type Arrival, Losses, type LossesState } from "./losses.ts";
import { Levels } from "./path-loss.ts";
import type { Position } from "./position.ts";
import { MAX_DBM, MIN_DBM } from "./power.ts";
import { type Reach, type Row, RowBuilder } from "./rows.ts";
import { Shadowing } from "./shadowing.ts";

/** One direction of a link, set by hand. What is left out follows from the model. */
export interface Link {
  /** dB, instead of the path loss. Infinity: neither is aware of the other. */
  readonly loss?: number;
  /** The chance that a frame that could be decoded is, 0..1. */
  readonly delivery?: number;
}

interface Place {
  txPower: number;
  open: boolean;
  reach: Reach | undefined;
  /** The `#version` that `reach` was made at. */
  reachVersion: number;
  /** Undefined until one is set. */
  links: Map<number, Link> | undefined;
}

/** A station as `Links` saves it. */
interface PlaceState {
  readonly txPower: number;
  readonly open: boolean;
  /** Undefined: it is nowhere. */
  readonly position: Position | undefined;
  readonly links: readonly (readonly [to: number, link: Link])[];
}

/** The positions of all stations, the links that were set by hand, and the random state of each link. */
export interface LinksState {
  readonly losses: LossesState;
  readonly places: readonly (PlaceState | undefined)[];
  readonly hasDelivery: boolean;
}

/** The position of a station that has none: every distance from it is NaN. */
const NOWHERE: Position = { x: Number.NaN, y: Number.NaN, z: Number.NaN };

/** Entries in all rows that are kept, 4 bytes each. Beyond that, rows are dropped and rebuilt when a frame needs them. */
const MAX_ENTRIES = 2 ** 25;
/** Transmit powers whose table of distances is kept. */
const MAX_POWERS = 64;

/** Which stations hear each other: log-distance path loss, the links that were set by hand, and the slow state of each link. */
export class Links {
  readonly #model: AirModel;
  readonly #counters: AirCounters;
  readonly #maxEntries: number;
  readonly #weakest: number;
  readonly #shadowing: Shadowing;
  readonly #places: Place[] = [];
  readonly #losses: Losses;
  readonly #grid: Grid;
  readonly #levels = new Map<number, Levels>();
  readonly #builder = new RowBuilder();
  /** Rows of stations that all others hear equally well, by dBm. They are valid while `#version` is `#sharedVersion`. */
  readonly #shared = new Map<number, Row>();
  #sharedVersion = -1;
  /** Counts changes that make every row stale. */
  #version = 0;
  #hasDelivery = false;
  /** x, y, z of each station. */
  #coordinates = new Float64Array(3 * 64);
  /** Entries in the rows that are kept. */
  #entries = 0;
  /** The station whose row is dropped next when there are too many entries. */
  #hand = 0;

  constructor(model: AirModel, seed: number, counters: AirCounters, maxEntries: number = MAX_ENTRIES) {
    this.#model = model;
    this.#losses = new Losses(model, seed);
    this.#counters = counters;
    this.#maxEntries = maxEntries;
    this.#weakest = Math.max(weakestSignal(model), MIN_DBM);
    this.#shadowing = new Shadowing(model.shadowing, seed);
    const reach = Math.sqrt(this.#levelsOf(model.txPower).squaredReach);
    this.#grid = new Grid(Math.min(Math.max(reach / 4, 1) || 1, 1e6));
  }

  /** Whether chance decides on frames that could be decoded. */
  get isLossy(): boolean {
    const { frameLoss, fading, bitErrors } = this.#model;
    return bitErrors || this.#hasDelivery || frameLoss > 0 || fading !== undefined;
  }

  /** Adds a station. Its number may be that of one that has left. */
  add(station: number, position: Position | undefined, txPower: number): void {
    const former = this.#places[station];
    if (former !== undefined) this.#forgetStation(station, former);
    this.#places[station] = { txPower, open: true, reach: undefined, reachVersion: -1, links: undefined };
    this.#builder.resize(station + 1);
    if (this.#coordinates.length < 3 * (station + 1)) {
      const coordinates = new Float64Array(2 * this.#coordinates.length);
      coordinates.set(this.#coordinates);
      this.#coordinates = coordinates;
    }
    this.setPosition(station, position);
  }

  /** The station has left. */
  remove(station: number): void {
    this.#placeOf(station).open = false;
    this.#grid.remove(station);
    this.#version++;
  }

  setPosition(station: number, position: Position | undefined): void {
    const { x, y, z = 0 } = position ?? NOWHERE;
    this.#coordinates.set([x, y, z], 3 * station);
    if (this.#placeOf(station).open) this.#grid.place(station, x, y);
    this.#version++;
  }

  setTxPower(station: number, dBm: number): void {
    const place = this.#placeOf(station);
    place.txPower = dBm;
    this.#forget(place);
  }

  setLink(from: number, to: number, link: Link): void {
    const place = this.#placeOf(from);
    place.links ??= new Map();
    place.links.set(to, link);
    this.#forget(place);
    if (link.delivery !== undefined) this.#hasDelivery = true;
  }

  save(): LinksState {
    return {
      losses: this.#losses.save(),
      places: this.#places.map((place, station) => this.#savePlace(station, place)),
      hasDelivery: this.#hasDelivery,
    };
  }

  /** Rows are rebuilt when a frame needs them. */
  load({ losses, places, hasDelivery }: LinksState): void {
    for (const [station, place] of this.#places.entries()) {
      if (place !== undefined) this.#forget(place);
      this.#grid.remove(station);
    }
    this.#places.length = 0;
    for (const [station, place] of places.entries()) if (place !== undefined) this.#loadPlace(station, place);
    this.#losses.load(losses);
    this.#hasDelivery = hasDelivery;
  }

  /** Draws other numbers from now on. */
  reseed(seed: number): void {
    this.#losses.reseed(seed);
  }

  #savePlace(station: number, { txPower, open, links }: Place): PlaceState {
    const [x, y, z] = this.#coordinates.subarray(3 * station, 3 * station + 3) as unknown as [number, number, number];
    return { txPower, open, position: Number.isNaN(x) ? undefined : { x, y, z }, links: [...(links ?? [])] };
  }

  #loadPlace(station: number, { txPower, open, position, links }: PlaceState): void {
    this.add(station, position, txPower);
    if (links.length > 0) this.#placeOf(station).links = new Map(links);
    if (!open) this.remove(station);
  }

  /** The stations that hear `station` now, and how well. */
  reach(station: number): Reach {
    const place = this.#placeOf(station);
    if (place.reach !== undefined && place.reachVersion === this.#version) return place.reach;
    this.#forget(place);
    const reach = this.#makeReach(station, place);
    this.#makeRoom(entriesOf(reach));
    this.#entries += entriesOf(reach);
    place.reach = reach;
    place.reachVersion = this.#version;
    return reach;
  }

  /** Decides by chance whether a frame that arrives `marginDb` above the sensitivity survives. Call it once per frame. */
  survives(from: number, to: number, arrival: Arrival, nowUs: number): boolean {
    const delivery = this.#placeOf(from).links?.get(to)?.delivery ?? 1;
    return this.#losses.survives(from, to, delivery, arrival, nowUs);
  }

  #makeReach(station: number, place: Place): Reach {
    const isShared = place.links === undefined && Number.isNaN(this.#coordinates[3 * station]);
    if (!isShared) return { row: this.#makeRow(station, place), isShared };
    if (this.#sharedVersion !== this.#version) this.#shared.clear();
    this.#sharedVersion = this.#version;
    const level = this.#levelsOf(place.txPower).at(Number.NaN);
    const row = this.#shared.get(level) ?? this.#rowOfAll(level);
    this.#shared.set(level, row);
    return { row, isShared };
  }

  /** A row in which all stations hear equally well. */
  #rowOfAll(dBm: number): Row {
    for (let station = 0; station < this.#places.length; station++) {
      if (this.#placeOf(station).open) this.#builder.set(station, dBm);
    }
    return this.#builder.take();
  }

  #makeRow(station: number, place: Place): Row {
    const builder = this.#builder;
    const coordinates = this.#coordinates;
    const x = coordinates[3 * station] as number;
    const y = coordinates[3 * station + 1] as number;
    const z = coordinates[3 * station + 2] as number;
    const levels = this.#levelsOf(place.txPower);
    const { squaredReach } = levels;
    const shadowing = this.#shadowing.limit > 0 ? this.#shadowing : undefined;
    for (const cell of this.#grid.near(x, y, Math.sqrt(squaredReach))) {
      for (let i = 0; i < cell.length; i++) {
        const other = cell[i] as number;
        const dx = (coordinates[3 * other] as number) - x;
        const dy = (coordinates[3 * other + 1] as number) - y;
        const dz = (coordinates[3 * other + 2] as number) - z;
        const squared = dx * dx + dy * dy + dz * dz;
        if (squared > squaredReach) continue;
        const level = levels.at(squared);
        if (shadowing === undefined || !(squared > 1)) builder.set(other, level);
        else this.#setShadowed(other, level - shadowing.loss(station, other));
      }
    }
    if (place.links !== undefined) this.#applyLinks(place, place.links);
    builder.clear(station);
    return builder.take();
  }

  #setShadowed(station: number, dBm: number): void {
    if (dBm >= this.#weakest) this.#builder.set(station, Math.min(dBm, MAX_DBM));
  }

  /** Applies the losses that were set by hand. */
  #applyLinks(place: Place, links: ReadonlyMap<number, Link>): void {
    for (const [other, { loss }] of links) {
      if (loss === undefined || !this.#placeOf(other).open) continue;
      const dBm = Math.round(place.txPower - loss);
      if (dBm < this.#weakest) this.#builder.clear(other);
      else this.#builder.set(other, Math.min(dBm, MAX_DBM));
    }
  }

  #levelsOf(txPower: number): Levels {
    let levels = this.#levels.get(txPower);
    if (levels === undefined) {
      if (this.#levels.size >= MAX_POWERS) this.#levels.clear();
      levels = new Levels(this.#model, txPower, Math.max(this.#weakest - this.#shadowing.limit, MIN_DBM));
      this.#levels.set(txPower, levels);
    }
    return levels;
  }

  /** Links that were set for a station that has left do not apply to the next one with its number. */
  #forgetStation(station: number, former: Place): void {
    this.#forget(former);
    for (const { links } of this.#places) links?.delete(station);
  }

  #forget(place: Place): void {
    if (place.reach !== undefined) this.#entries -= entriesOf(place.reach);
    place.reach = undefined;
  }

  /** Forgets the rows of one station after the other until there is room for `entries`. */
  #makeRoom(entries: number): void {
    for (let tries = this.#places.length; tries > 0 && this.#entries + entries > this.#maxEntries; tries--) {
      this.#hand = (this.#hand + 1) % this.#places.length;
      const place = this.#placeOf(this.#hand);
      if (place.reach !== undefined) this.#counters.rowsForgotten++;
      this.#forget(place);
    }
  }

  #placeOf(station: number): Place {
    return this.#places[station] as Place;
  }
}

/** How much a reach counts against the limit. Shared rows count nothing, because there are few of them. */
function entriesOf({ row, isShared }: Reach): number {
  return isShared ? 0 : row.length;
}
