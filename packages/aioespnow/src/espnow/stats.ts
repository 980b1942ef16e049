/** Counts since the radio was opened, as MicroPython's `stats()` has them. */
export interface EspNowStats {
  /** Messages given to the radio; a send to all counts once for each peer. */
  readonly txPackets: number;
  /** Reports that came back. */
  readonly txResponses: number;
  /** Reports of messages that nobody acknowledged. */
  readonly txFailures: number;
  /** Messages that were put into the receive buffer. */
  readonly rxPackets: number;
  /** Messages that were heard but dropped, because the receive buffer was full. */
  readonly rxDropped: number;
}
