import { type ByteSink, checkPacket, MAX_CAPTURED_LENGTH, type PacketToWrite } from "./captured-packet.ts";
import {
  CAPTURED_LENGTH,
  FILE_HEADER_LENGTH,
  FRACTION,
  LINK_TYPE,
  MAGIC,
  MAJOR,
  MAJOR_VERSION,
  MINOR,
  MINOR_VERSION,
  ORIGINAL_LENGTH,
  RECORD_HEADER_LENGTH,
  SNAP_LENGTH,
} from "./pcap-format.ts";

/**
 * Writes a pcap file as every program reads it: little-endian, with microseconds. What is finer than that is cut off;
 * `PcapngWriter` keeps it.
 */
export class PcapWriter {
  readonly #sink: ByteSink;

  /** Writes the file header. `linkType` is a number of `LinkType`. */
  constructor(sink: ByteSink, linkType: number) {
    this.#sink = sink;
    const header = new DataView(new ArrayBuffer(FILE_HEADER_LENGTH));
    header.setUint32(0, MAGIC.MICROSECONDS, true);
    header.setUint16(MAJOR, MAJOR_VERSION, true);
    header.setUint16(MINOR, MINOR_VERSION, true);
    header.setUint32(SNAP_LENGTH, MAX_CAPTURED_LENGTH, true);
    header.setUint32(LINK_TYPE, linkType, true);
    sink(new Uint8Array(header.buffer));
  }

  /** @throws RangeError for a time or a length that a pcap file cannot hold. */
  write(packet: PacketToWrite): void {
    checkPacket(packet);
    const { time, bytes, originalLength = bytes.length } = packet;
    const record = new Uint8Array(RECORD_HEADER_LENGTH + bytes.length);
    const view = new DataView(record.buffer);
    view.setUint32(0, time.seconds, true);
    view.setUint32(FRACTION, Math.floor(time.nanoseconds / 1000), true);
    view.setUint32(CAPTURED_LENGTH, bytes.length, true);
    view.setUint32(ORIGINAL_LENGTH, originalLength, true);
    record.set(bytes, RECORD_HEADER_LENGTH);
    this.#sink(record);
  }
}
