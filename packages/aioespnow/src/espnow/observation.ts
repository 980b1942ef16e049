import type { MacAddress } from "../codec/mac-address.ts";
import type { DroppedFrame } from "../radio/dropped-frame.ts";
import type { MessageInfo } from "../radio/message-info.ts";
import type { SendReport } from "../radio/radio.ts";

/**
 * What `observe` reports. It and all bytes in it are valid only during the call: copy what you keep (`data.slice()`).
 *
 * - `heard`: a message, before it goes into the receive buffer.
 * - `sent`: a message to one peer, when its report has come. A message to all peers is reported once for each peer.
 * - `dropped`: what the radio heard and does not deliver, with the reason. A message for which the receive buffer has no
 *   room is reported twice: as `heard`, and as `dropped` with the reason `bufferFull`.
 */
export type Observation =
  | {
      /** A message was heard; it goes into the receive buffer next. */
      readonly kind: "heard";
      /** The message, and how it was heard. */
      readonly message: MessageInfo;
    }
  | {
      /** The report of a message to one peer has come. */
      readonly kind: "sent";
      /** The message, and when it was sent. */
      readonly message: SentMessage;
      /** Whether that peer acknowledged it. */
      readonly report: SendReport;
    }
  | ({
      /** Something was heard that is not delivered. */
      readonly kind: "dropped";
    } & DroppedFrame);

/** A message that was given to the radio. Times are in milliseconds on the radio's clock. */
export interface SentMessage {
  /** The receiver: a peer, or a group. */
  readonly destination: MacAddress;
  /** 1 to 1470 bytes. */
  readonly data: Uint8Array;
  /** When it was given to the radio. */
  readonly queuedMs: number;
  /** When the report came. */
  readonly timeMs: number;
}
