import type { MacAddress } from "../../codec/mac-address.ts";
import type { Rate } from "../../codec/rate.ts";
import type { TransmitResult } from "../phy.ts";
import type { WakeState } from "./wake-cycle.ts";

/** A frame that waits to be sent. Its bytes are the station's own. */
export interface QueuedFrame {
  readonly frame: Uint8Array;
  readonly rate: Rate;
  readonly noAck: boolean;
}

/** A frame, and who is told what became of it. */
export interface Job extends QueuedFrame {
  readonly done: (result: TransmitResult) => void;
}

/** How far the queue's frames are. */
export interface Progress {
  /** How many frames at the head of the queue the processor is done with. */
  prepared: number;
  /** Whether the processor works on the first frame that is not prepared. */
  working: boolean;
  /** What the radio does with the head of the queue. Idle: it is not prepared yet, or there is none. */
  phase: "idle" | "medium" | "ack";
  attempts: number;
  /** Of the next backoff. */
  window: number;
  ackTimeoutUs: number;
}

/** The station that an ACK is about to go to, and how. */
export interface AckTo {
  readonly mac: MacAddress;
  readonly rate: Rate;
  readonly channel: number;
}

/** A station between two events, without those who are told what becomes of its frames. */
export interface StationMacState {
  readonly station: number;
  /** Events of it that are to come. */
  readonly expected: number;
  readonly frames: readonly QueuedFrame[];
  readonly progress: Readonly<Progress>;
  readonly ackTo: AckTo | undefined;
  readonly channel: number;
  readonly addresses: readonly MacAddress[];
  readonly wake: WakeState;
}
