import type { AirModel } from "./air-model.ts";
import type { AirCounters } from "./counters.ts";
import type { Dcf } from "./dcf.ts";
import { type Flight, Flights, type FlightsState, type Outgoing, type Transmission } from "./flights.ts";
import type { Links } from "./links.ts";
import { RateLimits } from "./rate-limits.ts";
import { Receivers } from "./receivers.ts";
import { CLOSED, Contention, doorOf, Lock, type Stations } from "./stations.ts";

/** What is on the air. */
export interface MediumState {
  readonly flights: FlightsState;
}

/** The signals on the air: who senses them, who receives which frame, and what spoils it. */
export class Medium {
  /** Who has received the frame whose end was handled last, and how strongly: `heardCount` entries of its row. */
  heardCount = 0;
  heard: Uint32Array = new Uint32Array(0);

  readonly #stations: Stations;
  readonly #links: Links;
  readonly #dcf: Dcf;
  readonly #limits: RateLimits;
  readonly #flights: Flights;
  readonly #receivers: Receivers;

  constructor(model: AirModel, stations: Stations, links: Links, dcf: Dcf, counters: AirCounters) {
    this.#limits = new RateLimits(model);
    this.#flights = new Flights(stations);
    this.#stations = stations;
    this.#links = links;
    this.#dcf = dcf;
    this.#receivers = new Receivers(model, stations, this.#flights, dcf, counters);
  }

  save(): MediumState {
    return { flights: this.#flights.save() };
  }

  /** The stations have been loaded. */
  load({ flights }: MediumState): void {
    this.#receivers.receiving = this.#flights.load(flights, (rate) => this.#limits.of(rate));
  }

  /** A frame begins. Returns its number, for `end`. */
  begin(outgoing: Outgoing, nowUs: number): number {
    const { station, rate } = outgoing;
    const flight = this.#flights.add(outgoing, this.#links.reach(station), this.#limits.of(rate), nowUs);
    const { contention, door, lock, sending, tuned } = this.#stations;
    if (contention[station] !== Contention.none && this.#stations.isIdle(station)) this.#dcf.freeze(station, nowUs);
    sending[station] = (sending[station] as number) + 1;
    this.#receivers.release(station);
    lock[station] = Lock.transmitting;
    door[station] = doorOf(tuned[station] as number, CLOSED, 0);
    if (!this.#isLostToAll(flight)) {
      this.#receivers.arrive(flight, nowUs);
    }
    this.#flights.share(flight, 1);
    return flight.id;
  }

  /** A frame ends, and `heard...` tells who has received it. `addressed` are the stations with its address 1. */
  end(id: number, addressed: readonly number[], nowUs: number): void {
    const flight = this.#flights.get(id);
    this.#receivers.release(flight.station);
    this.#stations.sending[flight.station] = (this.#stations.sending[flight.station] as number) - 1;
    this.#settle(flight.station, nowUs);
    const isNoise = this.#receivers.receiving === 0;
    for (const station of addressed) this.#stations.addressed[station] = 1;
    this.#receivers.receive(flight, this.#links, nowUs);
    this.heardCount = flight.takerCount;
    this.heard = flight.takers;
    for (const station of addressed) this.#stations.addressed[station] = 0;
    this.#flights.share(flight, -1);
    // Where all sense it, and others still, nothing changes but the power that all sense.
    const isMasked = flight.sharedPower > 0 && (this.#stations.shared[flight.channel] as number) > 0;
    if (!isNoise || !isMasked) this.#receivers.depart(flight, nowUs);
    this.#flights.remove(flight);
  }

  /** The frame of that number, which has not ended. */
  transmission(id: number): Outgoing & Transmission {
    return this.#flights.get(id);
  }

  /** A receiver turns to another channel (0: off). What it was receiving is lost; it senses what is on the air there. */
  tune(station: number, channel: number, nowUs: number): void {
    const stations = this.#stations;
    const { tuned, door, lock, power, navUntil, eifsUntil } = stations;
    if (tuned[station] === channel) return;
    if (stations.contention[station] !== Contention.none && stations.isIdle(station)) this.#dcf.freeze(station, nowUs);
    tuned[station] = channel;
    if (lock[station] === Lock.transmitting) door[station] = doorOf(channel, CLOSED, 0);
    else this.#receivers.release(station);
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
    return (
      sharedPower > 0 && others > 0 && this.#receivers.receiving === 0 && sharedPower < limits.preambleSir * others
    );
  }

  /** A station's own transmission ended, or its receiver turned: if the medium is idle there, it became so now. */
  #settle(station: number, nowUs: number): void {
    if (!this.#stations.isIdle(station)) return;
    this.#stations.idleAt[station] = nowUs;
    if (this.#stations.contention[station] === Contention.ready) this.#dcf.resume(station, nowUs);
  }
}
