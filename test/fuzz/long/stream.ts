import type { Mutator } from "./mutation.ts";
import type { Target } from "./target.ts";

/** Pieces of a stream in one step. */
const PIECES = 64;

/** A target that is fed mutated pieces; `feed` may cut them up, and must not keep them. */
export function stream(name: string, mutator: Mutator, feed: (bytes: Uint8Array) => void): Target {
  return {
    name,
    unit: "bytes",
    aim: 10_000_000,
    step(record) {
      let total = 0;
      for (let i = 0; i < PIECES; i++) {
        const bytes = mutator.next().slice();
        record(bytes);
        feed(bytes);
        total += bytes.length;
      }
      return total;
    },
  };
}
