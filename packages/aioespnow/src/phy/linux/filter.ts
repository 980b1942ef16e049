/**
 * The classic BPF program that lets only what may be ESP-NOW come up from the kernel: action frames of category 127 or 126
 * with Espressif's OUI, and encrypted action frames. The kernel's echo of a sent frame passes as the frame itself does.
 *
 *     0         2        4            length         length + 1   length + 24
 *     +---------+--------+- - - - - -+--------------+------------+- - - -+----------+----------+
 *     | version | length | radiotap  | type         | flags      | ...   | category | 18 fe 34 |
 *     |         | LE     |           | d0: action   | 40: prot.  |       | 7f or 7e |          |
 *     +---------+--------+- - - - - -+--------------+------------+- - - -+----------+----------+
 *
 * A load beyond the frame ends the program with "drop". Opcodes: <linux/bpf_common.h>, <linux/filter.h>.
 */
export interface BpfInstruction {
  readonly code: number;
  /** How many instructions to skip if the condition is true, and if not. */
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

const LOAD_BYTE = 0x30; // A = frame[k]
const LOAD_BYTE_X = 0x50; // A = frame[X + k]
const LOAD_WORD_X = 0x40; // A = frame[X + k], 4 bytes, most significant first
const SHIFT_LEFT = 0x64; // A <<= k
const OR_X = 0x4c; // A |= X
const TO_X = 0x07; // X = A
const IF_EQUAL = 0x15; // A == k
const IF_SET = 0x45; // (A & k) != 0
const RETURN = 0x06; // how many bytes to keep; 0: drop the frame

const op = (code: number, k = 0, jt = 0, jf = 0): BpfInstruction => ({ code, jt, jf, k });

/** More than any frame is long. */
const WHOLE = 0x0004_0000;

export const ESPNOW_FILTER: readonly BpfInstruction[] = [
  op(LOAD_BYTE, 3), //                     0  X = the radiotap header's length
  op(SHIFT_LEFT, 8), //                    1
  op(TO_X), //                             2
  op(LOAD_BYTE, 2), //                     3
  op(OR_X), //                             4
  op(TO_X), //                             5
  op(LOAD_BYTE_X, 0), //                   6  an action frame?
  op(IF_EQUAL, 0xd0, 0, 6), //             7  else drop
  op(LOAD_BYTE_X, 1), //                   8  encrypted?
  op(IF_SET, 0x40, 3, 0), //               9  then keep
  op(LOAD_WORD_X, 24), //                 10  vendor specific, Espressif?
  op(IF_EQUAL, 0x7f18fe34, 1, 0), //      11  then keep
  op(IF_EQUAL, 0x7e18fe34, 0, 1), //      12  protected vendor specific (IEEE 802.11-2020, 9.6.1), else drop
  op(RETURN, WHOLE), //                   13
  op(RETURN, 0), //                       14
];

/** Bytes of one instruction: a sock_filter of <linux/filter.h>. */
const INSTRUCTION_LENGTH = 8;

/** The program as the kernel reads it, in this computer's byte order. */
export function encodeFilter(program: readonly BpfInstruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * INSTRUCTION_LENGTH);
  program.forEach(({ code, jt, jf, k }, i) => {
    const instruction = bytes.subarray(i * INSTRUCTION_LENGTH);
    instruction.set(new Uint8Array(Uint16Array.of(code).buffer), 0);
    instruction[2] = jt;
    instruction[3] = jf;
    instruction.set(new Uint8Array(Uint32Array.of(k).buffer), 4);
  });
  return bytes;
}
