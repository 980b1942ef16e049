import type { HeardPeersState } from "./heard-peers.ts";
import type { ReceiveBufferState } from "./receive-buffer.ts";
import type { SendAccountState } from "./send-account.ts";

/** What all ESPNow objects of a radio share, without who waits, observes and is called back. @internal */
export interface CoreState {
  /** Bytes of the receive buffer. */
  readonly rxbuf: number;
  /** Bytes that a message takes in it beside its data. */
  readonly messageOverhead: number;
  /** When and how strong each peer was heard last. */
  readonly heard: HeardPeersState;
  /** Undefined: ESP-NOW is off. */
  readonly buffer: ReceiveBufferState | undefined;
  /** Messages on their way, and how they were counted. */
  readonly sends: SendAccountState;
  /** What became of the messages that were heard; they are dropped where the buffer is full. */
  readonly received: {
    /** Messages that were put into the buffer. */
    readonly packets: number;
    /** Messages that were dropped. */
    readonly dropped: number;
  };
}
