/** What a program is called back for (`Vm.raise`). The same numbers stand in python/_bridge.py. */
export const EventKind = {
  /** A message arrived: `ESPNow.irq`. */
  espnowIrq: 0,
  /** `Pin.irq`; the value is the pin's number. */
  pinIrq: 1,
  /** `Timer`; the value is the timer's number. */
  timer: 2,
  /** To a test: a board has printed something, or its program has ended. */
  house: 3,
  /** `UART.irq`; the value is the port's number. */
  uartIrq: 4,
} as const;

/** The greatest value that goes with an event. */
export const MAX_EVENT_VALUE = 0xff_ffff;
