/** What a program waits for. */
export interface Waiting {
  readonly untilMs: number;
  /** Only for its output to be taken: nothing but Ctrl-C wakes it. */
  readonly forOutput: boolean;
}

/** What waits at the doors of a suspended program. */
export interface DoorsState {
  readonly waiting: Waiting | undefined;
  readonly wasRung: boolean;
  readonly bootMs: number;
  readonly rtcOffsetMs: number;
  readonly words: readonly number[];
  readonly chance: number;
  readonly interruptWanted: boolean;
  readonly isInterruptible: boolean;
  readonly interruptChar: number;
  readonly replyLength: number;
  readonly skewMs: number;
  readonly events: readonly number[];
  readonly eventsLost: number;
  readonly unread: Uint8Array;
  readonly spent: readonly number[];
}

/** What of the doors has changed until a program was about to run. */
export interface StartedDoors {
  readonly replyLength: number;
  readonly interruptChar: number;
  readonly spent: readonly number[];
}
