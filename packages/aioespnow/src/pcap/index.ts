// pcap: Captures, read and written packet by packet. A file that is cut short or broken is read up to there, and
// says where and why. It does not know what is in a packet, except to find where a frame begins.

/**
 * Captures: pcap and pcapng files read and written, packet by packet. Works in browsers too.
 *
 * @module aioespnow/pcap
 */

export type { PpiReason } from "../codec/ppi.ts";
export type { PrismReason } from "../codec/prism.ts";
export type { CaptureCounters } from "./capture-counters.ts";
export { type CaptureEnding, CaptureReader, readCapture } from "./capture-reader.ts";
export {
  type ByteSink,
  type CapturedPacket,
  type CaptureTime,
  captureTime,
  elapsedMs,
  LinkType,
  linkTypeName,
  type PacketDirection,
  type PacketToWrite,
} from "./captured-packet.ts";
export { type FoundFrame, FrameFinder, type NoFrameReason } from "./frame-finder.ts";
export { PcapWriter } from "./pcap-writer.ts";
export { type InterfaceToWrite, type PcapngPacketToWrite, PcapngWriter } from "./pcapng-writer.ts";
