import type { SequenceNumber } from "../decoders/decoder.ts";

/** A greater gap does not count: the node has started again, or numbers in another way. */
const LONGEST_GAP = 10_000;
/** A node that starts again begins with 0 or 1. */
const FIRST_NUMBERS = 1;
/** With that, a few messages may have been lost where the numbers begin again by themselves. */
const NEAR = 8;

/** Knows the last number that a node has given a message. */
export class Sequence {
  #last: SequenceNumber | undefined;

  /** How many messages were not heard between the last one and this one. One that comes late, through a mesh, stays lost. */
  heard(next: SequenceNumber): number {
    const last = this.#last;
    this.#last = next;
    if (last === undefined || last.count !== next.count || last.start !== next.start) return 0;
    const step = (next.number - last.number + next.count) % next.count;
    const isRestart = next.number <= FIRST_NUMBERS && step > NEAR;
    const isGap = step > 1 && !isRestart && step <= Math.min(LONGEST_GAP, next.count / 2);
    return isGap ? step - 1 : 0;
  }
}
