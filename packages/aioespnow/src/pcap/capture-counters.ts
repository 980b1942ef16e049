import type { CaptureEnding } from "./capture-reader.ts";
import { linkTypeName } from "./captured-packet.ts";

/** What became of the packets in which frames were looked for. */
export interface CaptureCounters {
  /** A frame was found. */
  found: number;
  /** The FCS is there and wrong. */
  badFcs: number;
  /** The capture kept only the beginning of the packet. */
  cutShort: number;
  /** Of another link type than 802.11. */
  foreign: number;
  /** The first eight of them, as numbers (tcpdump.org, "Link-layer header types"). */
  readonly foreignLinkTypes: Set<number>;
  /** No frame stands behind a whole header of radiotap, PPI or Prism. */
  malformed: number;
  /** Of those found: an FCS was promised, and is not there. A guess from the frame's own bytes. */
  missingFcs: number;
  /** Of those found: there is an FCS, and the capture does not tell. */
  untoldFcs: number;
}

/** Nothing was looked at yet. */
export function noCaptureCounts(): CaptureCounters {
  return {
    found: 0,
    badFcs: 0,
    cutShort: 0,
    foreign: 0,
    foreignLinkTypes: new Set(),
    malformed: 0,
    missingFcs: 0,
    untoldFcs: 0,
  };
}

/** What of a capture was left out, and why: one sentence each, for people. */
export function describeLeftOut(counters: CaptureCounters, ending: CaptureEnding | undefined): readonly string[] {
  const { found, badFcs, cutShort, foreign, foreignLinkTypes, malformed, missingFcs, untoldFcs } = counters;
  const names = [...foreignLinkTypes].map(linkTypeName).join(", ");
  const sentences = [
    countedSentence(badFcs, "packet", "left out: the FCS is wrong"),
    countedSentence(cutShort, "packet", "left out: the capture kept only the beginning"),
    countedSentence(foreign, "packet", `left out: not 802.11 but ${names}`),
    countedSentence(malformed, "packet", "left out: no frame behind a whole header"),
    countedSentence(missingFcs, "frame", "read without the FCS that the capture promises: it is not there"),
    countedSentence(untoldFcs, "frame", "ended with an FCS that the capture does not tell of: it was taken off"),
  ];
  return [...sentences.flat(), ...describeEnding(ending, found + badFcs + cutShort + foreign + malformed)];
}

/** `3 packets left out: the FCS is wrong`; nothing where there is nothing to tell. */
export function countedSentence(count: number, thing: string, what: string): readonly string[] {
  return count === 0 ? [] : [`${count} ${thing}${count === 1 ? "" : "s"} ${what}`];
}

function describeEnding(ending: CaptureEnding | undefined, packets: number): readonly string[] {
  if (ending?.status === "malformed") {
    return [`the capture is broken at byte ${ending.offset}: ${ending.reason}; what follows is left out`];
  }
  if (ending?.status === "empty") return ["the file is empty"];
  if (ending?.status === "truncated") return [`the capture ends too early: ${ending.missing} are missing`];
  return packets === 0 ? ["the capture has no packets"] : [];
}
