import { Alarm, type Clock, type TimerState } from "aioespnow";

interface Timer {
  readonly alarm: Alarm;
  /** Undefined: it comes due once. */
  readonly periodMs: number | undefined;
}

/** The timers that run, and those that are late. */
export interface TimersState {
  readonly running: readonly (readonly [id: number, alarm: TimerState | undefined, periodMs: number | undefined])[];
  readonly late: readonly number[] | undefined;
}

/** The timers of a program: they call it back at exact times, and not while it sleeps. */
export class Timers {
  readonly #clock: Clock;
  readonly #raise: (id: number) => void;
  readonly #running = new Map<number, Timer>();
  /** Those that came due while the program slept; undefined: it is awake. */
  #late: Set<number> | undefined;

  constructor(clock: Clock, raise: (id: number) => void) {
    this.#clock = clock;
    this.#raise = raise;
  }

  /** Restarts a timer. @throws RangeError for a period that is not a time. */
  start(id: number, periodMs: number, isPeriodic: boolean): void {
    if (!(periodMs > 0 && periodMs < Number.POSITIVE_INFINITY)) {
      throw new RangeError("a timer needs a period (milliseconds) or a freq (Hz) above 0");
    }
    this.stop(id);
    this.#add(id, isPeriodic ? periodMs : undefined).alarm.set(this.#clock.now() + periodMs);
  }

  stop(id: number): void {
    this.#running.get(id)?.alarm.clear();
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

  save(): TimersState {
    const running = [...this.#running].map(([id, { alarm, periodMs }]) => [id, alarm.save(), periodMs] as const);
    return { running, late: this.#late && [...this.#late] };
  }

  load({ running, late }: TimersState): void {
    this.stopAll();
    for (const [id, alarm, periodMs] of running) this.#add(id, periodMs).alarm.load(alarm);
    this.#late = late && new Set(late);
  }

  #add(id: number, periodMs: number | undefined): Timer {
    const alarm: Alarm = new Alarm(this.#clock, (dueMs) => {
      if (periodMs === undefined) this.#running.delete(id);
      else alarm.set(dueMs + periodMs);
      if (this.#late === undefined) this.#raise(id);
      else this.#late.add(id);
    });
    const timer = { alarm, periodMs };
    this.#running.set(id, timer);
    return timer;
  }
}
