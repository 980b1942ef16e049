import type { Clock } from "../util/clock.ts";

/** A waiter in line. Once woken it must look again: a blocking call may have taken the message or the buffer first. */
export interface Waiter {
  /** It may be its turn. It looks, and then calls `returned`. */
  wake(): void;
  /** Its place: of two waiters, the one with the smaller ticket is woken first. */
  readonly ticket: number;
}

/**
 * Waiters in the order of their tickets, each woken once. One that was woken and found nothing joins again with its ticket.
 */
export class WaitingLine {
  readonly #waiting: Waiter[] = [];
  readonly #onChange: (change: number) => void;
  #tickets = 0;
  /** How many were woken and have not called `returned` yet. */
  #woken = 0;

  /** `onChange` is called with the change in the number of waiters. */
  constructor(onChange: (change: number) => void = () => undefined) {
    this.#onChange = onChange;
  }

  /** How many waiters there are. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Whether a waiter that joins now would not be the first. */
  get isOccupied(): boolean {
    return this.#waiting.length + this.#woken > 0;
  }

  /** A ticket for a new waiter: the last place. */
  ticket(): number {
    return this.#tickets++;
  }

  /** Puts a waiter into the line, at the place of its ticket. */
  join(waiter: Waiter): void {
    let place = this.#waiting.length;
    while (place > 0 && (this.#waiting[place - 1] as Waiter).ticket > waiter.ticket) place--;
    this.#waiting.splice(place, 0, waiter);
    this.#onChange(1);
  }

  /** Takes a waiter out of the line. Nothing happens if it was woken already. */
  leave(waiter: Waiter): void {
    const index = this.#waiting.indexOf(waiter);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    this.#onChange(-1);
  }

  /** Wakes waiters until `count` are on their way, or all (Infinity) are. */
  wakeFor(count: number): void {
    while (this.#woken < count) {
      const waiter = this.#waiting.shift();
      if (waiter === undefined) return;
      this.#woken++;
      this.#onChange(-1);
      waiter.wake();
    }
  }

  /** A waiter that was woken has looked, with or without success. */
  returned(): void {
    this.#woken--;
  }
}

/** The readers of messages. They keep the process alive, and no blocking call lets virtual time jump past them. */
export class ReadersLine extends WaitingLine {
  constructor(clock: () => Clock) {
    let release = (): void => undefined;
    super((change) => {
      if (this.length === change) release = clock().keepAlive();
      else if (this.length === 0) release();
      clock().asyncWaits += change;
      if (change < 0) clock().delivered();
    });
  }
}
