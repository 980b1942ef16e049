import type { CaptureEnding } from "../pcap/capture-reader.ts";
import { linkTypeName } from "../pcap/captured-packet.ts";
import { leftOutSentence } from "./left-out.ts";

/** What became of the packets of a capture. */
export interface ReplayCounters {
  /** Heard. */
  heard: number;
  /** Played while the station was off. */
  unheard: number;
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
  /** Times that lay more than a day from the one before, forward or back: they were not waited for. */
  jumps: number;
  /** Of those that were played: an FCS was promised, and is not there. A guess from the frame's own bytes. */
  missingFcs: number;
  /** Of those that were played: there is an FCS, and the capture does not tell. */
  untoldFcs: number;
}

/** Nothing was played yet. */
export function noReplayCounts(): ReplayCounters {
  return {
    heard: 0,
    unheard: 0,
    badFcs: 0,
    cutShort: 0,
    foreign: 0,
    foreignLinkTypes: new Set(),
    malformed: 0,
    jumps: 0,
    missingFcs: 0,
    untoldFcs: 0,
  };
}

/** What was left out, and why: one sentence each. */
export function describeLeftOut(counters: ReplayCounters, ending: CaptureEnding | undefined): readonly string[] {
  const { badFcs, cutShort, foreign, foreignLinkTypes, malformed, missingFcs, untoldFcs, jumps } = counters;
  const names = [...foreignLinkTypes].map(linkTypeName).join(", ");
  const sentences = [
    leftOutSentence(badFcs, "packet", "left out: the FCS is wrong"),
    leftOutSentence(cutShort, "packet", "left out: the capture kept only the beginning"),
    leftOutSentence(foreign, "packet", `left out: not 802.11 but ${names}`),
    leftOutSentence(malformed, "packet", "left out: no frame behind a whole header"),
    leftOutSentence(jumps, "jump", "in time of more than a day left out"),
    leftOutSentence(missingFcs, "frame", "read without the FCS that the capture promises: it is not there"),
    leftOutSentence(untoldFcs, "frame", "ended with an FCS that the capture does not tell of: it was taken off"),
  ];
  const packets = counters.heard + counters.unheard + badFcs + cutShort + foreign + malformed;
  return [...sentences.flat(), ...describeEnding(ending, packets)];
}

function describeEnding(ending: CaptureEnding | undefined, packets: number): readonly string[] {
  if (ending?.status === "malformed") {
    return [`the capture is broken at byte ${ending.offset}: ${ending.reason}; what follows is left out`];
  }
  if (ending?.status === "empty") return ["the file is empty"];
  if (ending?.status === "truncated") return [`the capture ends too early: ${ending.missing} are missing`];
  return packets === 0 ? ["the capture has no packets"] : [];
}
