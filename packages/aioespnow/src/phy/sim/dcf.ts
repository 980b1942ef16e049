import { SeededRandom } from "../../util/rng.ts";
import { SIFS_US } from "./airtime.ts";
import { Contention, type Stations } from "./stations.ts";
import { TimingWheel, WHEEL_SPAN_US, type WheelEntry } from "./timing-wheel.ts";

/** The stations that wait for the medium, and the state of the random source. */
export interface DcfState {
  readonly random: readonly number[];
  readonly waiting: readonly WheelEntry[];
}

/**
 * The distributed coordination function (IEEE 802.11-2020, 10.3.4): who may transmit when. A backoff is not counted slot
 * by slot: while the medium is idle it is known when it ends, and when the medium becomes busy the slots that have
 * passed are taken off.
 */
export class Dcf {
  readonly #stations: Stations;
  readonly #random: SeededRandom;
  readonly #wheel = new TimingWheel();

  constructor(stations: Stations, random: SeededRandom) {
    this.#stations = stations;
    this.#random = random;
  }

  save(): DcfState {
    return { random: this.#random.state, waiting: this.#wheel.save() };
  }

  /** `stations` is as it was. */
  load({ random, waiting }: DcfState): void {
    this.#random.state = random;
    this.#wheel.load(waiting);
  }

  /** Draws other numbers from now on. */
  reseed(seed: number): void {
    this.#random.state = new SeededRandom(2 * seed).state;
  }

  /** `stations.capacity` has grown. */
  resize(): void {
    this.#wheel.resize(this.#stations.capacity);
  }

  /** When the next station gets to the medium; Infinity if none waits. */
  nextTime(nowUs: number): number {
    return this.#wheel.nextTime(nowUs);
  }

  /** A frame is there. It goes out at once if the medium has been idle for DIFS, or else by a backoff (10.3.4.2). */
  contend(station: number, window: number, nowUs: number): void {
    const { navUntil, contention } = this.#stations;
    const isBusy = !this.#stations.isIdle(station);
    const isReserved = (navUntil[station] as number) > nowUs;
    if (contention[station] === Contention.none && (isBusy || isReserved)) this.#draw(station, window);
    contention[station] = Contention.ready;
    this.#stations.window[station] = window;
    if (!isBusy) this.resume(station, nowUs);
  }

  /** A frame was not acknowledged and shall go again: by a backoff that begins now, with a larger window (10.3.4.3). */
  contendAgain(station: number, window: number, nowUs: number): void {
    this.postBackoff(station, window, nowUs);
    this.contend(station, window, nowUs);
  }

  /** A frame is done with: the backoff that separates it from the next one begins (10.3.4.3). */
  postBackoff(station: number, window: number, nowUs: number): void {
    const { idleAt, contention } = this.#stations;
    idleAt[station] = Math.max(idleAt[station] as number, nowUs);
    this.#draw(station, window);
    contention[station] = Contention.postBackoff;
  }

  /** The medium becomes busy: the slots that were idle are counted, and the rest waits. */
  freeze(station: number, nowUs: number): void {
    const { contention, slots, slotUs, window } = this.#stations;
    const slot = slotUs[station] as number;
    const idleUs = nowUs - this.#idleFrom(station) - SIFS_US - 2 * slot;
    let left = slots[station] as number;
    if (idleUs >= left * slot) left = 0;
    else if (idleUs > 0) left -= Math.floor(idleUs / slot);
    slots[station] = left;
    if (contention[station] === Contention.ready) {
      this.#wheel.remove(station);
      // It was about to go without a backoff, and somebody was first.
      if (left === 0) this.#draw(station, window[station] as number);
    } else if (left === 0) {
      contention[station] = Contention.none;
    }
  }

  /** The medium is idle, and a frame waits. */
  resume(station: number, nowUs: number): void {
    const { accessAt, slots, slotUs } = this.#stations;
    const waitUs = SIFS_US + ((slots[station] as number) + 2) * (slotUs[station] as number);
    const at = Math.max(nowUs, this.#idleFrom(station) + waitUs);
    accessAt[station] = at;
    this.#wheel.add(station, Math.min(at, nowUs + WHEEL_SPAN_US));
  }

  /** The station's frame goes no further. */
  cancel(station: number): void {
    this.#stations.contention[station] = Contention.none;
    this.#wheel.remove(station);
  }

  /** Adds to `into` the stations whose turn it is. They contend no more: all of them transmit, whoever is first. */
  takeDue(nowUs: number, into: number[]): void {
    const { accessAt, contention, slots } = this.#stations;
    for (let station = this.#wheel.take(nowUs); station >= 0; station = this.#wheel.take(nowUs)) {
      const at = accessAt[station] as number;
      if (at > nowUs) {
        this.#wheel.add(station, Math.min(at, nowUs + WHEEL_SPAN_US));
        continue;
      }
      contention[station] = Contention.none;
      slots[station] = 0;
      into.push(station);
    }
  }

  #draw(station: number, window: number): void {
    this.#stations.slots[station] = this.#random.below(window + 1);
  }

  #idleFrom(station: number): number {
    const { idleAt, navUntil, eifsUntil } = this.#stations;
    return Math.max(idleAt[station] as number, navUntil[station] as number, eifsUntil[station] as number);
  }
}
