import type { Clock } from "aioespnow";

/**
 * A program that waits busily looks at the time, or asks again and again. In virtual time many looks without a wait
 * take a millisecond: about what they take on a board, and time goes on.
 */
const LOOKS_PER_MS = 100;
/** A program that has looked for this many milliseconds without a wait is polling. Its looks cost more: time passes faster. */
const POLLING_AFTER_MS = 8;
const POLLS_PER_MS = 16;
/** A program that only computes takes a millisecond for this many thousands of calls or jumps: little, but time passes. */
const THOUSANDS_PER_MS = 100;
/** In real time: how long a program may compute before others have their turn, milliseconds. */
const SLICE_MS = 5;

/** How long a program takes for what it does, and when it has to let others run: the same at every run in virtual time. */
export class SpentTime {
  readonly #clock: Clock;
  #looks = 0;
  #computed = 0;
  /** Milliseconds that have passed since the last wait because it looked. */
  #polled = 0;
  #busyMs = 0;
  #sliceBegan = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The program looks at the time, or at what may change in time. Returns whether time has to pass before. */
  look(): boolean {
    if (this.#clock.kind === "system") return false;
    const perMs = this.#polled < POLLING_AFTER_MS ? LOOKS_PER_MS : POLLS_PER_MS;
    if (++this.#looks < perMs) return false;
    this.#polled++;
    this.#busyMs++;
    this.#passed();
    return true;
  }

  /** It has computed for a thousand calls or jumps. Returns whether others have their turn, or time has to pass. */
  compute(): boolean {
    if (this.#clock.kind === "system") return this.#clock.now() - this.#sliceBegan > SLICE_MS;
    if (++this.#computed < THOUSANDS_PER_MS) return false;
    this.#busyMs++;
    this.#passed();
    return true;
  }

  /** It begins to run, or goes on. */
  begin(): void {
    this.#sliceBegan = this.#clock.now();
  }

  /** It has waited of its own accord. */
  waited(): void {
    this.#passed();
    this.#polled = 0;
    this.#busyMs = 0;
  }

  /** Milliseconds of virtual time that it has looked and computed since it last waited. */
  get busyMs(): number {
    return this.#busyMs;
  }

  /** For snapshots. */
  get counts(): readonly number[] {
    return [this.#looks, this.#computed, this.#polled];
  }

  set counts([looks = 0, computed = 0, polled = 0]: readonly number[]) {
    this.#looks = looks;
    this.#computed = computed;
    this.#polled = polled;
  }

  #passed(): void {
    this.#looks = 0;
    this.#computed = 0;
  }
}
