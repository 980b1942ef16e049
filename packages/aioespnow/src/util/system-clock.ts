import { EspNowError } from "../errors.ts";
import type { Clock, Participant } from "./clock.ts";
import { ClockBase, guard } from "./clock-base.ts";
import { afterMs, blockUntilRung, nextTurn, rings, type Task, wallNow } from "./event-loop.ts";

/** Node's timers are late by about this much: nearer events are reached by turning the event loop. */
const TIMER_SLACK_MS = 1.5;

/** A medium that sleeps in its own way does not hear this thread's bell: where other threads ring it, it sleeps no longer. */
const DEAF_SLEEP_MS = 2;

/** Real time: milliseconds since the process started. One per thread is enough: use `systemClock`. */
export class SystemClock extends ClockBase implements Clock {
  /** Real time. */
  readonly kind = "system";
  #cancelTimeout: () => void = () => undefined;
  #timeoutAt = Number.POSITIVE_INFINITY;
  #turn: Task | undefined;
  #running = false;
  /** What was due when the timers were last looked at. */
  #dueUntil = Number.NEGATIVE_INFINITY;
  /** What other threads feed. */
  readonly #sources = new Set<() => void>();

  now(): number {
    return wallNow();
  }

  /** A source that cannot keep pace with real time must not run forever: it may handle what was due when it was called. */
  tryAdvance(atMs: number): boolean {
    return atMs <= this.#dueUntil;
  }

  wait(deadlineMs: number, block?: (delayMs: number) => void): void {
    this.wasDelivered = this.hasDeferred;
    for (;;) {
      const seen = rings(); // before the sources are looked at: what comes later wakes the thread
      for (const take of this.#sources) take();
      this.#runDue();
      const now = wallNow();
      if (this.wasDelivered || now >= deadlineMs) break;
      const until = Math.min(deadlineMs, this.timers.peek()?.at ?? Number.POSITIVE_INFINITY);
      if (until <= now) continue;
      if (block !== undefined) block(this.#sources.size > 0 ? Math.min(until - now, DEAF_SLEEP_MS) : until - now);
      else if (until < Number.POSITIVE_INFINITY || this.#sources.size > 0) blockThread(seen, until - now);
      else throw forEver();
    }
    this.drainDeferred();
    this.kick();
  }

  /**
   * `take` takes in what other threads have left; who leaves something rings this thread's bell. It is called only while
   * the thread blocks: otherwise events do it. Returns the way to end it.
   */
  attach(take: () => void): () => void {
    this.#sources.add(take);
    return () => this.#sources.delete(take);
  }

  /** Real time waits for nobody. */
  join(): Participant {
    return { busy: () => undefined, idleUntil: () => undefined, leave: () => undefined };
  }

  protected kick(): void {
    if (this.#running) return;
    const at = this.hasDeferred ? Number.NEGATIVE_INFINITY : (this.timers.peek()?.at ?? Number.POSITIVE_INFINITY);
    if (at === Number.POSITIVE_INFINITY) return;
    const delay = at - wallNow();
    if (delay <= TIMER_SLACK_MS) this.#askTurn();
    else if (at < this.#timeoutAt) this.#askTimeout(at, delay - TIMER_SLACK_MS);
  }

  protected onHeldChange(): void {
    this.#turn?.ref(this.held);
  }

  #askTurn(): void {
    if (this.#turn !== undefined) return;
    this.#turn = nextTurn(() => {
      this.#turn = undefined;
      this.#pump();
    });
    this.#turn.ref(this.held);
  }

  #askTimeout(at: number, delayMs: number): void {
    this.#cancelTimeout();
    this.#timeoutAt = at;
    this.#cancelTimeout = afterMs(delayMs, () => {
      this.#timeoutAt = Number.POSITIVE_INFINITY;
      this.#pump();
    });
  }

  #pump(): void {
    this.#runDue();
    this.drainDeferred();
    this.kick();
  }

  /** Runs the timers that were due when it started: what they schedule for "now" gets its turn later. */
  #runDue(): void {
    const now = wallNow();
    this.#dueUntil = now;
    this.#running = true;
    for (let timer = this.timers.peek(); timer !== undefined && timer.at <= now; timer = this.timers.peek()) {
      this.timers.remove(timer);
      guard(timer.callback);
    }
    this.#running = false;
  }
}

function forEver(): EspNowError {
  return new EspNowError(
    "EDEADLK",
    "deadlock: only this thread could send what it is waiting for; use arecv(), or a timeout",
  );
}

function blockThread(seen: number, delayMs: number): void {
  try {
    blockUntilRung(seen, delayMs);
  } catch (cause) {
    throw new EspNowError("ENOTSUP", "this thread must not block; use arecv(), asend() and sleep()", { cause });
  }
}

/** The clock of everything that happens in real time on this thread. */
export const systemClock: SystemClock = new SystemClock();
