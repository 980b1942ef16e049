import { Rate } from "../../codec/rate.ts";
import type { AirModel } from "./air-model.ts";
import { ackTimeUs, SIFS_US } from "./airtime.ts";
import type { AirCounters } from "./counters.ts";
import type { Dcf } from "./dcf.ts";
import type { Flight, Flights } from "./flights.ts";
import type { Links } from "./links.ts";
import { Count, type LoopMemory } from "./loop-memory.ts";
import { leastLevel, MIN_DBM, POWER, ratioOf } from "./power.ts";
import type { Limits } from "./rate-limits.ts";
import { levelOf, type Row, stationOf } from "./rows.ts";
import { CLOSED, doorOf, Hearing, Lock, type Stations } from "./stations.ts";

/** EIFS is longer than DIFS by SIFS and an ACK at the lowest rate (IEEE 802.11-2020, 10.3.7). */
const EIFS_MINUS_DIFS_US = SIFS_US + ackTimeUs(Rate.RATE_1M, "standard");

/**
 * What the beginning and the end of a frame do at everybody who can sense it. Thousands are visited: the loops are in
 * WebAssembly (assembly/loops.ts). What is rare or needs a call is here.
 */
export class Receivers {
  /** How many stations are receiving a frame. */
  receiving = 0;
  readonly #stations: Stations;
  readonly #memory: LoopMemory;
  readonly #flights: Flights;
  readonly #dcf: Dcf;
  readonly #counters: AirCounters;
  /** Whose numbers are in the memory. */
  #shownRow: Row | undefined;
  #shownLimits: Limits | undefined;

  constructor(model: AirModel, stations: Stations, flights: Flights, dcf: Dcf, counters: AirCounters) {
    this.#stations = stations;
    this.#memory = stations.memory;
    this.#flights = flights;
    this.#dcf = dcf;
    this.#counters = counters;
    const ratio = Number.isFinite(model.captureMargin) ? ratioOf(Math.round(model.captureMargin)) : Infinity;
    this.#memory.arrays.gates.set(POWER.map((signal) => Math.min(leastLevel(ratio * signal), CLOSED)));
  }

  /** The beginning of a frame at everybody who can sense it. */
  arrive(flight: Flight, nowUs: number): void {
    const { row, channel, startUs, limits, sharedPower } = flight;
    const { minLevel, preambleSir } = limits;
    const { isAlone } = this.#flights;
    const { loops, arrays } = this.#memory;
    const shared = this.#stations.shared[channel] as number;
    this.#showRow(row);
    const ableCount = loops.arrive(row.length, channel, startUs, isAlone, minLevel, preambleSir, shared, sharedPower);
    this.#freeze(arrays.counts[Count.waiting] as number, nowUs);
    this.receiving -= loops.drown(arrays.counts[Count.drowned] as number, preambleSir, shared + sharedPower);
    this.#lockOn(flight, ableCount, shared + sharedPower);
  }

  /** The loops visit this row; where all hear each other, it is always the same. */
  #showRow(row: Row): void {
    if (this.#shownRow !== row) this.#memory.arrays.row.set(row);
    this.#shownRow = row;
  }

  /** The medium becomes busy for the stations that wait. */
  #freeze(waitingCount: number, nowUs: number): void {
    const { waiting } = this.#memory.arrays;
    for (let i = 0; i < waitingCount; i++) {
      const station = waiting[i] as number;
      if (this.#stations.sending[station] === 0) this.#dcf.freeze(station, nowUs);
    }
  }

  /** The first `count` takers in the memory take this frame, if they understand it; what they were receiving is lost. */
  #lockOn(flight: Flight, count: number, shared: number): void {
    const { id, channel, startUs, limits, takers } = flight;
    const { isAlone } = this.#flights;
    const { loops, arrays } = this.#memory;
    const { counts } = arrays;
    if (this.#shownLimits !== limits) arrays.mostPower.set(limits.mostPower);
    this.#shownLimits = limits;
    flight.takerCount = loops.lockOn(count, id, channel, startUs, isAlone, limits.modulation, shared);
    takers.set(arrays.takers.subarray(0, flight.takerCount));
    this.receiving += flight.takerCount - (counts[Count.locked] as number);
    this.#counters.captured += (counts[Count.locked] as number) - (counts[Count.lockedNow] as number);
  }

  /** The receiver is free. */
  release(station: number): void {
    const { lock, door, tuned } = this.#stations;
    if ((lock[station] as number) >= Lock.receiving) this.receiving--;
    lock[station] = Lock.free;
    door[station] = doorOf(tuned[station] as number, 0, 0);
  }

  /**
   * The end of a frame at those who are receiving it: they are free. Where it was not spoiled and chance does not take it, its
   * Duration is noted. The takers are then those who are to hand it up.
   */
  receive(flight: Flight, links: Links, nowUs: number): void {
    const { id, channel, isGroup, durationUs, takers, takerCount } = flight;
    const { loops, arrays } = this.#memory;
    arrays.takers.set(takers.subarray(0, takerCount));
    const unspoiledCount = loops.unlock(takerCount, id, channel, nowUs + EIFS_MINUS_DIFS_US);
    const lockedCount = arrays.counts[Count.locked] as number;
    this.receiving -= lockedCount;
    this.#counters.corrupted += lockedCount - unspoiledCount;
    const receivedCount = links.isLossy ? this.#lose(flight, unspoiledCount, links, nowUs) : unspoiledCount;
    const wanted = isGroup ? Hearing.group | Hearing.all : Hearing.all;
    flight.takerCount = loops.receive(receivedCount, wanted, durationUs > 0 ? nowUs + durationUs : 0);
    takers.set(arrays.takers.subarray(0, flight.takerCount));
  }

  /** Chance takes the frame from some of the first `count` takers. Returns how many are left: they are the first. */
  #lose({ limits, frame, station: sender }: Flight, count: number, links: Links, nowUs: number): number {
    const { takers } = this.#memory.arrays;
    let leftCount = 0;
    for (let i = 0; i < count; i++) {
      const value = takers[i] as number;
      const station = stationOf(value);
      const marginDb = levelOf(value) + MIN_DBM - limits.sensitivity;
      const arrival = { marginDb, bitErrors: limits.bitErrors, length: frame.length };
      if (links.survives(sender, station, arrival, nowUs)) takers[leftCount++] = value;
      else this.#stations.eifsUntil[station] = nowUs + EIFS_MINUS_DIFS_US;
    }
    this.#counters.lost += count - leftCount;
    return leftCount;
  }

  /** The end of a frame at everybody who can sense it. */
  depart({ row, channel, sharedPower, station: sender }: Flight, nowUs: number): void {
    const { sending, shared } = this.#stations;
    const { loops, arrays } = this.#memory;
    this.#showRow(row);
    const waitingCount = loops.depart(row.length, channel, shared[channel] as number, sharedPower, nowUs);
    for (let i = 0; i < waitingCount; i++) {
      const station = arrays.waiting[i] as number;
      if (sending[station] === 0 && station !== sender) this.#dcf.resume(station, nowUs);
    }
  }
}
