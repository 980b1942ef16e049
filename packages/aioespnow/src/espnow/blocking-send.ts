import type { MacAddress } from "../codec/mac-address.ts";
import { EspNowError } from "../errors.ts";
import type { SendReport } from "../radio/radio.ts";
import type { EspNowCore } from "./espnow-core.ts";
import { isOutOfBuffers } from "./outgoing.ts";

/** How long a send waits for a transmit buffer (modespnow.c). */
const BUFFER_TIMEOUT_MS = 2000;

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

/** On a busy computer this thread and the medium can be late: in real time, the time must have passed there too. */
function awaitMedium(core: EspNowCore, ms: number): void {
  const { radio } = core;
  if (radio.whenElapsed === undefined && radio.clock.kind === "virtual") return;
  let hasElapsed = false;
  const elapsed = (): void => {
    hasElapsed = true;
  };
  if (radio.whenElapsed !== undefined) radio.whenElapsed(ms, elapsed);
  else radio.clock.schedule(radio.clock.now(), elapsed); // what was due before comes before
  while (core.sendsPending && !hasElapsed) core.block(Number.POSITIVE_INFINITY);
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
