import type { Clock, TimerState } from "./clock.ts";
import { VirtualClock } from "./virtual-clock.ts";

/**
 * A time that is waited for, one at a time, and that can be saved. Whatever is to go on from a saved state waits by one of
 * these, and not by `Clock.schedule`.
 * @example
 * import { Alarm } from "aioespnow";
 * import { VirtualClock } from "aioespnow/sim";
 *
 * const clock = new VirtualClock();
 * const alarm = new Alarm(clock, () => console.log("a second has passed"));
 * alarm.set(clock.now() + 1000);
 */
export class Alarm {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #atMs: number | undefined;
  #cancel: () => void = () => undefined;

  /** `callback` is called each time that a set time has come, and told which: real time may be later. */
  constructor(clock: Clock, callback: (atMs: number) => void) {
    this.#clock = clock;
    this.#onDue = () => {
      const atMs = this.#atMs as number;
      this.#atMs = undefined;
      callback(atMs);
    };
  }

  /** When it is due, on its clock; undefined: it is not set. */
  get atMs(): number | undefined {
    return this.#atMs;
  }

  /** Is due at `atMs` instead of what was set before; -Infinity as in `Clock.schedule`. */
  set(atMs: number): void {
    this.clear();
    this.#atMs = atMs;
    this.#cancel = this.#clock.schedule(atMs, this.#onDue);
  }

  /** Is due no more. */
  clear(): void {
    this.#cancel();
    this.#atMs = undefined;
  }

  /** Undefined: it is not set. On a virtual clock with the place among what is due at the same time. */
  save(): TimerState | undefined {
    if (this.#atMs === undefined) return undefined;
    const timer = this.#clock instanceof VirtualClock ? this.#clock.timerOf(this.#onDue) : undefined;
    return timer ?? { atMs: this.#atMs, order: 0 };
  }

  /** Is due as it was when it was saved. */
  load(state: TimerState | undefined): void {
    this.clear();
    if (state === undefined) return;
    this.#atMs = state.atMs;
    this.#cancel =
      this.#clock instanceof VirtualClock
        ? this.#clock.restoreTimer(state, this.#onDue)
        : this.#clock.schedule(state.atMs, this.#onDue);
  }
}
