import type { MacAddress } from "../../codec/mac-address.ts";
import type { Rate } from "../../codec/rate.ts";
import type { ReceivedFrame } from "../phy.ts";
import type { ProfileName } from "../sim/profile.ts";

/** What can become of a frame, by the number in its report. */
export const STATUSES = ["acked", "no-ack", "sent", "unknown", "busy", "failed"] as const;

/** The results of `Phy.transmit`; the reason of a failure stays at the host. */
type ReportStatus = (typeof STATUSES)[number];

/** From a member to the host. `station` is the member's own number of one of its stations. */
export type Request =
  | { readonly type: "hello"; readonly version: number }
  | { readonly type: "open"; readonly station: number; readonly profile: ProfileName; readonly promiscuous: boolean }
  | { readonly type: "close"; readonly station: number }
  | { readonly type: "channel"; readonly station: number; readonly channel: number }
  | { readonly type: "addresses"; readonly station: number; readonly addresses: readonly MacAddress[] }
  | { readonly type: "power"; readonly station: number; readonly dBm: number }
  | { readonly type: "protocol"; readonly station: number; readonly protocol: number }
  | Elapse
  | Transmit;

/** Asks for `elapsed` once so much time has passed on the host's clock since it took the station's last frame. */
export interface Elapse {
  readonly type: "elapse";
  readonly station: number;
  /** Names it in the answer. */
  readonly id: number;
  /** Milliseconds: a whole number to 65535. */
  readonly ms: number;
}

export interface Transmit {
  readonly type: "transmit";
  readonly station: number;
  /** Names the frame in its report. */
  readonly id: number;
  readonly rate: Rate;
  readonly noAck: boolean;
  readonly frame: Uint8Array;
}

/** From the host to a member. */
export type Notice =
  | { readonly type: "welcome"; readonly version: number }
  /** There will be nothing more for this member, and why. */
  | { readonly type: "refusal"; readonly reason: string }
  /** The host has nothing to say, and is there. */
  | { readonly type: "alive" }
  /** `frame.timeMs` is in milliseconds that all processes of the machine share. */
  | { readonly type: "heard"; readonly station: number; readonly frame: ReceivedFrame }
  | { readonly type: "elapsed"; readonly station: number; readonly id: number }
  | Report;

export interface Report {
  readonly type: "report";
  readonly station: number;
  readonly id: number;
  readonly status: ReportStatus;
  readonly attempts: number;
}
