import type { Clock } from "../util/clock.ts";

/** Somebody who waits for his turn. Woken, he tries for himself: another may have been faster. */
export interface Waiter {
  /** It may be the turn of this one: it looks, and says so with `returned`. */
  wake(): void;
  /** His place: of two waiters, the one with the smaller ticket is woken first. */
  readonly ticket: number;
}

/**
 * Waiters in the order of their tickets, each woken once. One who was woken in vain joins again with the ticket he has.
 */
export class WaitingLine {
  readonly #waiting: Waiter[] = [];
  readonly #onChange: (change: number) => void;
  #tickets = 0;
  /** Woken, and not yet back. */
  #woken = 0;

  /** `onChange` is told how many more (or, negative, fewer) wait than before. */
  constructor(onChange: (change: number) => void = () => undefined) {
    this.#onChange = onChange;
  }

  /** How many wait. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Whether somebody stands before one who comes now. */
  get isOccupied(): boolean {
    return this.#waiting.length + this.#woken > 0;
  }

  /** A ticket for one who comes now. */
  ticket(): number {
    return this.#tickets++;
  }

  /** Takes its place in the line, by its ticket. */
  join(waiter: Waiter): void {
    let place = this.#waiting.length;
    while (place > 0 && (this.#waiting[place - 1] as Waiter).ticket > waiter.ticket) place--;
    this.#waiting.splice(place, 0, waiter);
    this.#onChange(1);
  }

  /** Leaves without having been woken; nothing happens to one who was. */
  leave(waiter: Waiter): void {
    const index = this.#waiting.indexOf(waiter);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    this.#onChange(-1);
  }

  /** Sees to it that `count` are woken and on their way, as far as there are so many (Infinity: all). */
  wakeFor(count: number): void {
    while (this.#woken < count) {
      const waiter = this.#waiting.shift();
      if (waiter === undefined) return;
      this.#woken++;
      this.#onChange(-1);
      waiter.wake();
    }
  }

  /** One who was woken is back, successful or not. */
  returned(): void {
    this.#woken--;
  }
}

/** Those who wait for messages: they keep the process alive, and no blocking call lets virtual time jump past them. */
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
