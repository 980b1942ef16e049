import type { Engine, StationHandler } from "./engine.ts";
import type { EventKind } from "./event-queue.ts";
import { Lock } from "./stations.ts";

/**
 * A station's number. It is given back once the station is gone and nothing that is to come concerns it, so that an air on
 * which radios come and go does not grow.
 */
export class StationLease {
  readonly station: number;
  readonly #engine: Engine;
  /** Events of this station that are to come. */
  expected = 0;
  #ended = false;
  #released = false;

  constructor(engine: Engine, slotUs: number, handler: StationHandler) {
    this.#engine = engine;
    this.station = engine.addStation(slotUs);
    engine.handle(this.station, handler);
  }

  schedule(atUs: number, kind: EventKind): void {
    this.expected++;
    this.#engine.schedule(atUs, kind, this.station);
  }

  /** One of the scheduled events is here. Whether the station still is. */
  arrived(): boolean {
    this.expected--;
    this.settle();
    return !this.#ended;
  }

  /** The station is gone. */
  end(): void {
    this.#ended = true;
    this.#engine.notify(() => this.settle()); // not in the middle of what is happening now
  }

  /** Gives the number back if it can be: also to be called when a transmission is over. */
  settle(): void {
    const isSending = this.#engine.stations.lock[this.station] === Lock.transmitting;
    if (!this.#ended || this.#released || this.expected > 0 || isSending) return;
    this.#released = true;
    this.#engine.releaseStation(this.station);
  }
}
