import type { RadioState } from "../radio/radio.ts";
import type { Clock } from "../util/clock.ts";

/** Listeners to the state of a radio. Calls are never nested, and a listener that was removed is not called. */
export class StateListeners {
  readonly #clock: () => Clock;
  readonly #listeners = new Set<(state: RadioState) => void>();

  constructor(clock: () => Clock) {
    this.#clock = clock;
  }

  /** Returns how to stop it. */
  add(listener: (state: RadioState) => void): () => void {
    const tell = (state: RadioState): void => listener(state); // the same function may listen twice
    this.#listeners.add(tell);
    return () => void this.#listeners.delete(tell);
  }

  tell(state: RadioState): void {
    for (const listener of this.#listeners) {
      this.#clock().defer(() => {
        if (this.#listeners.has(listener)) listener(state);
      });
    }
  }
}
