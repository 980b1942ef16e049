import { processHold, reportUncaught, type Task } from "./event-loop.ts";
import { TimerHeap } from "./timer-heap.ts";

/** What both clocks share: the timers, the irq queue, and what keeps the process alive. */
export abstract class ClockBase {
  asyncWaits = 0;
  /** What is due, the earliest first. @internal */
  protected readonly timers: TimerHeap = new TimerHeap();
  /** Whether something was delivered since the last look. */
  protected wasDelivered = false;
  #holders = 0;
  /** Made when it is first needed: to make a timer for each message that is waited for would be slow. */
  #processHold: Task | undefined;
  #deferred: (() => void)[] = [];
  #drainingDeferred = false;

  /** A timer was added or something deferred: see to it that it is run. */
  protected abstract kick(): void;

  /** Whether someone waits for something on this clock, so that the process must go on. */
  get held(): boolean {
    return this.#holders > 0;
  }

  schedule(atMs: number, callback: () => void): () => void {
    const timer = this.timers.add(atMs, callback);
    this.kick();
    return () => this.timers.remove(timer);
  }

  delivered(): void {
    this.wasDelivered = true;
  }

  defer(callback: () => void): void {
    this.#deferred.push(callback);
    this.wasDelivered = true;
    this.kick();
  }

  /** Whether `drainDeferred` has something to run. Not while it runs: a callback that blocks waits for other things. */
  protected get hasDeferred(): boolean {
    return this.#deferred.length > 0 && !this.#drainingDeferred;
  }

  /** Runs what was deferred, unless it is such a callback that is asking (it blocks): they never nest. */
  protected drainDeferred(): void {
    if (this.#drainingDeferred) return;
    this.#drainingDeferred = true;
    while (this.#deferred.length > 0) {
      const batch = this.#deferred;
      this.#deferred = [];
      for (const callback of batch) guard(callback);
    }
    this.#drainingDeferred = false;
  }

  keepAlive(): () => void {
    if (this.#holders++ === 0) this.#setHeld(true);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      if (--this.#holders === 0) this.#setHeld(false);
    };
  }

  #setHeld(held: boolean): void {
    this.#processHold ??= processHold();
    this.#processHold.ref(held);
    this.onHeldChange();
  }

  /** `held` has changed. */
  protected abstract onHeldChange(): void;
}

/** A callback that throws must stop neither the clock nor the other callbacks. */
export function guard(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    reportUncaught(error);
  }
}
