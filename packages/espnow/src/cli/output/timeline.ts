import type { Clock } from "aioespnow";
import { seconds, toSeconds } from "./format.ts";

/** How far the wall clock may go astray from the radio's clock before it is read again: it is set now and then. */
const MAX_DRIFT_MS = 50;
/** As long as a wall-clock time, `2026-11-29T06:31:17.123456Z`. */
const MICROSECOND_DIGITS = 3;

/** The times of a radio, as people and programs are shown them. Virtual time has no place on the wall clock. */
export class Timeline {
  readonly #clock: Clock;
  #epochMs: number | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The wall-clock time (ISO 8601, UTC, microseconds); in virtual time, the seconds on the radio's clock. */
  stamp(timeMs: number): string {
    return this.#wallTime(timeMs) ?? seconds(timeMs);
  }

  /** `time`: seconds on the radio's clock. `at`: the wall-clock time, null in virtual time. */
  record(timeMs: number): { readonly time: number; readonly at: string | null } {
    return { time: toSeconds(timeMs), at: this.#wallTime(timeMs) ?? null };
  }

  #wallTime(timeMs: number): string | undefined {
    if (this.#clock.kind === "virtual") return undefined;
    const epochMs = Date.now() - this.#clock.now();
    if (this.#epochMs === undefined || Math.abs(epochMs - this.#epochMs) > MAX_DRIFT_MS) this.#epochMs = epochMs;
    const microseconds = Math.round((this.#epochMs + timeMs) * 1000);
    const rest = String(microseconds % 1000).padStart(MICROSECOND_DIGITS, "0");
    return new Date(Math.floor(microseconds / 1000)).toISOString().replace("Z", `${rest}Z`);
  }
}
