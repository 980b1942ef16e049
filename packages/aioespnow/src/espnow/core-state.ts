import type { HeardPeersState } from "./heard-peers.ts";
import type { ReceiveBufferState } from "./receive-buffer.ts";
import type { SendAccountState } from "./send-account.ts";

/** What all ESPNow objects of a radio share, without who waits, observes and is called back. */
export interface CoreState {
  readonly rxbuf: number;
  readonly messageOverhead: number;
  readonly heard: HeardPeersState;
  /** Undefined: ESP-NOW is off. */
  readonly buffer: ReceiveBufferState | undefined;
  readonly sends: SendAccountState;
  readonly received: { readonly packets: number; readonly dropped: number };
}
