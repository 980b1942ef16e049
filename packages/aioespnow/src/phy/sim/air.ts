// phy/sim: The simulated air. The same seed and the same calls give the same transmissions, byte for byte. Its
// engine works on flat arrays and hands out views; it knows frames and times, and nothing of what is in a frame
// beyond its addresses.

import type { MacAddress } from "../../codec/mac-address.ts";
import { EspNowError } from "../../errors.ts";
import { checkInteger, describe } from "../../util/check.ts";
import type { Clock } from "../../util/clock.ts";
import { Observers } from "../../util/observers.ts";
import { type ClockState, VirtualClock } from "../../util/virtual-clock.ts";
import type { AirEvent } from "./air-event.ts";
import {
  type AirModel,
  type AirModelState,
  checkModel,
  DEFAULT_MODEL,
  isSameModel,
  loadModel,
  saveModel,
} from "./air-model.ts";
import type { AirCounters } from "./counters.ts";
import { Engine, type EngineState } from "./engine.ts";
import type { Transmission } from "./flights.ts";
import { SimPhy, type StationOptions } from "./sim-phy.ts";

export type { AirEvent, StationOptions, Transmission };

/** Options of a simulated air. Each has a default. */
export interface AirOptions {
  /** A whole number from 0 to 2^32-1. The same seed and the same calls give the same transmissions, byte for byte. 1 if left out. */
  readonly seed?: number;
  /** A new VirtualClock if left out. */
  readonly clock?: Clock;
  /** Changes to DEFAULT_MODEL. */
  readonly model?: Partial<AirModel>;
}

/** The state of an air and its clock between two events, without that of its stations (`SimPhy.save`). @internal */
export interface AirState {
  /** What the air was made with: a whole number from 0 to 2^32-1. */
  readonly seed: number;
  /** What the air was made with. */
  readonly model: AirModelState;
  /** What the clock shows. */
  readonly clock: ClockState;
  /** What happens next, and who transmits. */
  readonly engine: EngineState;
  /** The numbers of the stations that are open. */
  readonly stations: readonly number[];
}

const MAX_SEED = 0xffff_ffff;
/** Addresses that are warned of; the others are only counted. */
const MAX_WARNED = 1024;

/** Virtual time stands still until it is released. */
export interface Hold extends Disposable {
  /** Lets virtual time continue. More calls do nothing. */
  release(): void;
}

/** One simulated 2.4 GHz medium. docs/air.md says what it does and what it leaves out. */
export class Air implements AsyncDisposable {
  /** Virtual time, or the system's. */
  readonly clock: Clock;
  readonly #engine: Engine;
  readonly #model: AirModel;
  readonly #seed: number;
  readonly #phys = new Set<SimPhy>();
  readonly #observers = new Observers<AirEvent>();
  #closed = false;
  /** Called for mistakes in the setup that look like a bad medium: once for each address, for 1024 addresses at most. */
  onWarning: ((message: string) => void) | undefined;
  readonly #warned = new Set<MacAddress>();

