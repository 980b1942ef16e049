import { Rate } from "../../codec/rate.ts";
import type { AirModel } from "./air-model.ts";
import { ackTimeUs, SIFS_US } from "./airtime.ts";
import type { AirCounters } from "./counters.ts";
import type { Dcf } from "./dcf.ts";
import { type Flight, Flights, type FlightsState, type Outgoing, type Transmission } from "./flights.ts";
import type { Links } from "./links.ts";
import { MIN_DBM, POWER, ratioOf } from "./power.ts";
import { RateLimits } from "./rate-limits.ts";
import { levelOf, stationOf } from "./rows.ts";
import { Contention, Hearing, Lock, type Stations } from "./stations.ts";

/** What is on the air. */
export interface MediumState {
  readonly flights: FlightsState;
  readonly lastBeginUs: number;
}

/** EIFS is longer than DIFS by SIFS and an ACK at the lowest rate (IEEE 802.11-2020, 10.3.7). */
const EIFS_MINUS_DIFS_US = SIFS_US + ackTimeUs(Rate.RATE_1M, "standard");

/** The signals on the air: who senses them, who receives which frame, and what spoils it. */
export class Medium {
  /** Who has received the frame whose end was handled last: `heardCount` stations, and how strongly. */
  heardCount = 0;
  heardStations: Int32Array = new Int32Array(0);
  heardDbm: Int8Array = new Int8Array(0);

  readonly #stations: Stations;
  readonly #links: Links;
  readonly #dcf: Dcf;
  readonly #counters: AirCounters;
  readonly #captureRatio: number;
  readonly #limits: RateLimits;
  readonly #flights: Flights;
  /** Of the frame that ends: whether chance decides on it. */
  #isLossy = false;
  /** How many stations are receiving a frame. */
  #receiving = 0;
  /** When the frame before began. */
  #lastBeginUs = -1;

  constructor(model: AirModel, stations: Stations, links: Links, dcf: Dcf, counters: AirCounters) {
    this.#limits = new RateLimits(model);
    this.#flights = new Flights(stations);
    this.#stations = stations;
    this.#links = links;
    this.#dcf = dcf;
    this.#counters = counters;
    this.#captureRatio = Number.isFinite(model.captureMargin) ? ratioOf(Math.round(model.captureMargin)) : Infinity;
  }

