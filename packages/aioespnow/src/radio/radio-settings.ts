import type { MacAddress } from "../codec/mac-address.ts";
import type { Rate } from "../codec/rate.ts";
import type { PeerTableState } from "./peer-table.ts";
import type { RadioCapabilities } from "./radio.ts";
import type { RadioCounters } from "./radio-counters.ts";
import type { WifiInterfacesState } from "./wifi-interface.ts";

/** The initial settings of a radio. */
export interface RadioBaseOptions {
  /** What the radio can do. */
  readonly capabilities: RadioCapabilities;
  /** The address of the station interface. */
  readonly station: MacAddress;
  /** The address of the access point interface. */
  readonly accessPoint: MacAddress;
  /** The channels that it can use. */
  readonly channels: readonly number[];
  /** The home channel at first. Default 1. */
  readonly channel?: number;
  /** Messages that may wait for their report: one more is `ESP_ERR_ESPNOW_NO_MEM`. */
  readonly txBuffers: number;
}

/** The state of a radio that is not gone, without the messages on their way. */
export interface RadioBaseState {
  readonly peers: PeerTableState;
  readonly counters: Readonly<RadioCounters>;
  readonly interfaces: WifiInterfacesState;
  readonly channel: number;
  readonly rate: Rate;
  readonly txPower: number;
  readonly protocol: number | undefined;
  readonly started: boolean;
}
