import { FcsFinder } from "../codec/fcs-finder.ts";
import { decodePpi, type PpiReason } from "../codec/ppi.ts";
import { decodePrism, type PrismReason } from "../codec/prism.ts";
import { decodeRadiotap, RADIOTAP_FLAGS, Radiotap, type RadiotapReason } from "../codec/radiotap.ts";
import type { Rate } from "../codec/rate.ts";
import type { Reception } from "../codec/reception.ts";
import { type Refusal, refusals } from "../codec/refusal.ts";
import { type CaptureCounters, describeLeftOut, noCaptureCounts } from "./capture-counters.ts";
import type { CaptureEnding } from "./capture-reader.ts";
import { type CapturedPacket, LinkType } from "./captured-packet.ts";

/** An 802.11 frame of a capture, without its FCS. What the capture does not tell of its reception is undefined. */
export interface FoundFrame {
  /** A view of the packet's bytes. */
  readonly bytes: Uint8Array;
  /** dBm */
  readonly rssi: number | undefined;
  /** Undefined if the capture does not say. */
  readonly rate: Rate | undefined;
  /** 1..14 */
  readonly channel: number | undefined;
}

/** Why a packet of a capture has no frame that can be read. */
export type NoFrameReason =
  /** Another link type: Ethernet, Bluetooth, ... */
  | "link-type"
  /** The capture kept only its beginning. */
  | "cut-short"
  /** Nothing stands behind the header of the capture. */
  | "no-frame"
  | "bad-fcs"
  | RadiotapReason
  | PpiReason
  | PrismReason;

const NO = refusals("link-type", "cut-short", "no-frame", "bad-fcs");

/** How many names of foreign link types are kept. */
const MAX_LINK_TYPES = 8;

function isForeign(reason: NoFrameReason): boolean {
  return reason === "link-type" || reason === "ppi-link-type" || reason === "prism-avs";
}

/** Finds the 802.11 frames in the packets of a capture, whatever header stands before them. */
export class FrameFinder {
  /** What was read, guessed and left out. */
  readonly counters: CaptureCounters;
  readonly #fcs = new FcsFinder();
  readonly #radiotap = new Radiotap();

  /**
   * For the packets of one capture: whether its frames end with an FCS is learned from packet to packet.
   * @param counters what is counted up; the caller may keep more in it
   */
  constructor(counters: CaptureCounters = noCaptureCounts()) {
    this.counters = counters;
  }

  /** The frame of a packet; or why there is none, and that is counted. */
  find(packet: CapturedPacket): FoundFrame | Refusal<NoFrameReason> {
    const { counters } = this;
    const found = this.#find(packet);
    counters.missingFcs = this.#fcs.missing;
    counters.untoldFcs = this.#fcs.untold;
    if (!("reason" in found)) counters.found++;
    else if (found.reason === "bad-fcs") counters.badFcs++;
    else if (found.reason === "cut-short") counters.cutShort++;
    else if (isForeign(found.reason)) {
      counters.foreign++;
      const linkType = found.reason === "prism-avs" ? LinkType.AVS : packet.linkType;
      if (counters.foreignLinkTypes.size < MAX_LINK_TYPES) counters.foreignLinkTypes.add(linkType);
    } else counters.malformed++;
    return found;
  }

  /** What of a capture was left out so far, and why: one sentence each, for people. `ending`: of its reader. */
  leftOut(ending?: CaptureEnding): readonly string[] {
    return describeLeftOut(this.counters, ending);
  }

  #find({ bytes, linkType, originalLength }: CapturedPacket): FoundFrame | Refusal<NoFrameReason> {
    const reception = this.#reception(bytes, linkType);
    if ("reason" in reception) return reception;
    const { start, flags = 0, rssi, rate, channel } = reception;
    if (bytes.length < originalLength) return NO["cut-short"];
    if (start >= bytes.length) return NO["no-frame"];
    if ((flags & RADIOTAP_FLAGS.BAD_FCS) !== 0) return NO["bad-fcs"];
    const end = this.#fcs.frameEnd(bytes, start, bytes.length, (flags & RADIOTAP_FLAGS.FCS) !== 0);
    if (typeof end !== "number") return end;
    return { bytes: bytes.subarray(start, end), rssi, rate, channel };
  }

  #reception(bytes: Uint8Array, linkType: number): Reception | Refusal<NoFrameReason> {
    switch (linkType) {
      case LinkType.IEEE802_11:
        return { start: 0, flags: undefined, rssi: undefined, rate: undefined, channel: undefined };
      case LinkType.IEEE802_11_RADIOTAP:
        return this.#radiotapReception(bytes);
      case LinkType.PPI:
        return decodePpi(bytes);
      case LinkType.PRISM:
        return decodePrism(bytes);
      default:
        return NO["link-type"];
    }
  }

  #radiotapReception(bytes: Uint8Array): Reception | Refusal<RadiotapReason> {
    const start = decodeRadiotap(bytes, 0, bytes.length, this.#radiotap);
    if (typeof start !== "number") return start;
    const { flags, signal, phyRate, channel } = this.#radiotap;
    return { start, flags, rssi: signal, rate: phyRate, channel };
  }
}
