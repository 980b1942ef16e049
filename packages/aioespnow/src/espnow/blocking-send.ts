import type { MacAddress } from "../codec/mac-address.ts";
import { EspNowError } from "../errors.ts";
import type { SendReport } from "../radio/radio.ts";
import type { EspNowCore } from "./espnow-core.ts";
import { whenMediumElapsed } from "./late-medium.ts";
import { isOutOfBuffers } from "./outgoing.ts";

/** How long a send waits for a transmit buffer (modespnow.c). */
const BUFFER_TIMEOUT_MS = 2000;
/** How long a medium may be late: an air that says nothing for a second is lost, and what is on its way is reported so. */
const LATE_MS = 5000;

/** Blocks until the reports of all messages on their way have come. @throws EspNowError `ETIMEDOUT` */
export function awaitReports(core: EspNowCore): void {
  const { reportTimeoutMs } = core.radio.capabilities;
  const deadline = core.radio.clock.now() + reportTimeoutMs;
  while (core.sendsPending && core.radio.clock.now() < deadline) core.block(deadline);
  if (core.sendsPending) awaitMedium(core, reportTimeoutMs);
  if (core.sendsPending) {
    throw new EspNowError("ETIMEDOUT", `no report of the messages sent came within ${reportTimeoutMs} ms`);
  }
}

/** Blocks until the reports have come, or their time is over for the medium, too. */
function awaitMedium(core: EspNowCore, ms: number): void {
  const { radio } = core;
  let hasElapsed = false;
  const isAwaited = whenMediumElapsed(radio, ms, () => {
    hasElapsed = true;
    radio.clock.delivered();
  });
  if (!isAwaited) return;
  const deadline = radio.clock.now() + LATE_MS;
  while (core.sendsPending && !hasElapsed && radio.clock.now() < deadline) core.block(deadline);
}

/** Hands a message to the radio, for whose buffers it waits. @throws EspNowError as `ESPNow.send` */
export function sendWhenBuffered(
  core: EspNowCore,
  mac: MacAddress | null,
  msg: Uint8Array,
  onReport: (report: SendReport) => void,
): void {
  const deadline = core.radio.clock.now() + BUFFER_TIMEOUT_MS;
  for (;;) {
    try {
      core.send(mac, msg, onReport);
      return;
    } catch (error) {
      if (!isOutOfBuffers(error) || core.radio.clock.now() >= deadline) throw error;
    }
    core.block(deadline);
  }
}
