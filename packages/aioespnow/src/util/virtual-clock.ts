import { EspNowError } from "../errors.ts";
import type { Clock, Participant, TimerState } from "./clock.ts";
import { ClockBase, guard } from "./clock-base.ts";
import { nextTurn, type Task, wallNow } from "./event-loop.ts";

/** How long the pump may run without giving the event loop a turn, in real milliseconds. */
const PUMP_BUDGET_MS = 10;
/** How many steps pass between two looks at the real time. */
const BUDGET_CHECK_STEPS = 64;

/** The time of a virtual clock, and how many timers it ever had. */
export interface ClockState {
  /** What it shows, in ms. */
  readonly nowMs: number;
  /** Timers that were scheduled in all. */
  readonly scheduled: number;
}

class VirtualParticipant implements Participant {
  readonly name: string;
  readonly onDue: () => void;
  readonly #onChange: (self: VirtualParticipant) => void;
  readonly #onLeave: (self: VirtualParticipant) => void;
  /** -Infinity: busy. */
  until = Number.NEGATIVE_INFINITY;

  constructor(
    name: string,
    onDue: () => void,
    onChange: (self: VirtualParticipant) => void,
    onLeave: (self: VirtualParticipant) => void,
  ) {
    this.name = name;
    this.onDue = onDue;
    this.#onChange = onChange;
    this.#onLeave = onLeave;
  }

  busy(): void {
    this.until = Number.NEGATIVE_INFINITY;
  }

  idleUntil(atMs: number): void {
    if (Number.isNaN(atMs)) throw new RangeError("idleUntil() needs a time in milliseconds, not NaN");
    this.until = atMs;
    this.#onChange(this);
  }

  leave(): void {
    this.#onLeave(this);
  }
}

/**
 * Time that moves only when nobody has anything left to do at the present instant: a day passes in seconds, and the
 * same program gives the same times at every run.
 *
 * The thread's own code is a party too: after each delivery the pump gives it one turn of the event loop, and then
 * counts it as idle until its earliest `sleep`. `setTimeout` and real input and output are not on this clock: hold the
 * clock (`join(name)`, or `air.hold()`) while waiting for them.
 */
export class VirtualClock extends ClockBase implements Clock {
  /** Time that moves when everybody waits. */
  readonly kind = "virtual";
  #now = 0;
  /** How far `tryAdvance` may go: the deadline of the blocking wait that is under way. */
  #limit = Number.POSITIVE_INFINITY;
  #steps = 0;
  #budgetEnd = 0;
  #claimed = 0;
  #pumpTask: Task | undefined;
  readonly #participants = new Set<VirtualParticipant>();

  now(): number {
    return this.#now;
  }

