/** What the program reads without asking: python/_bridge.py knows the words by number. */
export const STATE_WORDS = [
  /** Bytes of the next message in the receive buffer; 0: there is none. */
  "nextLength",
  /** Messages on their way whose reports are to come. */
  "sendsPending",
  /** Reports of messages that nobody acknowledged. */
  "sendFailures",
  /** Bytes that were typed and that the program has not read. */
  "input",
  /** 1: the program waits for an air that may be late (`Radio.whenElapsed`). */
  "lateAir",
] as const;

export type StateWord = (typeof STATE_WORDS)[number];
