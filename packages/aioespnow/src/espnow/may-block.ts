import { EspNowError } from "../errors.ts";
import type { Radio } from "../radio/radio.ts";

/**
 * On a virtual clock a blocked thread would let time jump past its own async readers and sleepers.
 * @throws EspNowError `EDEADLK`
 */
export function checkMayBlock({ clock }: Radio): void {
  if (clock.kind === "virtual" && clock.asyncWaits > 0) {
    throw new EspNowError(
      "EDEADLK",
      "blocking on a virtual clock while async code of this thread waits on it; use arecv(), asend() and sleep()",
    );
  }
}
