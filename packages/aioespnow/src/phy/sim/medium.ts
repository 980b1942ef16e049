import { Rate } from "../../codec/rate.ts";
import type { AirModel } from "./air-model.ts";
import { ackTimeUs, SIFS_US } from "./airtime.ts";
import type { AirCounters } from "./counters.ts";
import type { Dcf } from "./dcf.ts";
import type { Links } from "./links.ts";
import { MIN_DBM, POWER, ratioOf } from "./power.ts";
import { type Limits, RateLimits } from "./rate-limits.ts";
import { levelIn, levelOf, type Row, stationOf } from "./rows.ts";
import { Contention, Hearing, Lock, type Stations } from "./stations.ts";

/** One frame on the air. */
export interface Transmission {
  /** The number of the station that sends it: they count from 0 in the order in which they came. */
  readonly station: number;
  /** MPDU without FCS. Valid only during the call that hands it out. */
  readonly frame: Uint8Array;
  readonly rate: Rate;
  readonly channel: number;
  /** Microseconds. */
  readonly startUs: number;
  readonly endUs: number;
  readonly isAck: boolean;
}

/** What the sender says of a frame that begins. */
export interface Outgoing extends Omit<Transmission, "startUs"> {
  readonly isGroup: boolean;
  /** The Duration field: how long the medium is reserved behind the frame, microseconds. */
  readonly durationUs: number;
}

interface Flight extends Outgoing {
  readonly id: number;
  readonly startUs: number;
  readonly row: Row;
  readonly limits: Limits;
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
  /** By id; ids are used again. */
  readonly #flights: (Flight | undefined)[] = [];
  readonly #freeIds: number[] = [];
  /** By id: when it began. */
  readonly #starts: number[] = [];
  /** When the frame before began. */
  #lastBeginUs = -1;

  constructor(model: AirModel, stations: Stations, links: Links, dcf: Dcf, counters: AirCounters) {
    this.#limits = new RateLimits(model);
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

  /** A frame begins. Returns its number, for `end`. */
  begin(outgoing: Outgoing, nowUs: number): number {
    const id = this.#freeIds.pop() ?? this.#flights.length;
    const row = this.#links.row(outgoing.station);
    const { station, frame, rate, channel, endUs, isAck, isGroup, durationUs } = outgoing;
    const limits = this.#limits.of(rate);
    const startUs = nowUs;
    const flight: Flight = {
      station,
      frame,
      rate,
      channel,
      endUs,
      isAck,
      isGroup,
      durationUs,
      id,
      startUs,
      row,
      limits,
    };
    this.#flights[id] = flight;
    this.#starts[id] = startUs;
    const { contention, gate, lock, sending } = this.#stations;
    if (contention[station] !== Contention.none && this.#stations.isIdle(station)) this.#dcf.freeze(station, nowUs);
    sending[station] = (sending[station] as number) + 1;
    lock[station] = Lock.transmitting;
    gate[station] = Number.POSITIVE_INFINITY;
    if (this.#lastBeginUs === nowUs) this.#arriveTogether(flight, nowUs);
    else this.#arrive(flight, nowUs);
    this.#lastBeginUs = nowUs;
    return id;
  }

  /** A frame ends, and `heard...` tells who has received it. `addressed` are the stations with its address 1. */
  end(id: number, addressed: readonly number[], nowUs: number): void {
    const flight = this.#flights[id] as Flight;
    this.#flights[id] = undefined;
    this.#freeIds.push(id);
    this.#release(flight.station);
    this.#stations.sending[flight.station] = (this.#stations.sending[flight.station] as number) - 1;
    this.#settle(flight.station, nowUs);
    for (const station of addressed) this.#stations.addressed[station] = 1;
    this.#depart(flight, nowUs);
    for (const station of addressed) this.#stations.addressed[station] = 0;
  }

  /** The frame of that number, which has not ended. */
  transmission(id: number): Outgoing & Transmission {
    return this.#flights[id] as Flight;
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
    power[station] = 0;
    for (const flight of this.#flights) {
      if (flight === undefined || flight.channel !== channel) continue;
      const level = levelIn(flight.row, station);
      if (level >= 0) power[station] = (power[station] as number) + (POWER[level] as number);
    }
    this.#settle(station, nowUs);
  }

  /**
   * The beginning of a frame at everybody who can sense it. Thousands are visited: what is the same for nearly all of them
   * is asked first, and the rest is one comparison.
   */
  #arrive(flight: Flight, nowUs: number): void {
    const { tuned, power, peakPower, gate, contention, sending } = this.#stations;
    const { row, channel, limits } = flight;
    const { minPower, preambleSir } = limits;
    for (let i = 0; i < row.length; i++) {
      const value = row[i] as number;
      const station = stationOf(value);
      if (tuned[station] !== channel) continue;
      const signal = POWER[levelOf(value)] as number;
      const others = power[station] as number;
      const total = others + signal;
      power[station] = total;
      if (total > (peakPower[station] as number)) peakPower[station] = total;
      if (others === 0 && contention[station] !== Contention.none && sending[station] === 0) {
        this.#dcf.freeze(station, nowUs);
      }
      if (signal >= preambleSir * others && signal >= (gate[station] as number) && signal >= minPower) {
        this.#lockOn(flight, station, signal);
      }
    }
  }

  /** The same for a frame that begins in the same microsecond as others. */
  #arriveTogether(flight: Flight, nowUs: number): void {
    const { tuned, power, peakPower, gate, lock, contention, sending } = this.#stations;
    const { row, channel, limits } = flight;
    const { minPower, preambleSir } = limits;
    const starts = this.#starts;
    for (let i = 0; i < row.length; i++) {
      const value = row[i] as number;
      const station = stationOf(value);
      if (tuned[station] !== channel) continue;
      const signal = POWER[levelOf(value)] as number;
      const others = power[station] as number;
      const total = others + signal;
      power[station] = total;
      if (total > (peakPower[station] as number)) peakPower[station] = total;
      if (others === 0 && contention[station] !== Contention.none && sending[station] === 0) {
        this.#dcf.freeze(station, nowUs);
      }
      const locked = lock[station] as number;
      const together = locked >= 0 && starts[locked] === nowUs;
      const needed = together ? minPower : (gate[station] as number);
      if (signal >= preambleSir * others && signal >= needed && signal >= minPower) {
        this.#lockOn(flight, station, signal);
      } else if (together) this.#drown(this.#flights[locked] as Flight, station);
    }
  }

  /**
   * Two preambles at once, neither of which stands out, are noise to a receiver (no PHY-RXSTART, so no EIFS): it leaves the
   * one that it had locked on.
   */
  #drown(locked: Flight, station: number): void {
    const { lockPower, power } = this.#stations;
    const signal = lockPower[station] as number;
    if (signal < locked.limits.preambleSir * ((power[station] as number) - signal)) this.#release(station);
  }

