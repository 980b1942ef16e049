// util: Clocks, chance, bytes and the event loop. Everything above asks a `Clock` for the time and a `RandomSource`
// for chance, so that a test can give it others. Only this layer touches timers, the wall clock and Math.random. It
// knows nothing of radio.

/**
 * Time, defined once. Everything that waits or acts later does so on a Clock, so that the same program runs in
 * real time (`SystemClock`) and in virtual time (`VirtualClock`).
 *
 * A clock serves one thread. What it calls runs on that thread, either from the event loop ("the pump") or,
 * while the thread blocks, from inside `wait()`.
 */
export interface Clock {
  /** Real time, or time that moves when everybody waits. */
  readonly kind: "system" | "virtual";

  /** Milliseconds, with a fraction; never goes back. Virtual time starts at 0. */
  now(): number;

  /**
   * Calls `callback` once, when the clock reaches `atMs` (soon, if that is past; -Infinity: soon, and even while a
   * participant keeps virtual time from passing). Returns the way to cancel it.
   */
  schedule(atMs: number, callback: () => void): () => void;

  /**
   * For an event source with a queue of its own that runs inside a scheduled callback: may it handle its next event,
   * due at `atMs`, at once? If true, the clock shows `atMs`. If false, schedule it and return.
   */
  tryAdvance(atMs: number): boolean;

  /**
   * User code was given something (a reader woken, a promise resolved): `wait()` returns, and virtual time stands
   * still until that code has had one turn of the event loop.
   */
  delivered(): void;

  /** Runs `callback` as soon as the step of the pump that calls this has returned; never nested. For irq handlers. */
  defer(callback: () => void): void;

  /**
   * Blocks the thread until something was delivered or the clock reaches `deadlineMs` (Infinity: no deadline). A
   * deadline that is not in the future services the clock once, so that a polling loop makes progress: virtual time then
   * moves to the next event, unless somebody waits asynchronously.
   * `block` is how a medium of real time sleeps: for at most that many milliseconds (Infinity: no limit), or until the
   * medium has something; what it hears it hands on before it returns. Virtual time does not sleep.
   * @throws EspNowError `EDEADLK` where virtual time cannot move, `ENOTSUP` where a thread must not block.
   */
  wait(deadlineMs: number, block?: (delayMs: number) => void): void;

  /** A new party to this clock. Virtual time moves only while every participant is idle. It starts busy. */
  join(name: string, onDue?: () => void): Participant;

  /** Keeps the process alive until the returned function is called (once; more calls do nothing). */
  keepAlive(): () => void;

  /** Whether somebody keeps the process alive. */
  readonly held: boolean;

  /** Async readers and sleepers of this thread. While there are any, blocking would let virtual time jump past them. */
  asyncWaits: number;
}

/** A timer that is saved: when it is due, and its place among those that are due then. */
export interface TimerState {
  /** When it is due, in ms. */
  readonly atMs: number;
  /** Of timers that are due together, the one with the lower order is first. */
  readonly order: number;
}

/** Someone who acts in time: a program in another thread, or a piece of real input and output. */
export interface Participant {
  /** Time stands still (virtual clock). */
  busy(): void;
  /** Time may go on, up to `atMs`: then the participant is busy again and its `onDue` is called. Infinity: until woken. */
  idleUntil(atMs: number): void;
  /** No longer a party. More calls do nothing. */
  leave(): void;
}
