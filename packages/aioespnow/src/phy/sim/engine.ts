import { destinationOf } from "../../codec/dot11.ts";
import type { MacAddress } from "../../codec/mac-address.ts";
import type { Rate } from "../../codec/rate.ts";
import type { Clock, TimerState } from "../../util/clock.ts";
import { reportUncaught } from "../../util/event-loop.ts";
import { SeededRandom } from "../../util/rng.ts";
import type { VirtualClock } from "../../util/virtual-clock.ts";
import type { ReceivedFrame } from "../phy.ts";
import type { AirModel } from "./air-model.ts";
import { type AirCounters, newCounters } from "./counters.ts";
import { Dcf, type DcfState } from "./dcf.ts";
import { EventKind, EventQueue, type EventQueueState, START_PHASE } from "./event-queue.ts";
import type { Outgoing, Transmission } from "./flights.ts";
import { Links, type LinksState } from "./links.ts";
import { Medium, type MediumState } from "./medium.ts";
import { MIN_DBM } from "./power.ts";
import { levelOf, stationOf } from "./rows.ts";
import { Hearing, type Listener, Stations, type StationsState } from "./stations.ts";

/** What a station does when something happens to it. All of it at `engine.nowUs`. */
export interface StationHandler {
  /** The work before a frame is done: it contends. */
  softwareDone(): void;
  /** It is this station's turn on the medium. */
  transmitNow(): void;
  /** A transmission of this station is over. */
  transmitted(isAck: boolean): void;
  /** A frame to one of this station's addresses was received. */
  received(transmission: Transmission): void;
  /** SIFS after a frame to this station. */
  acknowledge(): void;
  ackTimeout(): void;
  /** The sleep window opens or closes. */
  wakeChange(): void;
}

const NOBODY: readonly number[] = [];

/** All that stations have in common, between two events. */
export interface EngineState {
  readonly nowUs: number;
  readonly counters: Readonly<AirCounters>;
  readonly stations: StationsState;
  readonly links: LinksState;
  readonly dcf: DcfState;
  readonly medium: MediumState;
  readonly owners: readonly (readonly [mac: MacAddress, stations: readonly number[]])[];
  readonly events: EventQueueState;
  /** When the clock was asked for, and the place of its timer; undefined: nothing is to come. */
  readonly armedUs: number;
  readonly timer: TimerState | undefined;
}

/** A frame object that is used again. */
interface Heard extends ReceivedFrame {
  bytes: Uint8Array;
  rssi: number;
  rate: Rate;
  channel: number;
  timeMs: number;
}

/** The clockwork of an air: handles events in order, while the clock lets it, and owns what stations have in common. */
export class Engine {
  nowUs = 0;
  onTransmission: ((transmission: Transmission) => void) | undefined;
  readonly clock: Clock;
  readonly counters: AirCounters = newCounters();
  readonly stations: Stations = new Stations();
  readonly links: Links;
  readonly dcf: Dcf;
  readonly medium: Medium;
  /** Who answers to an address; nearly always one. */
  readonly owners: Map<MacAddress, number[]> = new Map();
  readonly #events = new EventQueue();
  readonly #handlers: (StationHandler | undefined)[] = [];
  readonly #starting: number[] = [];
  #notices: (() => void)[] = [];
  /** The one frame object that all receptions are shown in. */
  readonly #heard: Heard = { bytes: new Uint8Array(0), rssi: 0, rate: 0, channel: 0, timeMs: 0 };
  #running = false;
  #armedUs = Number.POSITIVE_INFINITY;
  #disarm: () => void = () => undefined;

  constructor(clock: Clock, model: AirModel, seed: number) {
    this.clock = clock;
    // A stream for each purpose: losses do not change the backoffs.
    this.links = new Links(model, seed, this.counters);
    this.dcf = new Dcf(this.stations, new SeededRandom(2 * seed));
    this.medium = new Medium(model, this.stations, this.links, this.dcf, this.counters);
  }

  /** Makes room for a station; its handler is given by `handle`. Returns its number. */
  addStation(slotUs: number): number {
    const { stations } = this;
    const capacity = stations.capacity;
    const station = stations.add(slotUs);
    if (stations.capacity !== capacity) this.dcf.resize();
    return station;
  }

  handle(station: number, handler: StationHandler): void {
    this.#handlers[station] = handler;
  }

  /** The station is gone, and no event of it is to come: its number may be given to a new one. */
  releaseStation(station: number): void {
    this.#handlers[station] = undefined;
    this.stations.release(station);
  }

  /** The time at which something that is asked for now happens: events before it may be late (real time). */
  requestUs(): number {
    // Schedules are in milliseconds: what the clock shows of a whole microsecond is a little off.
    return this.#running ? this.nowUs : Math.max(this.nowUs, Math.ceil(this.clock.now() * 1000 - 1e-3));
  }

  schedule(atUs: number, kind: EventKind, subject: number): void {
    this.#events.add(atUs, kind, subject);
    this.arm();
  }

  /** Calls `callback` soon, from the event loop of the air. */
  notify(callback: () => void): void {
    this.#notices.push(callback);
    this.schedule(this.requestUs(), EventKind.notify, 0);
  }

  /** A frame begins now. */
  begin(outgoing: Outgoing): void {
    if (outgoing.isAck) this.counters.acks++;
    else this.counters.frames++;
    const id = this.medium.begin(outgoing, this.nowUs);
    this.#events.add(outgoing.endUs, EventKind.transmissionEnd, id);
    if (this.onTransmission === undefined) return;
    try {
      this.onTransmission(this.medium.transmission(id));
    } catch (error) {
      reportUncaught(error);
    }
  }