  /** `stations.capacity` has grown. */
  resize(): void {
    this.heardStations = new Int32Array(this.#stations.capacity);
    this.heardDbm = new Int8Array(this.#stations.capacity);
  }

  save(): MediumState {
    return { flights: this.#flights.save(), lastBeginUs: this.#lastBeginUs };
  }

  load({ flights, lastBeginUs }: MediumState): void {
    this.#flights.load(flights, (rate) => this.#limits.of(rate));
    this.#lastBeginUs = lastBeginUs;
  }

  /** A frame begins. Returns its number, for `end`. */
  begin(outgoing: Outgoing, nowUs: number): number {
    const { station, rate } = outgoing;
    const flight = this.#flights.add(outgoing, this.#links.reach(station), this.#limits.of(rate), nowUs);
    const { contention, gate, lock, sending } = this.#stations;
    if (contention[station] !== Contention.none && this.#stations.isIdle(station)) this.#dcf.freeze(station, nowUs);
    sending[station] = (sending[station] as number) + 1;
    this.#release(station);
    lock[station] = Lock.transmitting;
    gate[station] = Number.POSITIVE_INFINITY;
    if (!this.#isLostToAll(flight)) {
      if (this.#lastBeginUs === nowUs) this.#arriveTogether(flight, nowUs);
      else this.#arrive(flight, nowUs);
    }
    this.#flights.share(flight, 1);
    this.#lastBeginUs = nowUs;
    return flight.id;
  }

  /** A frame ends, and `heard...` tells who has received it. `addressed` are the stations with its address 1. */
  end(id: number, addressed: readonly number[], nowUs: number): void {
    const flight = this.#flights.get(id);
    this.#release(flight.station);
    this.#stations.sending[flight.station] = (this.#stations.sending[flight.station] as number) - 1;
    this.#settle(flight.station, nowUs);
    for (const station of addressed) this.#stations.addressed[station] = 1;
    this.#depart(flight, nowUs);
    for (const station of addressed) this.#stations.addressed[station] = 0;
    this.#flights.remove(flight);
  }

  /** The frame of that number, which has not ended. */
  transmission(id: number): Outgoing & Transmission {
    return this.#flights.get(id);
  }

  /** A receiver turns to another channel (0: off). What it was receiving is lost; it senses what is on the air there. */
  tune(station: number, channel: number, nowUs: number): void {
    const stations = this.#stations;
    const { tuned, power, navUntil, eifsUntil } = stations;
    if (tuned[station] === channel) return;
    if (stations.contention[station] !== Contention.none && stations.isIdle(station)) this.#dcf.freeze(station, nowUs);
    tuned[station] = channel;
    if (stations.lock[station] !== Lock.transmitting) this.#release(station);
    navUntil[station] = 0;
    eifsUntil[station] = 0;
    power[station] = this.#flights.powerAt(station, channel);
    this.#settle(station, nowUs);
  }

  /**
   * Whether a frame that begins changes nothing but the power that all sense: nobody is receiving, and all stations, for which
   * it is equally strong, find it too weak beside what is on the air already.
   */
  #isLostToAll({ sharedPower, channel, limits }: Flight): boolean {
    const others = this.#stations.shared[channel] as number;
    return sharedPower > 0 && others > 0 && this.#receiving === 0 && sharedPower < limits.preambleSir * others;
  }

  /**
   * The beginning of a frame at everybody who can sense it. Thousands are visited: what is the same for nearly all of them
   * is asked first, and the rest is one comparison.
   */
  #arrive(flight: Flight, nowUs: number): void {
    const { tuned, power, peakPower, gate, contention, sending } = this.#stations;
    const { row, channel, limits, sharedPower } = flight;
    const { minPower, preambleSir } = limits;
    const shared = this.#stations.shared[channel] as number;
    for (let i = 0; i < row.length; i++) {
      const value = row[i] as number;
      const station = stationOf(value);
      if (tuned[station] !== channel) continue;
      const signal = POWER[levelOf(value)] as number;
      const others = (power[station] as number) + shared;
      const total = others + signal;
      if (sharedPower === 0) power[station] = total - shared;
      if (total > (peakPower[station] as number)) peakPower[station] = total;
      if (contention[station] !== Contention.none && others === 0 && sending[station] === 0) {
        this.#dcf.freeze(station, nowUs);
      }
      if (signal >= preambleSir * others && signal >= (gate[station] as number) && signal >= minPower) {
        this.#lockOn(flight, station, signal, total);
      }
    }
  }

  /** The same for a frame that begins in the same microsecond as others. */
  #arriveTogether(flight: Flight, nowUs: number): void {
    const { tuned, power, peakPower, gate, lock, contention, sending } = this.#stations;
    const { row, channel, limits, sharedPower } = flight;
    const { minPower, preambleSir } = limits;
    const { starts } = this.#flights;
    const shared = this.#stations.shared[channel] as number;
    for (let i = 0; i < row.length; i++) {
      const value = row[i] as number;
      const station = stationOf(value);
      if (tuned[station] !== channel) continue;
      const signal = POWER[levelOf(value)] as number;
      const others = (power[station] as number) + shared;
      const total = others + signal;
      if (sharedPower === 0) power[station] = total - shared;
      if (total > (peakPower[station] as number)) peakPower[station] = total;
      if (contention[station] !== Contention.none && others === 0 && sending[station] === 0) {
        this.#dcf.freeze(station, nowUs);
      }
      const locked = lock[station] as number;
      const together = locked >= 0 && starts[locked] === nowUs;
      const needed = together ? minPower : (gate[station] as number);
      if (signal >= preambleSir * others && signal >= needed && signal >= minPower) {
        this.#lockOn(flight, station, signal, total);
      } else if (together) this.#drown(this.#flights.get(locked), station, total);
    }
  }

  /**
   * Two preambles at once, neither of which stands out, are noise to a receiver (no PHY-RXSTART, so no EIFS): it leaves the
   * one that it had locked on.
   */
  #drown(locked: Flight, station: number, total: number): void {
    const signal = this.#stations.lockPower[station] as number;
    if (signal < locked.limits.preambleSir * (total - signal)) this.#release(station);
  }

  /** The receiver takes this frame, if it understands it; an earlier one that it was receiving is lost. */
  #lockOn(flight: Flight, station: number, signal: number, total: number): void {
    const { lock, lockPower, gate, peakPower, deafTo } = this.#stations;
    if (((deafTo[station] as number) & flight.limits.modulation) !== 0) return;
    const locked = lock[station] as number;
    if (locked < 0) this.#receiving++;
    else if ((this.#flights.starts[locked] as number) < flight.startUs) this.#counters.captured++;
    lock[station] = flight.id;
    lockPower[station] = signal;
    gate[station] = this.#captureRatio * signal;
    peakPower[station] = total;
  }

  /** The receiver is free. */
  #release(station: number): void {
    const { lock, gate } = this.#stations;
    if ((lock[station] as number) >= 0) this.#receiving--;
    lock[station] = Lock.free;
    gate[station] = 0;
  }

  /** The end of a frame at everybody who can sense it. */
  #depart(flight: Flight, nowUs: number): void {
    const { tuned, power, sending, lock, contention, idleAt } = this.#stations;
    const { row, id, channel, sharedPower, station: sender } = flight;
    this.heardCount = 0;
    this.#flights.share(flight, -1);
    const shared = this.#stations.shared[channel] as number;
    // To nobody it was more than noise, and the medium stays busy for all.
    if (sharedPower > 0 && this.#receiving === 0 && shared > 0) return;
    this.#isLossy = this.#links.isLossy;
    let heard = 0;
    for (let i = 0; i < row.length; i++) {
      const value = row[i] as number;
      const station = stationOf(value);
      if (tuned[station] !== channel) continue;
      const level = levelOf(value);
      let own = power[station] as number;
      if (sharedPower === 0) {
        own -= POWER[level] as number;
        power[station] = own;
      }
      if (lock[station] === id && this.#receive(flight, station, level, nowUs)) {
        this.heardStations[heard] = station;
        this.heardDbm[heard++] = level + MIN_DBM;
      }
      idleAt[station] = nowUs;
      if (contention[station] !== Contention.ready || own + shared > 0) continue;
      if (sending[station] === 0 && station !== sender) this.#dcf.resume(station, nowUs);
    }
    this.heardCount = heard;
  }

  /** The end of the frame that a station is receiving. Whether it is to be handed up. */
  #receive(flight: Flight, station: number, level: number, nowUs: number): boolean {
    const { peakPower, navUntil, eifsUntil, hearing, addressed } = this.#stations;
    const { limits, durationUs } = flight;
    this.#release(station);
    const signal = POWER[level] as number;
    // The sensitivity stands for the noise: what exceeds it is there to resist interference.
    const others = (peakPower[station] as number) - signal;
    const disturbed = others > 0 && signal - limits.sensitivityPower < limits.sir * others;
    if (disturbed || !this.#survives(flight, station, level, nowUs)) {
      if (disturbed) this.#counters.corrupted++;
      else this.#counters.lost++;
      eifsUntil[station] = nowUs + EIFS_MINUS_DIFS_US;
      return false;
    }
    eifsUntil[station] = 0;
    const isMine = addressed[station] === 1;
    if (!isMine && durationUs > 0) navUntil[station] = Math.max(navUntil[station] as number, nowUs + durationUs);
    const wanted = flight.isGroup ? Hearing.group | Hearing.all : Hearing.all;
    return isMine || ((hearing[station] as number) & wanted) !== 0;
  }

  #survives({ limits, frame, station: sender }: Flight, station: number, level: number, nowUs: number): boolean {
    if (!this.#isLossy) return true;
    const marginDb = level + MIN_DBM - limits.sensitivity;
    const arrival = { marginDb, bitErrors: limits.bitErrors, length: frame.length };
    return this.#links.survives(sender, station, arrival, nowUs);
  }

  /** A station's own transmission ended, or its receiver turned: if the medium is idle there, it became so now. */
  #settle(station: number, nowUs: number): void {
    if (!this.#stations.isIdle(station)) return;
    this.#stations.idleAt[station] = nowUs;
    if (this.#stations.contention[station] === Contention.ready) this.#dcf.resume(station, nowUs);
  }
}
