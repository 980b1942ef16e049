import type { MacAddress } from "../codec/mac-address.ts";
import type { Rate } from "../codec/rate.ts";
import type { RadioCounters } from "./radio-counters.ts";

/** Why a radio dropped a frame: the name of the counter that grew. */
export type RadioDropReason = Exclude<keyof RadioCounters, "received" | "replayedAccepted">;

/**
 * Why something that was heard is not delivered: by the radio; or `bufferFull`, for a message that found no room in the
 * receive buffer (`stats().rxDropped`).
 */
export type DropReason = RadioDropReason | "bufferFull";

/** A frame or message that was heard but not delivered. Unknown values are undefined. */
export interface DroppedFrame {
  /** Why no program sees it. */
  readonly reason: DropReason;
  /** Undefined for a frame that is not an action frame. */
  readonly source: MacAddress | undefined;
  /** Undefined if it is not readable, or not known. */
  readonly destination: MacAddress | undefined;
  /** Signal strength in dBm. */
  readonly rssi: number | undefined;
  /** 1..14 */
  readonly channel: number;
  /** Bit rate, a value of `Rate`. */
  readonly rate: Rate | undefined;
  /** In milliseconds on the radio's clock. */
  readonly timeMs: number;
}