  #nextTime(): number {
    return Math.min(this.#events.nextTime, this.dcf.nextTime(this.nowUs));
  }

  /** Asks the clock for the time of the next event: to be called when that may have changed. */
  arm(): void {
    if (this.#running) return;
    const nextUs = this.#nextTime();
    if (nextUs === this.#armedUs) return;
    this.#disarm();
    this.#armedUs = nextUs;
    if (nextUs < Number.POSITIVE_INFINITY) this.#disarm = this.clock.schedule(nextUs / 1000, this.#run);
  }

  /** @throws Error while a station that has been closed is still to be told so. */
  save(clock: VirtualClock): EngineState {
    if (this.#notices.length > 0) throw new Error("a station is about to leave the air: let time pass before");
    const { nowUs, counters, stations, links, dcf, medium } = this;
    return {
      nowUs,
      counters: { ...counters },
      stations: stations.save(),
      links: links.save(),
      dcf: dcf.save(),
      medium: medium.save(),
      owners: [...this.owners],
      events: this.#events.save(),
      armedUs: this.#armedUs,
      timer: clock.timerOf(this.#run),
    };
  }

  /** `clock` has been loaded. What stations do when something happens to them stays. */
  load(state: EngineState, clock: VirtualClock): void {
    this.nowUs = state.nowUs;
    Object.assign(this.counters, state.counters);
    this.stations.load(state.stations);
    this.dcf.resize();
    this.dcf.load(state.dcf);
    this.medium.load(state.medium);
    this.links.load(state.links);
    this.owners.clear();
    for (const [mac, stations] of state.owners) this.owners.set(mac, [...stations]);
    this.#events.load(state.events);
    this.#notices = [];
    this.#armedUs = state.armedUs;
    this.#disarm = state.timer === undefined ? () => undefined : clock.restoreTimer(state.timer, this.#run);
  }

  readonly #run = (): void => {
    this.#armedUs = Number.POSITIVE_INFINITY;
    this.#running = true;
    for (let nextUs = this.#nextTime(); nextUs < Number.POSITIVE_INFINITY; nextUs = this.#nextTime()) {
      if (!this.clock.tryAdvance(nextUs / 1000)) break;
      this.nowUs = nextUs;
      this.#instant();
    }
    this.#running = false;
    this.arm();
  };

  /** What ends, what is due, and then, all at once, what begins. */
  #instant(): void {
    const events = this.#events;
    while (events.nextTime === this.nowUs && events.nextPhase < START_PHASE) this.#handleNext();
    this.dcf.takeDue(this.nowUs, this.#starting);
    while (events.nextTime === this.nowUs && events.nextPhase === START_PHASE) this.#handleNext();
    for (const station of this.#starting) this.#handlerOf(station).transmitNow();
    this.#starting.length = 0;
  }

  #handleNext(): void {
    const kind = this.#events.nextKind;
    const subject = this.#events.nextSubject;
    this.#events.drop();
    switch (kind) {
      case EventKind.transmissionEnd:
        this.#end(subject);
        break;
      case EventKind.softwareDone:
        this.#handlerOf(subject).softwareDone();
        break;
      case EventKind.ackTimeout:
        this.#handlerOf(subject).ackTimeout();
        break;
      case EventKind.wakeChange:
        this.#handlerOf(subject).wakeChange();
        break;
      case EventKind.ackStart:
        this.#handlerOf(subject).acknowledge();
        break;
      case EventKind.notify:
        this.#runNotices();
        break;
    }
  }

  /** First everybody's state, then what stations do about it: their code finds a medium that is done with the frame. */
  #end(id: number): void {
    const transmission = this.medium.transmission(id);
    const addressed = transmission.isGroup ? NOBODY : (this.owners.get(destinationOf(transmission.frame)) ?? NOBODY);
    this.medium.end(id, addressed, this.nowUs);
    const { heardCount, heard } = this.medium;
    const { listeners } = this.stations;
    const { isAck } = transmission;
    this.#show(transmission);
    for (let i = 0; i < heardCount; i++) {
      const value = heard[i] as number;
      const station = stationOf(value);
      if (addressed.length > 0 && addressed.includes(station)) this.#handlerOf(station).received(transmission);
      const listener = listeners[station];
      if (listener === undefined || (isAck && !this.#hearsAll(station))) continue;
      this.#hear(listener, levelOf(value));
    }
    this.#handlerOf(transmission.station).transmitted(isAck);
  }

  /** Looks the array up at each call: a listener may have added stations, and it is another one then. */
  #hearsAll(station: number): boolean {
    return ((this.stations.hearing[station] as number) & Hearing.all) !== 0;
  }

  /** What all who hear a frame are shown of it. */
  #show({ frame, rate, channel }: Transmission): void {
    const heard = this.#heard;
    heard.bytes = frame;
    heard.rate = rate;
    heard.channel = channel;
    heard.timeMs = this.nowUs / 1000;
  }

  #hear(listener: Listener, level: number): void {
    this.counters.delivered++;
    this.#heard.rssi = level + MIN_DBM;
    try {
      listener(this.#heard);
    } catch (error) {
      reportUncaught(error);
    }
  }

  #runNotices(): void {
    const notices = this.#notices;
    this.#notices = [];
    for (const notice of notices) {
      try {
        notice();
      } catch (error) {
        reportUncaught(error);
      }
    }
  }

  #handlerOf(station: number): StationHandler {
    return this.#handlers[station] as StationHandler;
  }
}
