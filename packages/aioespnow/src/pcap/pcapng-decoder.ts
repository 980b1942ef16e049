import type { CapturedPacket, CaptureTime, PacketDirection } from "./captured-packet.ts";
import {
  BLOCK_TYPE,
  BYTE_ORDER_MAGIC,
  DIRECTION,
  INTERFACE,
  MAJOR_VERSION,
  MIN_BLOCK_LENGTH,
  OPTION,
  OPTION_HEADER_LENGTH,
  PACKET,
  padded,
  SECTION,
  SIMPLE_PACKET,
  TOTAL_LENGTH,
} from "./pcapng-format.ts";
import { bytesOf, type DecodeStep, incomplete, malformed, type RecordDecoder } from "./record-decoder.ts";

/** Wireshark's limit too: a longer block is a broken one. */
const MAX_BLOCK_LENGTH = 16 * 1024 * 1024;

/** What an interface description block says. */
interface CaptureInterface {
  readonly linkType: number;
  /** 0: no limit. */
  readonly snapLength: number;
  readonly unitsPerSecond: bigint;
  readonly offsetSeconds: number;
}

/** Where a block stands: `end` is the offset of its second total length. */
interface Block {
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

const text = new TextDecoder();

/** Decodes a pcapng file: any number of sections, each in its own byte order with its own interfaces. */
export class PcapngDecoder implements RecordDecoder {
  #littleEndian = true;
  #interfaces: CaptureInterface[] = [];

