import { reportUncaught } from "./event-loop.ts";

/** Functions that are told the same things, in the order in which they came. One that throws harms nobody else. */
export class Observers<T> {
  /** Never changed in place: a listener may add and remove others while it is told something. */
  #listeners: readonly ((event: T) => void)[] = [];

  /** Nobody listens: there is nothing to prepare for `tell`. */
  get isEmpty(): boolean {
    return this.#listeners.length === 0;
  }

  /** Adds a listener. Returns how to remove it; to do that twice is to do it once. */
  add(listener: (event: T) => void): () => void {
    const entry = (event: T): void => listener(event); // the same function may listen twice
    this.#listeners = [...this.#listeners, entry];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== entry);
    };
  }

  /**
   * Calls every listener, synchronously. What one throws is reported as an uncaught error. One that was removed in the
   * meantime is not called, one that was added is told the next event.
   */
  tell(event: T): void {
    for (const listener of this.#listeners) {
      if (!this.#listeners.includes(listener)) continue;
      try {
        listener(event);
      } catch (error) {
        reportUncaught(error);
      }
    }
  }
}
