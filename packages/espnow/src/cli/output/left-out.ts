import type { Phy, Radio } from "aioespnow";
import { count } from "./format.ts";
import type { Output } from "./output.ts";

/** Ends a command with what its medium left out, and why. */
export function tellLeftOut(output: Output, medium: Pick<Phy | Radio, "leftOut">): void {
  for (const sentence of medium.leftOut?.() ?? []) output.remark(sentence);
}

/** Ends a command with what was heard and is no message, and why. */
export function tellUnread(output: Output, radio: Radio): void {
  const { noKey, badMic, malformed, duplicates, notEspNow } = radio.counters;
  tellLeftOut(output, radio);
  const told: readonly (readonly [number, string])[] = [
    [notEspNow, "left out: not ESP-NOW"],
    [malformed, "left out: malformed ESP-NOW, which devices drop too"],
    [duplicates, "left out: repetitions of what was read"],
  ];
  for (const [number, what] of told) if (number > 0) output.remark(`${count(number, "frame")} ${what}`);
  const unread = noKey + badMic;
  if (unread === 0) return;
  const [were, them] = unread === 1 ? ["was", "it"] : ["were", "them"];
  output.remark(`${count(unread, "message")} ${were} encrypted with another key: --from MAC --lmk KEY reads ${them}`);
}
