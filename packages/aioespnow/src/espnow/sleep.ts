import { defaultRadio } from "../open/default-radio.ts";
import type { Radio } from "../radio/radio.ts";
import { abortable } from "../util/abortable.ts";
import { describe } from "../util/check.ts";
import { checkMayBlock } from "./may-block.ts";

/**
 * Waits for `ms` milliseconds on the clock of the radio (default: the one `new ESPNow()` uses): real time or virtual,
 * whichever the radio has. `setTimeout` is always real time.
 * @throws by rejection: TypeError, RangeError; the signal's reason.
 * @example
 * import { sleep } from "aioespnow";
 * import { Air } from "aioespnow/sim";
 *
 * const radio = new Air().radio();
 * await sleep(24 * 3600 * 1000, { radio }); // a day of virtual time, at once
 */
export async function sleep(ms: number, options: { signal?: AbortSignal; radio?: Radio } = {}): Promise<void> {
  checkDuration(ms);
  const { signal, radio = defaultRadio() } = options;
  const { clock } = radio;
  await abortable(signal, (resolve: (value: undefined) => void) => {
    const release = clock.keepAlive();
    clock.asyncWaits++;
    const stop = (): void => {
      clock.asyncWaits--;
      release();
    };
    const cancel = clock.schedule(clock.now() + ms, () => {
      stop();
      clock.delivered();
      resolve(undefined);
    });
    return () => {
      cancel();
      stop();
    };
  });
}

/**
 * Blocks the thread for `ms` milliseconds on the clock of the radio. Messages are received and irq handlers run meanwhile.
 * @throws TypeError, RangeError; EspNowError `EDEADLK` on a virtual clock where async code waits; `ENOTSUP`.
 */
export function sleepSync(ms: number, radio: Radio = defaultRadio()): void {
  checkDuration(ms);
  checkMayBlock(radio);
  const end = radio.clock.now() + ms;
  do radio.wait(end);
  while (radio.clock.now() < end);
}

function checkDuration(ms: number): void {
  if (typeof ms !== "number") throw new TypeError(`ms must be a number of milliseconds, not ${describe(ms)}`);
  if (!(ms >= 0 && ms < Number.POSITIVE_INFINITY)) throw new RangeError(`ms must be 0 or more, and finite, not ${ms}`);
}
