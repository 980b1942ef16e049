import { bigEndian, printable, toUtf8, viewOf } from "./bytes.ts";

// Big-endian (docs/transfers.md).
//   0    1              2..3       4...
//   fe   type, version  session
//   START  1: flags 1 | fragment size 2 | total 4 | CRC-32 4 | name length 1 | name
//   DATA   2, and 3 that wants an answer: index 2 | data
//   STATUS 4: state 1 | window 1 | lowest missing 2 | bitmap 0..4
//   ABORT  5: reason 1
const MAGIC = 0xfe;
const VERSION = 1;
const SESSION = 2;
const HEADER_LENGTH = 4;
const START = { FLAGS: 4, FRAGMENT_SIZE: 5, TOTAL: 7, CRC: 11, NAME_LENGTH: 15, NAME: 16 } as const;
const DATA = { INDEX: 4, BYTES: 6 } as const;
const STATUS_LENGTH = 8;
const ABORT_LENGTH = 5;
const TYPE = { START: 1, DATA: 2, DATA_ASKING: 3, STATUS: 4, ABORT: 5 } as const;
const FLAG = { BROADCAST: 1, FILE: 2 } as const;
const MAX_NAME_LENGTH = 64;
const MAX_FRAGMENT_SIZE = 1464;
/** An index has 16 bits. */
const MAX_FRAGMENTS = 0x1_0000;

/** What a receiver answers. */
export const TRANSFER_STATE = {
  GO_ON: 0,
  COMPLETE: 1,
  TOO_LARGE: 2,
  WRONG_CHECKSUM: 3,
  BUSY: 4,
  REFUSED: 6,
} as const;

/** What a transfer begins with. */
export interface TransferStart {
  /** Which message it is. */
  readonly kind: "start";
  /** Chosen by the sender: 1 to 65,535. */
  readonly session: number;
  /** It is for all who hear it: nobody answers. */
  readonly isBroadcast: boolean;
  /** The whole is a file, `name` is what it is called. */
  readonly isFile: boolean;
  /** Of all fragments but the last: 1 to 1464 bytes. */
  readonly fragmentSize: number;
  /** Of the whole, in bytes. */
  readonly total: number;
  /** CRC-32 of the whole, as of zlib. */
  readonly crc: number;
  /** A topic, or the name of a file. At most 64 bytes of UTF-8; may be empty. */
  readonly name: string;
}

/** A fragment of the whole. */
export interface TransferData {
  /** Which message it is. */
  readonly kind: "data";
  /** That of the start. */
  readonly session: number;
  /** Which fragment it is, from 0. */
  readonly index: number;
  /** A view of the message's bytes. */
  readonly data: Uint8Array;
  /** Whether the sender waits for an answer. */
  readonly isAsking: boolean;
}

/** The sender gives up. */
export interface TransferAbort {
  /** Which message it is. */
  readonly kind: "abort";
  /** That of the start. */
  readonly session: number;
}

/** A message that is part of a transfer to the gateway. */
export type TransferMessage = TransferStart | TransferData | TransferAbort;

/** Reads a message of a sender; undefined: it is something else. */
export function readTransfer(bytes: Uint8Array): TransferMessage | undefined {
  const [magic, second = 0] = bytes;
  if (bytes.length <= HEADER_LENGTH || magic !== MAGIC || (second & 0x0f) !== VERSION) return undefined;
  const session = bigEndian(bytes, SESSION, 2);
  if (session === 0) return undefined;
  switch (second >> 4) {
    case TYPE.START:
      return readStart(bytes, session);
    case TYPE.DATA:
    case TYPE.DATA_ASKING: {
      if (bytes.length <= DATA.BYTES) return undefined;
      const isAsking = second >> 4 === TYPE.DATA_ASKING;
      const index = bigEndian(bytes, DATA.INDEX, 2);
      return { kind: "data", session, index, data: bytes.subarray(DATA.BYTES), isAsking };
    }
    case TYPE.ABORT:
      return bytes.length === ABORT_LENGTH ? { kind: "abort", session } : undefined;
    default:
      return undefined;
  }
}

