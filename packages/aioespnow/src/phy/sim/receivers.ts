import { Rate } from "../../codec/rate.ts";
import type { AirModel } from "./air-model.ts";
import { ackTimeUs, SIFS_US } from "./airtime.ts";
import type { AirCounters } from "./counters.ts";
import type { Dcf } from "./dcf.ts";
import type { Flight, Flights } from "./flights.ts";
import type { Links } from "./links.ts";
import { leastLevel, MIN_DBM, POWER, ratioOf } from "./power.ts";
import { levelOf, stationOf } from "./rows.ts";
import {
  CLOSED,
  Contention,
  channelOf,
  doorOf,
  gateOf,
  Hearing,
  Lock,
  lockedLevelOf,
  type Stations,
} from "./stations.ts";

/** The compiler of JavaScript knows what a module keeps for itself to be constant. */
const POWERS = POWER;
const NOT_CONTENDING = Contention.none;
const READY = Contention.ready;
const FREE = Lock.free;
const FIRST = Lock.receiving;

/** EIFS is longer than DIFS by SIFS and an ACK at the lowest rate (IEEE 802.11-2020, 10.3.7). */
const EIFS_MINUS_DIFS_US = SIFS_US + ackTimeUs(Rate.RATE_1M, "standard");

/**
 * What the beginning and the end of a frame do at everybody who can sense it. Thousands are visited, and what they make of a
 * frame cannot be foreseen: a processor that guesses wrong loses more time than the work takes. So conditions are numbers
 * here that lengthen a list or do not, and what is rare or needs a call is left to the lists.
 */
export class Receivers {
  /** How many stations are receiving a frame. */
  receiving = 0;
  readonly #stations: Stations;
  readonly #flights: Flights;
  readonly #dcf: Dcf;
  readonly #counters: AirCounters;
  /** By level of the frame that is being received: the gate. */
  readonly #gates: Uint8Array;
  /** Stations that wait for the medium, which becomes busy or idle for them. */
  #waiting = new Int32Array(0);
  /** Stations that locked on another frame in the microsecond in which one begins. */
  #drowned = new Int32Array(0);

  constructor(model: AirModel, stations: Stations, flights: Flights, dcf: Dcf, counters: AirCounters) {
    this.#stations = stations;
    this.#flights = flights;
    this.#dcf = dcf;
    this.#counters = counters;
    const ratio = Number.isFinite(model.captureMargin) ? ratioOf(Math.round(model.captureMargin)) : Infinity;
    this.#gates = Uint8Array.from(POWER, (signal) => Math.min(leastLevel(ratio * signal), CLOSED));
  }

  /** `stations.capacity` has grown. */
  resize(): void {
    this.#waiting = new Int32Array(this.#stations.capacity);
    this.#drowned = new Int32Array(this.#stations.capacity);
  }

  /** The beginning of a frame at everybody who can sense it. */
  arrive(flight: Flight, nowUs: number): void {
    const { door, power, tolerated, lock, contention } = this.#stations;
    const { row, channel, limits, sharedPower, takers } = flight;
    const { minLevel, preambleSir } = limits;
    const { starts, isAlone } = this.#flights;
    const startUs = starts[flight.id] as number;
    const shared = this.#stations.shared[channel] as number;
    const waiting = this.#waiting;
    const drowned = this.#drowned;
    let waitingCount = 0;
    let drownedCount = 0;
    let takerCount = 0;
    for (let i = 0; i < row.length; i++) {
      const value = row[i] as number;
      const station = stationOf(value);
      const face = door[station] as number;
      if (channelOf(face) !== channel) continue;
      const level = levelOf(value);
      const signal = POWERS[level] as number;
      const own = power[station] as number;
      const others = own + shared;
      const limit = tolerated[station] as number;
      const isClear = Number(others + signal <= limit);
      const isTogether = isAlone ? 0 : Number(starts[lock[station] as number] === startUs);
      const isOpen = (Number(level >= gateOf(face)) | isTogether) & Number(level >= minLevel);
      const isTaken = isOpen & Number(signal >= preambleSir * others);
      if (contention[station] !== NOT_CONTENDING && others === 0) waiting[waitingCount++] = station;
      power[station] = own + (signal - sharedPower);
      tolerated[station] = isClear * limit;
      takers[takerCount] = value;
      takerCount += isTaken;
      if (isAlone) continue;
      drowned[drownedCount] = station;
      drownedCount += isTogether & ~isTaken;
    }
    flight.takerCount = takerCount;
    this.#freeze(waitingCount, nowUs);
    this.#drown(drownedCount, shared + sharedPower);
    this.#lockOn(flight);
  }

  /** The medium becomes busy for the stations that wait. */
  #freeze(waitingCount: number, nowUs: number): void {
    for (let i = 0; i < waitingCount; i++) {
      const station = this.#waiting[i] as number;
      if (this.#stations.sending[station] === 0) this.#dcf.freeze(station, nowUs);
    }
  }