  tryAdvance(atMs: number): boolean {
    if (atMs <= this.#now) return true;
    if (this.wasDelivered || atMs > this.#limit) return false;
    if ((this.timers.peek()?.at ?? Number.POSITIVE_INFINITY) <= atMs) return false;
    if (this.#participants.size > 0 && this.#earliestParticipant() <= atMs) return false;
    if (++this.#steps % BUDGET_CHECK_STEPS === 0 && wallNow() > this.#budgetEnd) return false;
    this.#now = atMs;
    return true;
  }

  wait(deadlineMs: number): void {
    const limit = this.#limit;
    const budgetEnd = this.#budgetEnd;
    this.#budgetEnd = Number.POSITIVE_INFINITY;
    this.wasDelivered = this.hasDeferred;
    try {
      if (deadlineMs <= this.#now) this.#poll();
      this.#limit = deadlineMs;
      while (!this.wasDelivered && this.#now < deadlineMs) this.#stepOrJump(deadlineMs);
    } finally {
      this.#limit = limit;
      this.#budgetEnd = budgetEnd;
      this.drainDeferred();
      // The thread had its turn by being unblocked, but its async code has not: the pump must still yield.
      this.wasDelivered = true;
    }
  }

  join(name: string, onDue: () => void = () => undefined): Participant {
    const participant = new VirtualParticipant(
      name,
      onDue,
      () => this.kick(),
      (self) => {
        if (this.#participants.delete(self)) this.kick();
      },
    );
    this.#participants.add(participant);
    return participant;
  }

  /**
   * The present time. The clock does not know what its timers are for: each party saves its own (`timerOf`).
   * @throws Error where something is under way that is no timer: async code that waits, a handler that is to run.
   */
  save(): ClockState {
    if (this.asyncWaits > 0) throw new Error("async code of this thread waits on the clock: its state cannot be saved");
    if (this.hasDeferred) throw new Error("an irq handler is to run: let time pass before the state is saved");
    this.#claimed = 0;
    return { nowMs: this.#now, scheduled: this.timers.scheduled };
  }

  /** The time is that of `save`. All timers are gone: each party brings its own back (`restoreTimer`). */
  load({ nowMs, scheduled }: ClockState): void {
    this.timers.clear(scheduled);
    this.#now = nowMs;
  }

  /** How many timers nobody has asked for (`timerOf`) since `save`: they would be lost. */
  get unsavedTimers(): number {
    return this.timers.size - this.#claimed;
  }

  /** What `callback` was scheduled for; undefined: it is not. */
  timerOf(callback: () => void): TimerState | undefined {
    const timer = this.timers.find(callback);
    if (timer !== undefined) this.#claimed++;
    return timer && { atMs: timer.at, order: timer.order };
  }

  /** As `schedule`, with the place that the timer had. */
  restoreTimer({ atMs, order }: TimerState, callback: () => void): () => void {
    const timer = this.timers.add(atMs, callback, order);
    this.kick();
    return () => this.timers.remove(timer);
  }

  protected kick(): void {
    if (this.#pumpTask !== undefined) return;
    this.#pumpTask = nextTurn(() => this.#pump());
    // Who was given something may wait for more in this turn: the process does not end before.
    this.#pumpTask.ref(this.held || this.wasDelivered);
  }

  protected onHeldChange(): void {
    this.#pumpTask?.ref(this.held);
  }

  #pump(): void {
    this.#pumpTask = undefined;
    this.wasDelivered = false;
    this.#budgetEnd = wallNow() + PUMP_BUDGET_MS;
    this.drainDeferred();
    while (!this.wasDelivered && wallNow() < this.#budgetEnd) {
      if (!this.#step(Number.POSITIVE_INFINITY)) return;
      this.drainDeferred();
    }
    this.kick();
  }

  /** Handles the earliest thing due up to `limit`. False: there is none, or a participant is busy. */
  #step(limit: number): boolean {
    const timer = this.timers.peek();
    const timerAt = timer?.at ?? Number.POSITIVE_INFINITY;
    const dueAt = this.#earliestParticipant();
    const at = Math.min(timerAt, dueAt);
    const isHeld = at === Number.NEGATIVE_INFINITY && timerAt !== Number.NEGATIVE_INFINITY;
    if (isHeld || at === Number.POSITIVE_INFINITY || at > limit) return false;
    this.#now = Math.max(this.#now, at);
    if (timer !== undefined && timerAt <= dueAt) {
      this.timers.remove(timer);
      guard(timer.callback);
    } else {
      this.#wakeParticipant(dueAt);
    }
    return true;
  }

  /** One step, to the next event or, where async code waits, only to what is due now. */
  #poll(): void {
    if (this.wasDelivered) return;
    const next = Math.min(this.timers.peek()?.at ?? Number.POSITIVE_INFINITY, this.#earliestParticipant());
    this.#limit = this.asyncWaits > 0 ? this.#now : Math.max(next, this.#now);
    this.#step(this.#limit);
  }

  /** One step inside a blocking wait, or the jump to its deadline when nothing is due before. */
  #stepOrJump(deadlineMs: number): void {
    if (this.#step(deadlineMs)) return;
    for (const participant of this.#participants) {
      if (participant.until === Number.NEGATIVE_INFINITY) {
        throw new EspNowError(
          "EDEADLK",
          `blocking on a virtual clock that "${participant.name}" holds: it cannot let go while this thread is blocked; ` +
            "use arecv(), asend() and sleep() here, or release it first",
        );
      }
    }
    if (deadlineMs === Number.POSITIVE_INFINITY) {
      throw new EspNowError("EDEADLK", "waiting forever on a virtual clock on which nothing can happen any more");
    }
    this.#now = deadlineMs;
  }

  #earliestParticipant(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const participant of this.#participants) earliest = Math.min(earliest, participant.until);
    return earliest;
  }

  /** The first in order of joining whose time has come. The others follow when it is idle again: one at a time. */
  #wakeParticipant(at: number): void {
    for (const participant of this.#participants) {
      if (participant.until !== at) continue;
      participant.busy();
      guard(participant.onDue);
      return;
    }
  }
}
