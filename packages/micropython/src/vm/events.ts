/** How many events wait at most: the depth of MicroPython's scheduler on an ESP32 (MICROPY_SCHEDULER_DEPTH). */
const EVENT_SLOTS = 8;

/** Kinds fit 4 bits. */
const KIND_BITS = 4;

/**
 * What makes the program call back a function: irqs, in order, until MicroPython's own scheduler has room for them. It
 * runs them at the program's next backward jump, never nested, and prints what they raise, as on a board.
 */
export class Events {
  /** Those that found no room. */
  lost = 0;
  waiting: number[] = [];

  raise(kind: number, value: number): void {
    if (this.waiting.length < EVENT_SLOTS) this.waiting.push((value << KIND_BITS) | kind);
    else this.lost++;
  }

  /** `schedule` hands one to MicroPython; false: it has no room. */
  serve(schedule: (event: number) => boolean): void {
    while (this.waiting.length > 0 && schedule(this.waiting[0] as number)) this.waiting.shift();
  }
}
