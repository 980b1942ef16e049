import { Rate } from "../../codec/rate.ts";
import { type AirModel, figureOf } from "./air-model.ts";
import { ackTimeUs, SIFS_US } from "./airtime.ts";
import type { AirCounters } from "./counters.ts";
import type { Dcf } from "./dcf.ts";
import type { Links, Row } from "./links.ts";
import { MIN_DBM, POWER, powerOf, ratioOf } from "./power.ts";
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

/** What one rate asks of a signal, in the units and ratios of power.ts. */
interface Limits {
  readonly sensitivity: number;
  readonly minPower: number;
  readonly sir: number;
  readonly preambleSir: number;
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

  readonly #model: AirModel;
  readonly #stations: Stations;
  readonly #links: Links;
  readonly #dcf: Dcf;
  readonly #counters: AirCounters;
  readonly #captureRatio: number;
  readonly #limits = new Map<Rate, Limits>();
  /** By id; ids are used again. */
  readonly #flights: (Flight | undefined)[] = [];
  readonly #freeIds: number[] = [];

  constructor(model: AirModel, stations: Stations, links: Links, dcf: Dcf, counters: AirCounters) {
    this.#model = model;
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
    const limits = this.#limitsOf(rate);
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
    this.#freezeIfIdle(outgoing.station, nowUs);
    this.#stations.lock[outgoing.station] = Lock.transmitting;
    this.#arrive(flight, nowUs);
    return id;
  }

  /** A frame ends, and `heard...` tells who has received it. `addressed` are the stations with its address 1. */
  end(id: number, addressed: readonly number[], nowUs: number): void {
    const flight = this.#flights[id] as Flight;
    this.#flights[id] = undefined;
    this.#freeIds.push(id);
    this.#stations.lock[flight.station] = Lock.free;
    this.#unbusy(flight.station, nowUs);
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
    const { tuned, power, busy, lock, navUntil, eifsUntil } = this.#stations;
    if (tuned[station] === channel) return;
    if (busy[station] === 0 && this.#stations.contention[station] !== Contention.none) this.#dcf.freeze(station, nowUs);
    const transmits = lock[station] === Lock.transmitting;
    tuned[station] = channel;
    lock[station] = transmits ? Lock.transmitting : Lock.free;
    navUntil[station] = 0;
    eifsUntil[station] = 0;
    power[station] = 0;
    // One more than there are, taken off again below: the medium becomes idle now, if it is.
    busy[station] = transmits ? 2 : 1;
    for (const flight of this.#flights) {
      if (flight === undefined || flight.channel !== channel) continue;
      const index = flight.row.stations.indexOf(station);
      if (index < 0) continue;
      power[station] = (power[station] as number) + (POWER[(flight.row.dBm[index] as number) - MIN_DBM] as number);
      busy[station] = (busy[station] as number) + 1;
    }
    this.#unbusy(station, nowUs);
  }

  /** The beginning of a frame at everybody who can sense it. */
  #arrive(flight: Flight, nowUs: number): void {
    const { tuned, busy, power, lock, contention } = this.#stations;
    const { stations, dBm } = flight.row;
    const { channel, limits } = flight;
    const { minPower, preambleSir } = limits;
    for (let i = 0; i < stations.length; i++) {
      const station = stations[i] as number;
      if (tuned[station] !== channel) continue;
      const signal = POWER[(dBm[i] as number) - MIN_DBM] as number;
      const others = power[station] as number;
      const count = busy[station] as number;
      power[station] = others + signal;
      busy[station] = count + 1;
      if (count === 0 && contention[station] !== Contention.none) this.#dcf.freeze(station, nowUs);
      const locked = lock[station] as number;
      if (locked === Lock.transmitting) continue;
      const canLock = signal >= minPower && signal >= preambleSir * others;
      if (locked >= 0) this.#compete(flight, locked, station, signal, canLock);
      else if (canLock) this.#lockOn(flight, station, signal);
    }
  }

