import { type CaptureCounters, noCaptureCounts } from "../pcap/capture-counters.ts";

/** What became of the packets of a capture that is played. */
export interface ReplayCounters extends CaptureCounters {
  /** Heard. */
  heard: number;
  /** Played while the station was off. */
  unheard: number;
  /** Times that lay more than a day from the one before, forward or back: they were not waited for. */
  jumps: number;
}

/** Nothing was played yet. */
export function noReplayCounts(): ReplayCounters {
  return { ...noCaptureCounts(), heard: 0, unheard: 0, jumps: 0 };
}
