import type { Rate } from "./rate.ts";

/** What the header before a captured frame says. What it does not say is undefined. */
export interface Reception {
  /** Where the 802.11 frame begins. */
  readonly start: number;
  /** Whether there is an FCS, and whether it is wrong: RADIOTAP_FLAGS. */
  readonly flags: number | undefined;
  /** dBm */
  readonly rssi: number | undefined;
  readonly rate: Rate | undefined;
  /** 1..14 */
  readonly channel: number | undefined;
}
