import {
  type ByteSink,
  checkPacket,
  MAX_CAPTURED_LENGTH,
  type PacketDirection,
  type PacketToWrite,
} from "./captured-packet.ts";
import {
  BLOCK_TYPE,
  BYTE_ORDER_MAGIC,
  DIRECTION,
  INTERFACE,
  MAJOR_VERSION,
  OPTION,
  OPTION_HEADER_LENGTH,
  PACKET,
  padded,
  SECTION,
  TOTAL_LENGTH,
} from "./pcapng-format.ts";

/** if_tsresol: times are counted in 10^-9 seconds. */
const NANOSECONDS = 9;
const MAX_OPTION_LENGTH = 0xffff;

/** An interface of a pcapng file: what its packets are. */
export interface InterfaceToWrite {
  /** A number of `LinkType`. */
  readonly linkType: number;
  /** Shown by Wireshark. */
  readonly name?: string;
}

/** What a pcapng file can say of a packet. */
export interface PcapngPacketToWrite extends PacketToWrite {
  /** As `addInterface` returned it; 0 if left out. */
  readonly interfaceId?: number;
  /** Left out: not known. */
  readonly direction?: PacketDirection | undefined;
  /** Any number of texts, which Wireshark shows. */
  readonly comments?: readonly string[];
}

interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

const utf8 = new TextEncoder();

/** Writes a pcapng file of one section: little-endian, with nanoseconds. */
export class PcapngWriter {
  readonly #sink: ByteSink;
  #interfaces = 0;

  /** Writes the section header. `application` is noted as the file's author. */
  constructor(sink: ByteSink, application = "aioespnow") {
    this.#sink = sink;
    const options = [textOption(OPTION.SHB_USERAPPL, application, "application")];
    const block = newBlock(BLOCK_TYPE.SECTION_HEADER, SECTION.OPTIONS, options);
    block.setUint32(SECTION.MAGIC, BYTE_ORDER_MAGIC, true);
    block.setUint16(SECTION.MAJOR, MAJOR_VERSION, true);
    block.setBigInt64(SECTION.LENGTH, -1n, true);
    this.#put(block);
  }

  /** Writes an interface description. Returns the number by which packets name it: 0, 1, 2, ... */
  addInterface({ linkType, name }: InterfaceToWrite): number {
    const options: Option[] = [{ code: OPTION.IF_TSRESOL, value: Uint8Array.of(NANOSECONDS) }];
    if (name !== undefined) options.unshift(textOption(OPTION.IF_NAME, name, "name"));
    const block = newBlock(BLOCK_TYPE.INTERFACE_DESCRIPTION, INTERFACE.OPTIONS, options);
    block.setUint16(INTERFACE.LINK_TYPE, linkType, true);
    block.setUint32(INTERFACE.SNAP_LENGTH, MAX_CAPTURED_LENGTH, true);
    this.#put(block);
    return this.#interfaces++;
  }

  /** @throws RangeError for an interface that was not added, or a time, length or comment that does not fit. */
  write(packet: PcapngPacketToWrite): void {
    checkPacket(packet);
    const { time, bytes, originalLength = bytes.length, interfaceId = 0, direction, comments = [] } = packet;
    if (!(interfaceId < this.#interfaces)) throw new RangeError(`interface ${interfaceId} was not added`);
    const options = comments.map((comment) => textOption(OPTION.COMMENT, comment, "a comment"));
    if (direction !== undefined) options.push({ code: OPTION.EPB_FLAGS, value: directionFlags(direction) });
    const block = newBlock(BLOCK_TYPE.ENHANCED_PACKET, PACKET.DATA + padded(bytes.length), options);
    const nanoseconds = BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanoseconds);
    block.setUint32(PACKET.INTERFACE, interfaceId, true);
    block.setUint32(PACKET.TIME_HIGH, Number(nanoseconds >> 32n), true);
    block.setUint32(PACKET.TIME_LOW, Number(nanoseconds & 0xffff_ffffn), true);
    block.setUint32(PACKET.CAPTURED_LENGTH, bytes.length, true);
    block.setUint32(PACKET.ORIGINAL_LENGTH, originalLength, true);
    new Uint8Array(block.buffer).set(bytes, PACKET.DATA);
    this.#put(block);
  }

  #put(block: DataView): void {
    this.#sink(new Uint8Array(block.buffer));
  }
}

/** A block with its type, both lengths and its options, which begin at `optionsAt`; the rest is zeros. */
function newBlock(type: number, optionsAt: number, options: readonly Option[]): DataView<ArrayBuffer> {
  let end = optionsAt;
  for (const { value } of options) end += OPTION_HEADER_LENGTH + padded(value.length);
  if (options.length > 0) end += OPTION_HEADER_LENGTH; // opt_endofopt: all zeros
  const length = end + 4;
  const block = new DataView(new ArrayBuffer(length));
  block.setUint32(0, type, true);
  block.setUint32(TOTAL_LENGTH, length, true);
  block.setUint32(end, length, true);
  let at = optionsAt;
  for (const { code, value } of options) {
    block.setUint16(at, code, true);
    block.setUint16(at + 2, value.length, true);
    new Uint8Array(block.buffer).set(value, at + OPTION_HEADER_LENGTH);
    at += OPTION_HEADER_LENGTH + padded(value.length);
  }
  return block;
}

function textOption(code: number, text: string, name: string): Option {
  const value = utf8.encode(text);
  if (value.length > MAX_OPTION_LENGTH) {
    throw new RangeError(`${name} must have at most ${MAX_OPTION_LENGTH} bytes of UTF-8, not ${value.length}`);
  }
  return { code, value };
}

/** epb_flags: 32 bits, little-endian. */
function directionFlags(direction: PacketDirection): Uint8Array {
  return Uint8Array.of(direction === "inbound" ? DIRECTION.INBOUND : DIRECTION.OUTBOUND, 0, 0, 0);
}
