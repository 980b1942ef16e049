import { Rate, rateInfo } from "../../codec/rate.ts";
import type { PhyCapabilities } from "../phy.ts";
import { MONITOR_MTU } from "./monitor-interface.ts";

/** Radiotap, and so a Wi-Fi card, knows no long range rates. */
const RATES: readonly Rate[] = Object.values(Rate).filter((rate) => rateInfo(rate)?.modulation !== "lr");

/** What an interface takes that was set up: its MTU and 14 bytes. */
const SETUP_PACKET_LENGTH = MONITOR_MTU + 14;
/** Of the longest injection header, with an MCS field. */
const INJECTION_HEADER_LENGTH = 15;

/** What a monitor interface can do on these channels, if it takes packets of that length. */
export function capabilities(channels: readonly number[], maxPacketLength: number): PhyCapabilities {
  return {
    reportsAck: true,
    retriesInHardware: true,
    blocks: true,
    maxAckAddresses: 1,
    maxFrameLength: Math.min(maxPacketLength, SETUP_PACKET_LENGTH) - INJECTION_HEADER_LENGTH,
    channels,
    rates: RATES,
  };
}
