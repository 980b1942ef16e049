import { MAX_CAPTURED_LENGTH } from "./captured-packet.ts";
import {
  CAPTURED_LENGTH,
  FILE_HEADER_LENGTH,
  FRACTION,
  LINK_TYPE,
  MAJOR,
  MAJOR_VERSION,
  ORIGINAL_LENGTH,
  RECORD_HEADER_LENGTH,
} from "./pcap-format.ts";
import { bytesOf, type DecodeStep, incomplete, malformed, type RecordDecoder } from "./record-decoder.ts";

/** Above it stand the length of the FCS and reserved bits. */
const LINK_TYPE_MASK = 0xffff;

/** Decodes a pcap file, its header first. */
export class PcapDecoder implements RecordDecoder {
  readonly #littleEndian: boolean;
  readonly #nanosecondsPerUnit: number;
  #linkType: number | undefined;

  constructor(littleEndian: boolean, nanosecondsPerUnit: number) {
    this.#littleEndian = littleEndian;
    this.#nanosecondsPerUnit = nanosecondsPerUnit;
  }

  decode(view: DataView, start: number, end: number): DecodeStep {
    return this.#linkType === undefined
      ? this.#decodeHeader(view, start, end)
      : this.#decodeRecord(this.#linkType, view, start, end);
  }

  #decodeHeader(view: DataView, start: number, end: number): DecodeStep {
    if (end - start < FILE_HEADER_LENGTH) return incomplete(end - start, FILE_HEADER_LENGTH, "the file header");
    const major = view.getUint16(start + MAJOR, this.#littleEndian);
    if (major !== MAJOR_VERSION) return malformed(`pcap version ${major} is not known`);
    this.#linkType = view.getUint32(start + LINK_TYPE, this.#littleEndian) & LINK_TYPE_MASK;
    return { kind: "other", next: start + FILE_HEADER_LENGTH };
  }

  #decodeRecord(linkType: number, view: DataView, start: number, end: number): DecodeStep {
    const have = end - start;
    if (have < RECORD_HEADER_LENGTH) return incomplete(have, RECORD_HEADER_LENGTH, "a record header");
    const length = view.getUint32(start + CAPTURED_LENGTH, this.#littleEndian);
    if (length > MAX_CAPTURED_LENGTH) return malformed(`a packet of ${length} bytes is longer than captures have`);
    const need = RECORD_HEADER_LENGTH + length;
    if (have < need) return incomplete(have, need, "a record");
    const fraction = view.getUint32(start + FRACTION, this.#littleEndian) * this.#nanosecondsPerUnit;
    const packet = {
      linkType,
      time: {
        seconds: view.getUint32(start, this.#littleEndian) + Math.floor(fraction / 1e9),
        nanoseconds: fraction % 1e9,
      },
      bytes: bytesOf(view, start + RECORD_HEADER_LENGTH, length),
      originalLength: view.getUint32(start + ORIGINAL_LENGTH, this.#littleEndian),
      interfaceId: 0,
      direction: undefined,
      comments: [],
    };
    return { kind: "packet", packet, next: start + need };
  }
}
