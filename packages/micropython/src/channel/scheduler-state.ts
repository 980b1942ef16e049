/**
 * MP_STATE_VM(sched_state) of MicroPython 1.27.0, an int16, by its address. Whether it is there is tried before it is used
 * (vm/internals.ts).
 */
export const SCHED_STATE = 185_360;
export const SCHED_IDLE = 1;
export const SCHED_PENDING = 0;

/**
 * Makes MicroPython look for what is pending at the next backward jump: for another thread than the one that runs it.
 * `memory` is that of a VM whose internals were found.
 */
export function nudge(memory: SharedArrayBuffer): void {
  Atomics.compareExchange(new Int16Array(memory), SCHED_STATE >> 1, SCHED_IDLE, SCHED_PENDING);
}
