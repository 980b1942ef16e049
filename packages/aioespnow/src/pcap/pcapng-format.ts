/**
 * The numbers of pcapng (draft-ietf-opsawg-pcapng). All in the byte order of the section they stand in.
 *
 *     block    0      4              8             length - 4     length
 *              +------+--------------+- - - - - - -+--------------+
 *              | type | total length | body        | total length |
 *              +------+--------------+- - - - - - -+--------------+
 *     option   0      2        4
 *              +------+--------+- - - -+
 *              | code | length | value | padded to a multiple of 4
 *              +------+--------+- - - -+
 */
export const BLOCK_TYPE = {
  SECTION_HEADER: 0x0a0d0d0a,
  INTERFACE_DESCRIPTION: 1,
  /** Obsolete, and still found. */
  PACKET: 2,
  SIMPLE_PACKET: 3,
  ENHANCED_PACKET: 6,
} as const;

export const TOTAL_LENGTH = 4;
/** Type and both total lengths: a block without a body. */
export const MIN_BLOCK_LENGTH = 12;

/** Section header block: byte-order magic, version, section length (-1: not known). Offsets count from the block's type. */
export const SECTION = { MAGIC: 8, MAJOR: 12, MINOR: 14, LENGTH: 16, OPTIONS: 24 } as const;
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
export const MAJOR_VERSION = 1;

/** Interface description block. */
export const INTERFACE = { LINK_TYPE: 8, SNAP_LENGTH: 12, OPTIONS: 16 } as const;

/** Enhanced packet block; the obsolete packet block has 16 bits of interface, then 16 of a drop count. */
export const PACKET = {
  INTERFACE: 8,
  TIME_HIGH: 12,
  TIME_LOW: 16,
  CAPTURED_LENGTH: 20,
  ORIGINAL_LENGTH: 24,
  DATA: 28,
} as const;

/** Simple packet block. */
export const SIMPLE_PACKET = { ORIGINAL_LENGTH: 8, DATA: 12 } as const;

export const OPTION_HEADER_LENGTH = 4;

/** The codes have other meanings in other blocks. */
export const OPTION = {
  END: 0,
  COMMENT: 1,
  SHB_USERAPPL: 4,
  IF_NAME: 2,
  IF_TSRESOL: 9,
  IF_TSOFFSET: 14,
  EPB_FLAGS: 2,
} as const;

/** The low two bits of epb_flags. */
export const DIRECTION = { MASK: 3, INBOUND: 1, OUTBOUND: 2 } as const;

/** `length` with its padding. */
export function padded(length: number): number {
  return (length + 3) & -4;
}
