import type { MacAddress } from "../../codec/mac-address.ts";
import type { Transmission } from "./flights.ts";

/** What `Air.observe` reports. It and all bytes in it are valid only during the call. */
export type AirEvent =
  | {
      /** A frame begins, or an ACK. */
      readonly kind: "transmission";
      /** The frame, its sender, and its times. */
      readonly transmission: Transmission;
    }
  | {
      /** A station was switched on, off, or answers to other addresses than before. */
      readonly kind: "station";
      /** The station, and its addresses now. */
      readonly station: StationChange;
    };

/** The addresses that a station of an air answers to from now on. */
export interface StationChange {
  /** Its number, as in `Transmission.station`. */
  readonly station: number;
  /** None: it is off, or closed. */
  readonly addresses: readonly MacAddress[];
}
