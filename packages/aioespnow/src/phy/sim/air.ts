import type { MacAddress } from "../../codec/mac-address.ts";
import type { Clock } from "../../util/clock.ts";
import { VirtualClock } from "../../util/virtual-clock.ts";
import { type AirModel, DEFAULT_MODEL } from "./air-model.ts";
import type { AirCounters } from "./counters.ts";
import { Engine } from "./engine.ts";
import type { Transmission } from "./medium.ts";
import { SimPhy, type StationOptions } from "./sim-phy.ts";

export type { StationOptions, Transmission };

export interface AirOptions {
  /** A whole number. The same seed and the same calls give the same transmissions, byte for byte. 1 if left out. */
  readonly seed?: number;
  /** A new VirtualClock if left out. */
  readonly clock?: Clock;
  /** What is different from DEFAULT_MODEL. */
  readonly model?: Partial<AirModel>;
}

/** Virtual time stands still until it is released. */
export interface Hold extends Disposable {
  release(): void;
}

/** One simulated 2.4 GHz medium. docs/air.md tells what it does and what it leaves out. */
export class Air implements AsyncDisposable {
  readonly clock: Clock;
  readonly #engine: Engine;
  readonly #model: AirModel;
  readonly #phys = new Set<SimPhy>();
  /** Told of mistakes in the set-up that look like a bad medium. Each address is told of once. */
  onWarning: ((message: string) => void) | undefined;
  readonly #warned = new Set<MacAddress>();

  constructor(options: AirOptions = {}) {
    const seed = options.seed ?? 1;
    if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be a whole number, not ${seed}`);
    this.clock = options.clock ?? new VirtualClock();
    this.#model = { ...DEFAULT_MODEL, ...options.model };
    this.#engine = new Engine(this.clock, this.#model, seed);
  }

  /** A new station. */
  phy(options: StationOptions = {}): SimPhy {
    const phy = new SimPhy(this.#engine, options, this.#model.txPower, (mac) => this.#onShared(mac));
    this.#phys.add(phy);
    return phy;
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

  /** Shown every transmission as it begins, ACKs too. */
  get onTransmission(): ((transmission: Transmission) => void) | undefined {
    return this.#engine.onTransmission;
  }

  set onTransmission(callback: ((transmission: Transmission) => void) | undefined) {
    this.#engine.onTransmission = callback;
  }

  /** Closes all stations. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const phy of this.#phys) await phy[Symbol.asyncDispose]();
    this.#phys.clear();
  }

  #onShared(mac: MacAddress): void {
    this.#engine.counters.duplicateAddresses++;
    if (this.#warned.has(mac)) return;
    this.#warned.add(mac);
    this.onWarning?.(`two stations answer to ${mac}: both acknowledge its frames, and their ACKs collide`);
  }
}
