/** Counts since the radio was opened, as MicroPython's `stats()` has them. */
export interface Stats {
  /** Messages given to the radio; a send to all counts once for each peer. */
  readonly txPackets: number;
  /** Reports that came back. */
  readonly txResponses: number;
  /** Reports that nobody acknowledged. */
  readonly txFailures: number;
  readonly rxPackets: number;
  /** Heard, and dropped because the receive buffer was full. */
  readonly rxDropped: number;
}