  /**
   * Two preambles at once, neither of which stands out, are noise to a receiver (no PHY-RXSTART, so no EIFS): it leaves the
   * one that it had locked on.
   */
  #drown(drownedCount: number, shared: number): void {
    const { door, lock, power } = this.#stations;
    for (let i = 0; i < drownedCount; i++) {
      const station = this.#drowned[i] as number;
      const signal = POWERS[lockedLevelOf(door[station] as number)] as number;
      const others = (power[station] as number) + shared - signal;
      const { preambleSir } = this.#flights.get(lock[station] as number).limits;
      if (signal < preambleSir * others) this.release(station);
    }
  }

  /** Receivers take this frame, if they understand it; earlier ones that they were receiving are lost. */
  #lockOn(flight: Flight): void {
    const { lock, door, tolerated, power, deafTo } = this.#stations;
    const { id, limits, sharedPower, channel, startUs, takers } = flight;
    const { starts, isAlone } = this.#flights;
    const { mostPower, modulation } = limits;
    const shared = (this.#stations.shared[channel] as number) + sharedPower;
    const gates = this.#gates;
    let takerCount = 0;
    let lockedCount = 0;
    let lockedNow = 0;
    for (let i = 0; i < flight.takerCount; i++) {
      const value = takers[i] as number;
      const station = stationOf(value);
      if (((deafTo[station] as number) & modulation) !== 0) continue;
      const level = levelOf(value);
      const locked = lock[station] as number;
      const most = mostPower[level] as number;
      const isClear = Number((power[station] as number) + shared <= most);
      takers[takerCount++] = value;
      lockedCount += Number(locked >= FIRST);
      if (!isAlone) lockedNow += Number(starts[locked] === startUs);
      lock[station] = id;
      door[station] = doorOf(channel, gates[level] as number, level);
      tolerated[station] = isClear * most;
    }
    flight.takerCount = takerCount;
    this.receiving += takerCount - lockedCount;
    this.#counters.captured += lockedCount - lockedNow;
  }

  /** The receiver is free. */
  release(station: number): void {
    const { lock, door, tuned } = this.#stations;
    if ((lock[station] as number) >= Lock.receiving) this.receiving--;
    lock[station] = Lock.free;
    door[station] = doorOf(tuned[station] as number, 0, 0);
  }

  /** The end of a frame at those who are receiving it: they are free. Where it was spoiled, they are takers no more. */
  unlock(flight: Flight, nowUs: number): void {
    const { lock, door, tolerated, eifsUntil } = this.#stations;
    const { id, channel, takers } = flight;
    const opened = doorOf(channel, 0, 0);
    const spoiledUntil = nowUs + EIFS_MINUS_DIFS_US;
    let lockedCount = 0;
    for (let i = 0; i < flight.takerCount; i++) {
      const value = takers[i] as number;
      takers[lockedCount] = value;
      lockedCount += Number(lock[stationOf(value)] === id);
    }
    let takerCount = 0;
    for (let i = 0; i < lockedCount; i++) {
      const value = takers[i] as number;
      const station = stationOf(value);
      const isSpoiled = Number(tolerated[station] === 0);
      lock[station] = FREE;
      door[station] = opened;
      eifsUntil[station] = isSpoiled * spoiledUntil;
      takers[takerCount] = value;
      takerCount += 1 - isSpoiled;
    }
    flight.takerCount = takerCount;
    this.receiving -= lockedCount;
    this.#counters.corrupted += lockedCount - takerCount;
  }

  /** Chance takes the frame from some. */
  lose(flight: Flight, links: Links, nowUs: number): void {
    const { limits, frame, station: sender, takers } = flight;
    let takerCount = 0;
    for (let i = 0; i < flight.takerCount; i++) {
      const value = takers[i] as number;
      const station = stationOf(value);
      const marginDb = levelOf(value) + MIN_DBM - limits.sensitivity;
      const arrival = { marginDb, bitErrors: limits.bitErrors, length: frame.length };
      if (links.survives(sender, station, arrival, nowUs)) takers[takerCount++] = value;
      else this.#stations.eifsUntil[station] = nowUs + EIFS_MINUS_DIFS_US;
    }
    this.#counters.lost += flight.takerCount - takerCount;
    flight.takerCount = takerCount;
  }

  /** Those who have received the frame note its Duration. How many of them are to hand it up: they are the first takers. */
  receive({ isGroup, durationUs, takers, takerCount }: Flight, nowUs: number): number {
    const { navUntil, hearing, addressed } = this.#stations;
    const wanted = isGroup ? Hearing.group | Hearing.all : Hearing.all;
    let heardCount = 0;
    for (let i = 0; i < takerCount; i++) {
      const value = takers[i] as number;
      const station = stationOf(value);
      const isMine = addressed[station] as number;
      if (durationUs > 0 && isMine === 0) navUntil[station] = Math.max(navUntil[station] as number, nowUs + durationUs);
      takers[heardCount] = value;
      heardCount += Number((((hearing[station] as number) & wanted) | isMine) !== 0);
    }
    return heardCount;
  }

  /** The end of a frame at everybody who can sense it. */
  depart({ row, channel, sharedPower, station: sender }: Flight, nowUs: number): void {
    const { tuned, power, sending, contention, idleAt } = this.#stations;
    const shared = this.#stations.shared[channel] as number;
    const waiting = this.#waiting;
    let waitingCount = 0;
    for (let i = 0; i < row.length; i++) {
      const value = row[i] as number;
      const station = stationOf(value);
      if (tuned[station] !== channel) continue;
      const own = (power[station] as number) - ((POWERS[levelOf(value)] as number) - sharedPower);
      if (contention[station] === READY && own + shared === 0) waiting[waitingCount++] = station;
      power[station] = own;
      idleAt[station] = nowUs;
    }
    for (let i = 0; i < waitingCount; i++) {
      const station = waiting[i] as number;
      if (sending[station] === 0 && station !== sender) this.#dcf.resume(station, nowUs);
    }
  }
}
