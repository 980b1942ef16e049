/**
 * The numbers of pcap, the classic format (draft-ietf-opsawg-pcap). All in the byte order of the magic number.
 *
 *     file     0       4       6       8           12        16         20          24
 *              +-------+-------+-------+-----------+---------+----------+-----------+
 *              | magic | major | minor | time zone | sigfigs | snap len | link type |
 *              +-------+-------+-------+-----------+---------+----------+-----------+
 *     record   0         4          8                 12                16
 *              +---------+----------+-----------------+-----------------+- - - -+
 *              | seconds | fraction | captured length | original length | bytes |
 *              +---------+----------+-----------------+-----------------+- - - -+
 */
export const MAJOR = 4;
export const MINOR = 6;
export const SNAP_LENGTH = 16;
export const LINK_TYPE = 20;
export const FILE_HEADER_LENGTH = 24;

export const FRACTION = 4;
export const CAPTURED_LENGTH = 8;
export const ORIGINAL_LENGTH = 12;
export const RECORD_HEADER_LENGTH = 16;

/** The magic number says in what the fraction of a second is counted. */
export const MAGIC = { MICROSECONDS: 0xa1b2c3d4, NANOSECONDS: 0xa1b23c4d } as const;
export const MAJOR_VERSION = 2;
export const MINOR_VERSION = 4;
