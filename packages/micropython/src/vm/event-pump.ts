import type { VmChannel } from "./vm-channel.ts";

/** What the pump needs of Python; there is nothing to call before Python's `_bridge` has attached itself. */
export interface Scheduler {
  /** `micropython.schedule(dispatch, event)`: throws where MicroPython's queue is full. */
  schedule(dispatch: unknown, event: number): void;
  /** `_bridge.dispatch`, called by MicroPython with what `schedule` was given. */
  readonly dispatch: unknown;
  /** Makes MicroPython raise KeyboardInterrupt. */
  interrupt(): void;
}

/** Kinds fit 4 bits. */
const KIND_BITS = 4;

/**
 * Hands what the host raised to MicroPython's own scheduler. It runs at the program's next backward jump, is never
 * nested, and what it raises is printed, as on a board. No Python code runs here: only a C function that notes the wish.
 */
export class EventPump {
  scheduler: Scheduler | undefined;
  /** Whether the program has begun: a Ctrl-C that comes before waits for it. */
  isInterruptible = false;
  #serving = false;
  readonly #channel: VmChannel;

  constructor(channel: VmChannel) {
    this.#channel = channel;
  }

  /** Returns whether all has found room in MicroPython's queue. To schedule is a call too, which may lead here again. */
  service(): boolean {
    if (this.scheduler === undefined || this.#serving) return false;
    this.#serving = true;
    const { control } = this.#channel;
    let event = control.peekEvent();
    while (event !== undefined && this.#schedule(this.scheduler, (event.value << KIND_BITS) | event.kind)) {
      control.dropEvent();
      event = control.peekEvent();
    }
    this.#serving = false;
    if (this.isInterruptible && control.takeInterrupt()) this.scheduler.interrupt();
    return event === undefined;
  }

  /** False: MicroPython's queue is full, and the event waits for the next chance. */
  #schedule(scheduler: Scheduler, event: number): boolean {
    try {
      scheduler.schedule(scheduler.dispatch, event);
      return true;
    } catch {
      return false;
    }
  }
}
