import type { MacAddress } from "../codec/mac-address.ts";
import type { Rate } from "../codec/rate.ts";

/** A received message, with everything that the radio knows about its reception. Unknown values are undefined. */
export interface MessageInfo {
  /** Who sent it. */
  readonly source: MacAddress;
  /** One of the station's own addresses, or a group's. Undefined if the radio does not report it (`frameDetails: false`). */
  readonly destination: MacAddress | undefined;
  /** At least one byte. */
  readonly data: Uint8Array;
  /** Signal strength in dBm. */
  readonly rssi: number | undefined;
  /** 1..14: the channel on which it was heard. */
  readonly channel: number;
  /** Bit rate, a value of `Rate`. */
  readonly rate: Rate | undefined;
  /** When its last bit was heard, in milliseconds on the radio's clock. */
  readonly timeMs: number;
  /** If `frameDetails` is false: whether the sender is an encrypted peer. */
  readonly encrypted: boolean;
  /**
   * An encrypted message whose packet number is not new: a replay, or a device that has booted again (peers with
   * `replay: "device"`).
   */
  readonly replayed: boolean;
}

/** A `MessageInfo` without the bytes, to be filled again and again. */
export type MessageHeader = { -readonly [K in keyof Omit<MessageInfo, "data">]: MessageInfo[K] };

/** A header to be filled. */
export function emptyHeader(): MessageHeader {
  const nobody = "00:00:00:00:00:00" as MacAddress;
  return {
    source: nobody,
    destination: nobody,
    rssi: 0,
    channel: 0,
    rate: 0,
    timeMs: 0,
    encrypted: false,
    replayed: false,
  };
}

/** Makes `to` a copy of `from`. */
export function copyHeader(from: Readonly<MessageHeader>, to: MessageHeader): void {
  to.source = from.source;
  to.destination = from.destination;
  to.rssi = from.rssi;
  to.channel = from.channel;
  to.rate = from.rate;
  to.timeMs = from.timeMs;
  to.encrypted = from.encrypted;
  to.replayed = from.replayed;
}
