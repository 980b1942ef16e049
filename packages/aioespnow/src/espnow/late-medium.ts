import type { Radio } from "../radio/radio.ts";

/**
 * On a busy computer the medium can be late while this thread is not, and the other way round. Calls `done` once `ms`
 * milliseconds have passed on the clock of the medium, too, since it took the radio's last message. Returns whether it will be
 * called: in virtual time nobody is late. @internal
 */
export function whenMediumElapsed(radio: Radio, ms: number, done: () => void): boolean {
  const { clock } = radio;
  if (radio.whenElapsed !== undefined) radio.whenElapsed(ms, done);
  else if (clock.kind === "virtual") return false;
  else clock.schedule(clock.now(), done); // what was due before comes before
  return true;
}