function readStart(bytes: Uint8Array, session: number): TransferStart | undefined {
  if (bytes.length < START.NAME) return undefined;
  const nameLength = bytes[START.NAME_LENGTH] as number;
  const name = printable(bytes.subarray(START.NAME));
  if (name === undefined || nameLength > MAX_NAME_LENGTH || bytes.length !== START.NAME + nameLength) return undefined;
  const flags = bytes[START.FLAGS] as number;
  const fragmentSize = bigEndian(bytes, START.FRAGMENT_SIZE, 2);
  const total = bigEndian(bytes, START.TOTAL, 4);
  if (fragmentSize < 1 || fragmentSize > MAX_FRAGMENT_SIZE || total < 1) return undefined;
  if (Math.ceil(total / fragmentSize) > MAX_FRAGMENTS) return undefined;
  const [isBroadcast, isFile] = [(flags & FLAG.BROADCAST) !== 0, (flags & FLAG.FILE) !== 0];
  return {
    kind: "start",
    session,
    isBroadcast,
    isFile,
    fragmentSize,
    total,
    crc: bigEndian(bytes, START.CRC, 4),
    name,
  };
}

/** What a receiver says of a session. */
export interface TransferStatus {
  readonly session: number;
  /** One of `TRANSFER_STATE`. */
  readonly state: number;
  /** How many fragments it takes before it answers: 1 to 32. */
  readonly window: number;
  /** The index of the first fragment that is not there. */
  readonly lowest: number;
  /** 32 bits: bit i is set if fragment `lowest` + 1 + i is there. */
  readonly bitmap: number;
}

/** The message of a receiver. */
export function encodeStatus({ session, state, window, lowest, bitmap }: TransferStatus): Uint8Array {
  const bytes = new Uint8Array(STATUS_LENGTH + 4);
  const view = viewOf(bytes);
  head(view, TYPE.STATUS, session);
  bytes.set([state, window], HEADER_LENGTH);
  view.setUint16(HEADER_LENGTH + 2, lowest & 0xffff);
  view.setUint32(STATUS_LENGTH, bitmap >>> 0, true);
  const used = Math.ceil((32 - Math.clz32(bitmap)) / 8);
  return bytes.subarray(0, STATUS_LENGTH + used);
}

/** The messages of a sender: the start, and the fragments, each of which asks for an answer if `isAsking` says so of its index. */
export function encodeTransfer(
  whole: Uint8Array,
  { session, fragmentSize, crc, name, isBroadcast, isFile }: Omit<TransferStart, "kind" | "total">,
  isAsking: (index: number) => boolean,
): readonly Uint8Array[] {
  const text = toUtf8(name);
  const start = new Uint8Array(START.NAME + text.length);
  const view = viewOf(start);
  head(view, TYPE.START, session);
  start[START.FLAGS] = (isBroadcast ? FLAG.BROADCAST : 0) | (isFile ? FLAG.FILE : 0);
  view.setUint16(START.FRAGMENT_SIZE, fragmentSize);
  view.setUint32(START.TOTAL, whole.length);
  view.setUint32(START.CRC, crc);
  start[START.NAME_LENGTH] = text.length;
  start.set(text, START.NAME);
  const fragments = Array.from({ length: Math.ceil(whole.length / fragmentSize) }, (_, index) => {
    const data = whole.subarray(index * fragmentSize, (index + 1) * fragmentSize);
    const bytes = new Uint8Array(DATA.BYTES + data.length);
    head(viewOf(bytes), isAsking(index) ? TYPE.DATA_ASKING : TYPE.DATA, session);
    viewOf(bytes).setUint16(DATA.INDEX, index);
    bytes.set(data, DATA.BYTES);
    return bytes;
  });
  return [start, ...fragments];
}

function head(view: DataView, type: number, session: number): void {
  view.setUint8(0, MAGIC);
  view.setUint8(1, (type << 4) | VERSION);
  view.setUint16(SESSION, session);
}
