import { setRetry } from "../../codec/dot11.ts";
import type { Phy, TransmitOptions, TransmitResult } from "../../phy/phy.ts";

/**
 * Transmits a frame up to `attempts` times, until it is acknowledged: for a medium that does not do so itself. A
 * retransmission is the same frame with its Retry bit set (IEEE 802.11-2020, 9.2.4.1.6).
 */
export function transmitRepeatedly(
  phy: Phy,
  frame: Uint8Array,
  options: TransmitOptions,
  attempts: number,
  done: (result: TransmitResult) => void,
): void {
  const copy = frame.slice();
  let attempt = 1;
  const finish = (result: TransmitResult): void => {
    if (result.status === "no-ack" && attempt < attempts) {
      attempt++;
      setRetry(copy);
      phy.transmit(copy, options, finish);
    } else {
      const counted = result.status === "acked" || result.status === "no-ack";
      done(counted ? { status: result.status, attempts: attempt } : result);
    }
  };
  phy.transmit(copy, options, finish);
}