  /** A frame begins at a station that is receiving another. */
  #compete(flight: Flight, locked: number, station: number, signal: number, canLock: boolean): void {
    const { lock, lockPower, peakPower, power } = this.#stations;
    const lockedFlight = this.#flights[locked] as Flight;
    const lockedPower = lockPower[station] as number;
    const total = power[station] as number;
    const together = lockedFlight.startUs === flight.startUs;
    if (canLock && (together || signal >= this.#captureRatio * lockedPower)) {
      if (!together) this.#counters.captured++;
      this.#lockOn(flight, station, signal);
    } else if (together && lockedPower < lockedFlight.limits.preambleSir * (total - lockedPower)) {
      // Two preambles at once, neither of which stands out: to the receiver that is noise (no PHY-RXSTART, so no EIFS).
      lock[station] = Lock.free;
    } else {
      peakPower[station] = Math.max(peakPower[station] as number, total);
    }
  }

  #lockOn(flight: Flight, station: number, signal: number): void {
    this.#stations.lock[station] = flight.id;
    this.#stations.lockPower[station] = signal;
    this.#stations.peakPower[station] = this.#stations.power[station] as number;
  }

  /** The end of a frame at everybody who can sense it. */
  #depart(flight: Flight, nowUs: number): void {
    const { tuned, busy, power, lock, contention, idleAt } = this.#stations;
    const { stations, dBm } = flight.row;
    const { id, channel } = flight;
    let heard = 0;
    for (let i = 0; i < stations.length; i++) {
      const station = stations[i] as number;
      if (tuned[station] !== channel) continue;
      const strength = dBm[i] as number;
      power[station] = (power[station] as number) - (POWER[strength - MIN_DBM] as number);
      if (lock[station] === id && this.#receive(flight, station, strength, nowUs)) {
        this.heardStations[heard] = station;
        this.heardDbm[heard++] = strength;
      }
      const count = (busy[station] as number) - 1;
      busy[station] = count;
      if (count > 0) continue;
      idleAt[station] = nowUs;
      if (contention[station] === Contention.ready) this.#dcf.resume(station, nowUs);
    }
    this.heardCount = heard;
  }

  /** The end of the frame that a station is receiving. Whether it is to be handed up. */
  #receive(flight: Flight, station: number, dBm: number, nowUs: number): boolean {
    const { lock, lockPower, peakPower, navUntil, eifsUntil, hearing, addressed } = this.#stations;
    const { limits } = flight;
    lock[station] = Lock.free;
    const signal = lockPower[station] as number;
    // The sensitivity stands for the noise: what exceeds it is there to resist interference.
    const disturbed = signal - limits.minPower < limits.sir * ((peakPower[station] as number) - signal);
    if (disturbed || !this.#survives(flight, station, dBm - limits.sensitivity, nowUs)) {
      if (disturbed) this.#counters.corrupted++;
      else this.#counters.lost++;
      eifsUntil[station] = nowUs + EIFS_MINUS_DIFS_US;
      return false;
    }
    eifsUntil[station] = 0;
    const isMine = addressed[station] === 1;
    if (!isMine) navUntil[station] = Math.max(navUntil[station] as number, nowUs + flight.durationUs);
    const wanted = flight.isGroup ? Hearing.group | Hearing.all : Hearing.all;
    return isMine || ((hearing[station] as number) & wanted) !== 0;
  }

  #survives(flight: Flight, station: number, marginDb: number, nowUs: number): boolean {
    return !this.#links.isLossy || this.#links.survives(flight.station, station, marginDb, nowUs);
  }

  #freezeIfIdle(station: number, nowUs: number): void {
    const { busy, contention } = this.#stations;
    if (busy[station] === 0 && contention[station] !== Contention.none) this.#dcf.freeze(station, nowUs);
    busy[station] = (busy[station] as number) + 1;
  }

  #unbusy(station: number, nowUs: number): void {
    const { busy, contention, idleAt } = this.#stations;
    const count = (busy[station] as number) - 1;
    busy[station] = count;
    if (count > 0) return;
    idleAt[station] = nowUs;
    if (contention[station] === Contention.ready) this.#dcf.resume(station, nowUs);
  }

  #limitsOf(rate: Rate): Limits {
    let limits = this.#limits.get(rate);
    if (limits === undefined) {
      const sensitivity = Math.round(figureOf(this.#model.sensitivity, rate));
      const sir = ratioOf(Math.round(figureOf(this.#model.sir, rate)));
      const preambleSir = ratioOf(Math.round(this.#model.preambleSir));
      limits = { sensitivity, minPower: powerOf(sensitivity), sir, preambleSir };
      this.#limits.set(rate, limits);
    }
    return limits;
  }
}