  decode(view: DataView, start: number, end: number): DecodeStep {
    const have = end - start;
    if (have < MIN_BLOCK_LENGTH) return incomplete(have, MIN_BLOCK_LENGTH, "a block");
    const isSection = view.getUint32(start) === BLOCK_TYPE.SECTION_HEADER;
    if (isSection && !this.#setByteOrder(view, start)) return malformed("a section header without a byte-order magic");
    const length = view.getUint32(start + TOTAL_LENGTH, this.#littleEndian);
    if (length < MIN_BLOCK_LENGTH || length > MAX_BLOCK_LENGTH || length % 4 !== 0) {
      return malformed(`a block cannot be ${length} bytes long`);
    }
    if (have < length) return incomplete(have, length, "a block");
    const blockEnd = start + length - 4;
    const lengthAgain = view.getUint32(blockEnd, this.#littleEndian);
    if (lengthAgain !== length) return malformed(`a block says ${length} bytes before and ${lengthAgain} behind it`);
    const block = { view, start, end: blockEnd };
    const result = isSection ? this.#beginSection(block) : this.#decodeBlock(block);
    if (typeof result === "string") return malformed(result);
    const next = start + length;
    return result === undefined ? { kind: "other", next } : { kind: "packet", packet: result, next };
  }

  /** A section header's type reads the same in both byte orders; its magic tells which one holds. */
  #setByteOrder(view: DataView, start: number): boolean {
    this.#littleEndian = view.getUint32(start + SECTION.MAGIC, true) === BYTE_ORDER_MAGIC;
    return this.#littleEndian || view.getUint32(start + SECTION.MAGIC) === BYTE_ORDER_MAGIC;
  }

  #beginSection({ view, start, end }: Block): string | undefined {
    if (start + SECTION.OPTIONS > end) return "a section header is too short";
    const major = view.getUint16(start + SECTION.MAJOR, this.#littleEndian);
    if (major !== MAJOR_VERSION) return `pcapng version ${major} is not known`;
    this.#interfaces = [];
    return undefined;
  }

  /** A packet, undefined for a block that has none, or what is wrong with it. */
  #decodeBlock(block: Block): CapturedPacket | string | undefined {
    switch (block.view.getUint32(block.start, this.#littleEndian)) {
      case BLOCK_TYPE.INTERFACE_DESCRIPTION:
        return this.#addInterface(block);
      case BLOCK_TYPE.ENHANCED_PACKET:
        return this.#decodePacket(block, block.view.getUint32(block.start + PACKET.INTERFACE, this.#littleEndian));
      case BLOCK_TYPE.PACKET:
        return this.#decodePacket(block, block.view.getUint16(block.start + PACKET.INTERFACE, this.#littleEndian));
      case BLOCK_TYPE.SIMPLE_PACKET:
        return this.#decodeSimplePacket(block);
      default:
        return undefined; // readers skip what they do not know (draft-ietf-opsawg-pcapng, 3.1)
    }
  }

  #addInterface(block: Block): string | undefined {
    const { view, start, end } = block;
    if (start + INTERFACE.OPTIONS > end) return "an interface description is too short";
    let unitsPerSecond = 1_000_000n;
    let offsetSeconds = 0;
    const fits = this.#readOptions(block, start + INTERFACE.OPTIONS, (code, at, length) => {
      if (code === OPTION.IF_TSRESOL && length >= 1) unitsPerSecond = resolution(view.getUint8(at));
      if (code === OPTION.IF_TSOFFSET && length >= 8) {
        offsetSeconds = Number(view.getBigInt64(at, this.#littleEndian));
      }
    });
    if (!fits) return "an option of an interface runs past its block";
    this.#interfaces.push({
      linkType: view.getUint16(start + INTERFACE.LINK_TYPE, this.#littleEndian),
      snapLength: view.getUint32(start + INTERFACE.SNAP_LENGTH, this.#littleEndian),
      unitsPerSecond,
      offsetSeconds,
    });
    return undefined;
  }

  #decodePacket(block: Block, interfaceId: number): CapturedPacket | string {
    const { view, start, end } = block;
    if (start + PACKET.DATA > end) return "a packet block is too short";
    const captureInterface = this.#interfaces[interfaceId];
    if (captureInterface === undefined) return `a packet of interface ${interfaceId}, which was not described`;
    const length = view.getUint32(start + PACKET.CAPTURED_LENGTH, this.#littleEndian);
    const options = start + PACKET.DATA + padded(length);
    if (length > end - start || options > end) return `a packet of ${length} bytes runs past its block`;
    const comments: string[] = [];
    let direction: PacketDirection | undefined;
    const fits = this.#readOptions(block, options, (code, at, size) => {
      if (code === OPTION.COMMENT) comments.push(text.decode(bytesOf(view, at, size)));
      if (code === OPTION.EPB_FLAGS && size >= 4) direction = directionOf(view.getUint32(at, this.#littleEndian));
    });
    if (!fits) return "an option of a packet runs past its block";
    return {
      linkType: captureInterface.linkType,
      time: timeOf(
        captureInterface,
        view.getUint32(start + PACKET.TIME_HIGH, this.#littleEndian),
        view.getUint32(start + PACKET.TIME_LOW, this.#littleEndian),
      ),
      bytes: bytesOf(view, start + PACKET.DATA, length),
      originalLength: view.getUint32(start + PACKET.ORIGINAL_LENGTH, this.#littleEndian),
      interfaceId,
      direction,
      comments,
    };
  }

  /** A packet without a time, on the first interface; its captured length follows from the snap length. */
  #decodeSimplePacket({ view, start, end }: Block): CapturedPacket | string {
    if (start + SIMPLE_PACKET.DATA > end) return "a simple packet block is too short";
    const captureInterface = this.#interfaces[0];
    if (captureInterface === undefined) return "a simple packet before an interface was described";
    const originalLength = view.getUint32(start + SIMPLE_PACKET.ORIGINAL_LENGTH, this.#littleEndian);
    const { linkType, snapLength } = captureInterface;
    const length = snapLength === 0 ? originalLength : Math.min(originalLength, snapLength);
    if (length > end - start - SIMPLE_PACKET.DATA) return `a packet of ${length} bytes runs past its block`;
    const bytes = bytesOf(view, start + SIMPLE_PACKET.DATA, length);
    return { linkType, time: undefined, bytes, originalLength, interfaceId: 0, direction: undefined, comments: [] };
  }

  /** Calls `visit` for each option from `start` to the block's end. False if one does not fit. */
  #readOptions(block: Block, start: number, visit: (code: number, at: number, length: number) => void): boolean {
    let at = start;
    while (at + OPTION_HEADER_LENGTH <= block.end) {
      const code = block.view.getUint16(at, this.#littleEndian);
      const length = block.view.getUint16(at + 2, this.#littleEndian);
      if (code === OPTION.END) return true;
      at += OPTION_HEADER_LENGTH;
      if (at + length > block.end) return false;
      visit(code, at, length);
      at += padded(length);
    }
    return true;
  }
}

/** if_tsresol: a negative power of 10, or with the high bit set of 2. */
function resolution(value: number): bigint {
  return value < 0x80 ? 10n ** BigInt(value) : 2n ** BigInt(value - 0x80);
}

function timeOf({ unitsPerSecond, offsetSeconds }: CaptureInterface, high: number, low: number): CaptureTime {
  const units = (BigInt(high) << 32n) | BigInt(low);
  return {
    seconds: Number(units / unitsPerSecond) + offsetSeconds,
    nanoseconds: Number(((units % unitsPerSecond) * 1_000_000_000n) / unitsPerSecond),
  };
}

function directionOf(flags: number): PacketDirection | undefined {
  if ((flags & DIRECTION.MASK) === DIRECTION.INBOUND) return "inbound";
  return (flags & DIRECTION.MASK) === DIRECTION.OUTBOUND ? "outbound" : undefined;
}