  /** The receiver takes this frame; an earlier one that it was receiving is lost. */
  #lockOn(flight: Flight, station: number, signal: number): void {
    const { lock, lockPower, gate, peakPower, power } = this.#stations;
    const locked = lock[station] as number;
    if (locked >= 0 && (this.#starts[locked] as number) < flight.startUs) this.#counters.captured++;
    lock[station] = flight.id;
    lockPower[station] = signal;
    gate[station] = this.#captureRatio * signal;
    peakPower[station] = power[station] as number;
  }

  /** The receiver is free. */
  #release(station: number): void {
    this.#stations.lock[station] = Lock.free;
    this.#stations.gate[station] = 0;
  }

  /** The end of a frame at everybody who can sense it. */
  #depart(flight: Flight, nowUs: number): void {
    const { tuned, power, sending, lock, contention, idleAt } = this.#stations;
    const { row, id, channel } = flight;
    let heard = 0;
    for (let i = 0; i < row.length; i++) {
      const value = row[i] as number;
      const station = stationOf(value);
      if (tuned[station] !== channel) continue;
      const level = levelOf(value);
      const others = (power[station] as number) - (POWER[level] as number);
      power[station] = others;
      if (lock[station] === id && this.#receive(flight, station, level, nowUs)) {
        this.heardStations[heard] = station;
        this.heardDbm[heard++] = level + MIN_DBM;
      }
      if (others > 0) continue;
      idleAt[station] = nowUs;
      if (contention[station] === Contention.ready && sending[station] === 0) this.#dcf.resume(station, nowUs);
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
    if (disturbed || !this.#survives(flight, station, level + MIN_DBM - limits.sensitivity, nowUs)) {
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

  #survives(flight: Flight, station: number, marginDb: number, nowUs: number): boolean {
    if (!this.#links.isLossy) return true;
    const { limits, frame } = flight;
    const arrival = { marginDb, bitErrors: limits.bitErrors, length: frame.length };
    return this.#links.survives(flight.station, station, arrival, nowUs);
  }

  /** A station's own transmission ended, or its receiver turned: if the medium is idle there, it became so now. */
  #settle(station: number, nowUs: number): void {
    if (!this.#stations.isIdle(station)) return;
    this.#stations.idleAt[station] = nowUs;
    if (this.#stations.contention[station] === Contention.ready) this.#dcf.resume(station, nowUs);
  }
}