  constructor(options: AirOptions = {}) {
    const seed = checkInteger(options.seed ?? 1, "seed", 0, MAX_SEED);
    this.clock = options.clock ?? new VirtualClock();
    this.#seed = seed;
    this.#model = { ...DEFAULT_MODEL, ...options.model };
    checkModel(this.#model);
    this.#engine = new Engine(this.clock, this.#model, seed);
  }

  /** A new station. @throws TypeError, RangeError; EspNowError `ERR_RADIO_CLOSED` on an air that was disposed. */
  phy(options: StationOptions = {}): SimPhy {
    if (this.#closed) throw new EspNowError("ERR_RADIO_CLOSED", "this air was disposed of; make a new one");
    const phy = new SimPhy(this.#engine, options, this.#model.txPower, {
      onShared: (mac) => this.#onShared(mac),
      onAddresses: (station, addresses) => this.#observers.tell({ kind: "station", station: { station, addresses } }),
      onClosed: (closed) => this.#phys.delete(closed),
    });
    this.#phys.add(phy);
    return phy;
  }

  /** How many stations are open. */
  get stationCount(): number {
    return this.#phys.size;
  }

  /** Stops virtual time, for as long as something real is waited for. `name` appears in messages about deadlocks. */
  hold(name = "air.hold()"): Hold {
    const participant = this.clock.join(name);
    const release = () => participant.leave();
    return { release, [Symbol.dispose]: release };
  }

  /** What has happened so far. */
  get counters(): Readonly<AirCounters> {
    return this.#engine.counters;
  }

  /**
   * Calls `listener` with every transmission as it begins, ACKs too, and with every station that is switched on or off.
   * There can be any number of listeners. They are called synchronously and should return soon. If one throws, the error
   * is reported as uncaught and affects neither the air nor other listeners. Returns a function that stops it.
   * @throws TypeError if `listener` is not a function.
   */
  observe(listener: (event: AirEvent) => void): () => void {
    if (typeof listener !== "function") throw new TypeError(`listener must be a function, not ${describe(listener)}`);
    const stop = this.#observers.add(listener);
    this.#engine.onTransmission = (transmission) => this.#observers.tell({ kind: "transmission", transmission });
    return () => {
      stop();
      if (this.#observers.isEmpty) this.#engine.onTransmission = undefined;
    };
  }

  /**
   * The present state, which `load` brings back. Save each station, too. What is saved may share arrays with the air: take a
   * copy (`structuredClone`), or encode it, before time passes.
   * @throws Error on an air in real time; while async code waits on its clock; while a station is about to leave.
   * @internal
   */
  save(): AirState {
    const clock = this.#virtualClock();
    const stations = [...this.#phys].map(({ station }) => station);
    const model = saveModel(this.#model);
    return { seed: this.#seed, model, clock: clock.save(), engine: this.#engine.save(clock), stations };
  }

  /**
   * The air is as it was when the state was saved; so is its clock, which forgets what else was scheduled. Load the same
   * stations next. An air of the same seed and model goes on as that one did.
   * @throws Error on an air in real time, of another seed or model, or with other stations than were saved, before anything
   *   is changed.
   * @internal
   */
  load(state: AirState): void {
    const clock = this.#virtualClock();
    if (state.seed !== this.#seed || !isSameModel(state.model, saveModel(this.#model))) {
      throw new Error("the saved air has another seed or model: make an air of Air.optionsOf() the state");
    }
    const present = [...this.#phys].map(({ station }) => station);
    if (String(present) !== String(state.stations)) {
      throw new Error(`the air has stations ${present}, and those of the saved state are ${state.stations}`);
    }
    clock.load(state.clock);
    this.#engine.load(state.engine, clock);
  }

  /** With what options an air is made that can be loaded. @internal */
  static optionsOf({ seed, model }: AirState): AirOptions {
    return { seed, model: loadModel(model) };
  }

  /** From now on other chances: backoffs, losses and fading. What stands between the stations stays. */
  reseed(seed: number): void {
    checkInteger(seed, "seed", 0, MAX_SEED);
    this.#engine.links.reseed(seed);
    this.#engine.dcf.reseed(seed);
  }

  #virtualClock(): VirtualClock {
    if (this.clock instanceof VirtualClock) return this.clock;
    throw new Error("this air is in real time: only that of a virtual clock can be saved and loaded");
  }

  /** Closes all stations. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const phy of [...this.#phys]) await phy[Symbol.asyncDispose]();
  }

  #onShared(mac: MacAddress): void {
    this.#engine.counters.duplicateAddresses++;
    if (this.#warned.has(mac) || this.#warned.size >= MAX_WARNED) return;
    this.#warned.add(mac);
    this.onWarning?.(`two stations answer to ${mac}: both acknowledge its frames, and their ACKs collide`);
  }
}
