import type { Clock } from "../util/clock.ts";

interface PendingCall {
  readonly cancel: () => void;
  readonly abandon: () => void;
}

/** What a phy still has to do later, and what becomes of it when the phy is closed first. */
export class PendingCalls {
  readonly #clock: Clock;
  readonly #pending = new Set<PendingCall>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes `call` when the clock reaches `atMs`, or `abandon` when `close` comes before. Neither from inside this call. */
  at(atMs: number, call: () => void, abandon: () => void = () => undefined): void {
    const cancel = this.#clock.schedule(atMs, () => {
      this.#pending.delete(pending);
      call();
    });
    const pending = { cancel, abandon };
    this.#pending.add(pending);
  }

  /** Abandons all calls that are pending, in the order in which they were asked for. */
  close(): void {
    for (const { cancel } of this.#pending) cancel();
    const abandoned = [...this.#pending];
    this.#pending.clear();
    for (const { abandon } of abandoned) abandon();
  }
}
