import type { Rate } from "../../codec/rate.ts";
import { POWER } from "./power.ts";
import type { Limits } from "./rate-limits.ts";
import { levelIn, levelOf, type Reach, type Row, stationOf, withoutOwner } from "./rows.ts";
import { Lock, type Stations } from "./stations.ts";

/** One frame on the air. */
export interface Transmission {
  /** The number of the station that sends it: they count from 0 in the order in which they came. */
  readonly station: number;
  /** MPDU without FCS. Valid only during the call that hands it out. */
  readonly frame: Uint8Array;
  /** How it is modulated. */
  readonly rate: Rate;
  /** 1 to 14. */
  readonly channel: number;
  /** Microseconds. */
  readonly startUs: number;
  /** In microseconds of the air. */
  readonly endUs: number;
  /** Whether it is an ACK frame. */
  readonly isAck: boolean;
}

/** What the sender says of a frame that begins. */
export interface Outgoing extends Omit<Transmission, "startUs"> {
  readonly isGroup: boolean;
  /** The Duration field: how long the medium is reserved behind the frame, microseconds. */
  readonly durationUs: number;
}

export interface Flight extends Outgoing {
  readonly id: number;
  readonly startUs: number;
  readonly limits: Limits;
  /** Who senses it. */
  row: Row;
  /**
   * What everybody receives of it, if that is the same for all: it is part of `Stations.shared` then, not of `power`, and
   * the sender is in the row. Or 0.
   */
  sharedPower: number;
  /**
   * `takerCount` entries of the row: the stations that locked on it when it began, some of which may have left it; from its end
   * on those who hand it up.
   */
  readonly takers: Uint32Array;
  takerCount: number;
}

/** The frames on the air, and which numbers are free. */
export interface FlightsState {
  readonly flights: readonly (FlightState | undefined)[];
  readonly free: readonly number[];
}

interface FlightState extends Omit<Flight, "row" | "limits" | "takers" | "takerCount"> {
  readonly row: readonly number[];
}

/** The frames on the air, by number: they count from `Lock.receiving`, and are used again. */
export class Flights {
  /** Whether no other frame began in the microsecond in which the last one did. */
  isAlone = true;
  readonly #stations: Stations;
  readonly #flights: (Flight | undefined)[] = new Array(Lock.receiving).fill(undefined);
  readonly #free: number[] = [];
  /** By number: room for `takers`, for one frame after the other. */
  readonly #takers: Uint32Array[] = [];
  #lastStartUs = -1;

  constructor(stations: Stations) {
    this.#stations = stations;
  }

  get(id: number): Flight {
    return this.#flights[id] as Flight;
  }

  add(outgoing: Outgoing, { row, isShared }: Reach, limits: Limits, startUs: number): Flight {
    const id = this.#free.pop() ?? this.#flights.length;
    const { station, frame, rate, channel, endUs, isAck, isGroup, durationUs } = outgoing;
    const sharedPower = isShared ? (POWER[levelOf(row[0] as number)] as number) : 0;
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
      limits,
      row,
      sharedPower,
      takers: this.#takersOf(id, row.length),
      takerCount: 0,
    };
    this.#put(flight);
    return flight;
  }

  remove({ id }: Flight): void {
    this.#flights[id] = undefined;
    this.#free.push(id);
  }

  save(): FlightsState {
    return { flights: this.#flights.map((flight) => flight && saved(flight)), free: this.#free };
  }

  /** The stations have been loaded. Returns how many of them are receiving. */
  load({ flights, free }: FlightsState, limitsOf: (rate: Rate) => Limits): number {
    this.#flights.length = flights.length;
    this.#flights.fill(undefined);
    this.#free.splice(0, this.#free.length, ...free);
    let receiving = 0;
    this.#lastStartUs = -1;
    for (const state of flights) {
      if (state === undefined) continue;
      const row = Uint32Array.from(state.row);
      const takers = this.#takersOf(state.id, row.length);
      const locked = row.filter((value) => this.#stations.lock[stationOf(value)] === state.id);
      takers.set(locked);
      for (const value of locked) this.#stations.lockedAt[stationOf(value)] = state.startUs;
      receiving += locked.length;
      this.#put({ ...state, row, limits: limitsOf(state.rate), takers, takerCount: locked.length });
    }
    return receiving;
  }

  #put(flight: Flight): void {
    const { id, startUs } = flight;
    this.#flights[id] = flight;
    this.isAlone = startUs !== this.#lastStartUs;
    this.#lastStartUs = Math.max(this.#lastStartUs, startUs);
  }

  #takersOf(id: number, length: number): Uint32Array {
    let takers = this.#takers[id];
    if (takers === undefined || takers.length < length) {
      takers = new Uint32Array(length);
      this.#takers[id] = takers;
    }
    return takers;
  }

  /** The power that everybody senses of the frame is on the air, or (`sign` -1) is no more; the sender senses none of it. */
  share({ sharedPower, station, channel }: Flight, sign: 1 | -1): void {
    const { shared, power, tuned } = this.#stations;
    if (sharedPower === 0) return;
    shared[channel] = (shared[channel] as number) + sign * sharedPower;
    if (tuned[station] === channel) power[station] = (power[station] as number) - sign * sharedPower;
  }

  /** The `power` of a station that turns to a channel. */
  powerAt(station: number, channel: number): number {
    let power = 0;
    for (const flight of this.#flights) {
      if (flight === undefined || flight.channel !== channel) continue;
      const level = levelIn(flight.row, station);
      // It came after the frame began.
      if (level < 0) this.#unshare(flight);
      if (flight.sharedPower === 0) power += level < 0 ? 0 : (POWER[level] as number);
      else if (flight.station === station) power -= flight.sharedPower;
    }
    return power;
  }

  /** From now on the frame is no longer one that everybody receives. */
  #unshare(flight: Flight): void {
    if (flight.sharedPower === 0) return;
    const { power, tuned } = this.#stations;
    this.share(flight, -1);
    flight.row = withoutOwner(flight.row, flight.station);
    for (const value of flight.row) {
      const station = stationOf(value);
      if (tuned[station] === flight.channel) power[station] = (power[station] as number) + flight.sharedPower;
    }
    flight.sharedPower = 0;
  }
}

function saved({ limits: _, takers: __, takerCount: ___, row, ...flight }: Flight): FlightState {
  return { ...flight, row: [...row] };
}
