// phy: Media of 802.11 frames. A frame that is handed over is reported exactly once; a frame that is heard is valid
// during the call. Medium access, acknowledgements and hardware retries are below this interface; ESP-NOW, peers and
// keys are above it, and no medium knows them.

import type { MacAddress } from "../codec/mac-address.ts";
import type { Rate } from "../codec/rate.ts";
import type { EspNowError } from "../errors.ts";
import type { Clock } from "../util/clock.ts";

/**
 * Moves 802.11 frames to and from one medium. Knows nothing of ESP-NOW. Medium access, acknowledgement and hardware
 * retries are below it.
 */
export interface Phy extends AsyncDisposable {
  /** What this medium can do. It does not change. */
  readonly capabilities: PhyCapabilities;
  /** The clock of all its times and waits. */
  readonly clock: Clock;

  /** 1..14 in the 2.4 GHz band. @throws RangeError for a channel that is not in `capabilities.channels`. */
  setChannel(channel: number): void;

  /** The addresses this station answers to, at most `capabilities.maxAckAddresses`. None: it is off, and hears nothing. */
  setAckAddresses(addresses: readonly MacAddress[]): void;

  /** Transmit power in dBm. A medium that cannot set it ignores it. */
  setTxPower(dBm: number): void;

  /**
   * The 802.11 protocols of the station, bits of `Protocol`: without `lr` it hears no long range frame, with `lr` alone
   * nothing else. Until it is set, every frame. Absent where the medium has no such setting.
   */
  setProtocol?(protocol: number): void;

  /**
   * Sends one MPDU (header and body, no FCS); `frame` and `options` are copied or used up before the call returns.
   * `done` is called exactly once, never from inside this call, also when the phy is closed. Nobody answering is a
   * result, not an error.
   */
  transmit(frame: Uint8Array, options: TransmitOptions, done: (result: TransmitResult) => void): void;

  /**
   * Calls `done` once `ms` milliseconds have passed on the clock of the medium since it took this station's last frame, after
   * the reports of that time. Absent where the medium's clock is this one: another thread's may have no turn on a busy
   * computer.
   */
  readonly whenElapsed?: ((ms: number, done: () => void) => void) | undefined;

  /** Called synchronously for every frame heard. The frame and its bytes are valid only during the call. */
  onFrame: ((frame: ReceivedFrame) => void) | undefined;

  /** Called with each change of the state. */
  onState: ((state: PhyState) => void) | undefined;

  /**
   * What was left out of what is heard so far, and why: one sentence each, for people. Absent where nothing ever is.
   */
  leftOut?(): readonly string[];

  /**
   * Blocks the thread until something was delivered or the clock reaches `deadlineMs` (Infinity: no deadline). A
   * deadline that is not in the future services the medium once.
   * @throws EspNowError `ENOTSUP` where not `capabilities.blocks`.
   */
  wait(deadlineMs: number): void;
}

/** What a medium can do. */
export interface PhyCapabilities {
  /** Whether `transmit` can tell if a unicast frame was acknowledged. */
  readonly reportsAck: boolean;
  /** Whether the medium repeats unacknowledged frames itself (and sets their Retry bit). */
  readonly retriesInHardware: boolean;
  /** Whether a thread can block until something happens (`wait`). */
  readonly blocks: boolean;
  /** How many addresses a station can answer to. */
  readonly maxAckAddresses: number;
  /** In bytes, without FCS. */
  readonly maxFrameLength: number;
  /** The channels that it can use, from 1 to 14. */
  readonly channels: readonly number[];
  /** Which bit rates it can send; left out: all of `Rate`. */
  readonly rates?: readonly Rate[];
}

/** How to send one frame. */
export interface TransmitOptions {
  /** Bit rate, a value of `Rate`. */
  readonly rate: Rate;
  /** Group-addressed frames are never acknowledged, whatever this says. */
  readonly noAck: boolean;
}

/** The outcome of one frame that was sent. */
export type TransmitResult =
  | {
      /** Its receiver acknowledged it. */
      readonly status: "acked";
      /** Transmissions it took, the first included: 1 or more. */
      readonly attempts: number;
    }
  | {
      /** Nobody acknowledged any of its transmissions. */
      readonly status: "no-ack";
      /** Transmissions that were made, the first included: 1 or more. */
      readonly attempts: number;
    }
  | {
      /** It went out, and nobody was asked to acknowledge it. */
      readonly status: "sent";
    }
  | {
      /** It went out; the medium reports nothing more. */
      readonly status: "unknown";
    }
  | {
      /** It did not go out: the queue is full. Try again later. */
      readonly status: "busy";
    }
  | {
      /** It did not go out, or nobody can say: the medium closed, is down, or refused it. */
      readonly status: "failed";
      /** Why: `ERR_RADIO_CLOSED`, `ERR_RADIO_DOWN`, ... */
      readonly error: EspNowError;
    };

/** One MPDU as it was heard, its FCS checked and removed. Values that the medium does not report are undefined. */
export interface ReceivedFrame {
  /** The 802.11 frame without its FCS. Valid only during the callback. */
  readonly bytes: Uint8Array;
  /** Signal strength in dBm. */
  readonly rssi: number | undefined;
  /** Undefined if the medium does not say. */
  readonly rate: Rate | undefined;
  /** 1 to 14. */
  readonly channel: number;
  /** The end of the frame on the phy's clock, in milliseconds. */
  readonly timeMs: number;
}

/** The state of a medium, as `onState` reports it. */
export type PhyState =
  | {
      /** It can send and hear. */
      readonly state: "up";
    }
  | {
      /** It can neither send nor hear for now. It may be up again later. */
      readonly state: "down";
      /** Why, in one sentence for people. */
      readonly reason: string;
    }
  | {
      /** A capture was played to its end: nothing more will be heard. */
      readonly state: "ended";
    }
  | {
      /** It was closed: the last state. */
      readonly state: "closed";
    };
