/** Whose callback an event is for. Python's side of it: the same numbers in python/_bridge.py. */
export const ESPNOW_IRQ = 0;
export const PIN_IRQ = 1;
export const TIMER = 2;

/** The greatest value that goes with an event. */
export const MAX_EVENT_VALUE = 0xff_ffff;
