import type { Clock } from "aioespnow";

/** The timers of a program: they call it back at exact times, and not while it sleeps. */
export class Timers {
  readonly #clock: Clock;
  readonly #raise: (id: number) => void;
  readonly #running = new Map<number, () => void>();
  /** Those that came due while the program slept; undefined: it is awake. */
  #late: Set<number> | undefined;

  constructor(clock: Clock, raise: (id: number) => void) {
    this.#clock = clock;
    this.#raise = raise;
  }

  /** A timer begins anew. @throws RangeError for a period that is no time. */
  start(id: number, periodMs: number, isPeriodic: boolean): void {
    if (!(periodMs > 0 && periodMs < Number.POSITIVE_INFINITY)) {
      throw new RangeError("a timer needs a period (milliseconds) or a freq (Hz) above 0");
    }
    this.stop(id);
    this.#schedule(id, this.#clock.now() + periodMs, periodMs, isPeriodic);
  }

  stop(id: number): void {
    this.#running.get(id)?.();
    this.#running.delete(id);
    this.#late?.delete(id);
  }

  stopAll(): void {
    for (const id of [...this.#running.keys()]) this.stop(id);
  }

  /** The program sleeps: what comes due is told when it wakes, once for each timer. */
  hold(): void {
    this.#late ??= new Set();
  }

  release(): void {
    const late = this.#late;
    this.#late = undefined;
    for (const id of late ?? []) this.#raise(id);
  }

  #schedule(id: number, atMs: number, periodMs: number, isPeriodic: boolean): void {
    const cancel = this.#clock.schedule(atMs, () => {
      if (isPeriodic) this.#schedule(id, atMs + periodMs, periodMs, true);
      else this.#running.delete(id);
      if (this.#late === undefined) this.#raise(id);
      else this.#late.add(id);
    });
    this.#running.set(id, cancel);
  }
}
