import type { Clock } from "../util/clock.ts";

const nothing = (): void => undefined;

/** The irq handler of a core: called later, never nested. It keeps the process alive while it may be called. */
export class IrqHandler {
  readonly #clock: () => Clock;
  readonly #epoch: () => number;
  #callback: (() => void) | undefined;
  #release: () => void = nothing;

  /** `epoch`: changes where calls that are to come are forgotten. */
  constructor(clock: () => Clock, epoch: () => number) {
    this.#clock = clock;
    this.#epoch = epoch;
  }

  /** `mayCome`: whether there can be something to be called for. */
  set(callback: (() => void) | undefined, mayCome: boolean): void {
    this.#callback = callback;
    this.hold(mayCome);
  }

  /** Keeps the process alive, or no longer. */
  hold(mayCome: boolean): void {
    this.#release();
    this.#release = this.#callback !== undefined && mayCome ? this.#clock().keepAlive() : nothing;
  }

  /** Calls the handler soon, unless it is another epoch then. */
  call(): void {
    if (this.#callback === undefined) return;
    const epoch = this.#epoch();
    this.#clock().defer(() => {
      if (this.#epoch() === epoch) this.#callback?.();
    });
  }
}
