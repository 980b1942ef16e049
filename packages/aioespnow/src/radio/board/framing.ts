import { crc32 } from "../../util/crc32.ts";

/**
 * How frames stand in the stream of bytes between a board and a computer, beside what else a board may say: boot messages,
 * tracebacks, a prompt. A frame is
 *
 *     zero 1 | type 1 | sequence 1 | events 1 | payload 0..1500 | CRC-32 4, little-endian
 *
 * On the way to the board it is in base64 (RFC 4648), between zeros. A board that was reset, or whose agent has left, reads
 * it with its REPL: it finds neither a control character, such as Ctrl-C, nor the end of a line, and so no command.
 *
 * On the way from the board it is stuffed (COBS, Cheshire and Baker 1999), between zeros. Byte stuffing takes the zeros out
 * of what it is given, so that a zero is always the end of something: whatever came before it, the next good frame is read.
 * The first byte is zero before the stuffing and so 01 after it: no text begins so.
 */
/** Length of the checksum in bytes. */
const CRC_LENGTH = 4;
const TYPE = 1;
const SEQUENCE = 2;
const EVENTS = 3;
const PAYLOAD = 4;

/** Bytes that a frame has beside its payload, before byte stuffing. */
const OVERHEAD = PAYLOAD + CRC_LENGTH;
/** Longest payload in bytes: a message of 1490 bytes, the most that any ESP-IDF has sent, and its description. */
export const MAX_PAYLOAD = 1500;
const MAX_RAW = OVERHEAD + MAX_PAYLOAD;
const MAX_ENCODED = 4 * Math.ceil(MAX_RAW / 3);
/** A stuffed block: its length, and at most 254 bytes without a zero. */
const MAX_BLOCK = 0xff;
const MAX_STUFFED = MAX_RAW + Math.ceil(MAX_RAW / (MAX_BLOCK - 1)) + 1;
/** What a stuffed frame begins with. */
const MARK = 0x01;
/** Text is passed on line by line, or when this much has no end of line. */
const MAX_TEXT = 256;
const LINE_FEED = 0x0a;

/** A frame on the line between a board and a computer (docs/board-protocol.md). */
export interface LineFrame {
  /** A value of `RequestType` or `NoticeType`. */
  readonly type: number;
  /** From 0 to 255. */
  readonly sequence: number;
  /** How many events the sender has seen, from 0 to 255. */
  readonly events: number;
  /** Valid only during the call that gives it. */
  readonly payload: Uint8Array;
}

/** A frame to a board, as it is sent on the line. @throws RangeError for a payload that is too long. */
export function encodeRequestFrame(frame: LineFrame): Uint8Array {
  const text = btoa(String.fromCharCode(...rawFrame(frame)));
  return Uint8Array.from(`\0${text}\0`, (character) => character.charCodeAt(0));
}

/** What stands between two zeros on the way to a board. Undefined: no frame, or one with a wrong checksum. */
export function decodeRequestFrame(stretch: Uint8Array): LineFrame | undefined {
  try {
    const text = atob(String.fromCharCode(...stretch.subarray(0, MAX_ENCODED + 1)));
    return decodeRaw(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  } catch {
    return undefined; // it is not base64
  }
}

/** A frame of a board, as it is sent on the line. @throws RangeError for a payload that is too long. */
export function encodeNoticeFrame(frame: LineFrame): Uint8Array {
  return stuff(rawFrame(frame));
}

function rawFrame({ type, sequence, events, payload }: LineFrame): Uint8Array {
  if (payload.length > MAX_PAYLOAD) throw new RangeError(`a payload has at most ${MAX_PAYLOAD} bytes`);
  const raw = new Uint8Array(OVERHEAD + payload.length);
  raw[TYPE] = type;
  raw[SEQUENCE] = sequence;
  raw[EVENTS] = events;
  raw.set(payload, PAYLOAD);
  const end = PAYLOAD + payload.length;
  new DataView(raw.buffer).setUint32(end, crc32(raw, 0, end), true);
  return raw;
}

/** `payload` is a view of `raw`. Undefined: no frame, or one with a wrong checksum. */
function decodeRaw(raw: Uint8Array): LineFrame | undefined {
  if (raw.length < OVERHEAD || raw.length > MAX_RAW) return undefined;
  const end = raw.length - CRC_LENGTH;
  if (new DataView(raw.buffer, raw.byteOffset).getUint32(end, true) !== crc32(raw, 0, end)) return undefined;
  return {
    type: raw[TYPE] as number,
    sequence: raw[SEQUENCE] as number,
    events: raw[EVENTS] as number,
    payload: raw.subarray(PAYLOAD, end),
  };
}

/** The stuffed bytes between their zeros. */
function stuff(raw: Uint8Array): Uint8Array {
  const line = new Uint8Array(raw.length + Math.ceil(raw.length / (MAX_BLOCK - 1)) + 3);
  let block = 1;
  let at = 2;
  for (const byte of raw) {
    if (byte !== 0) line[at++] = byte;
    if (byte !== 0 && at - block < MAX_BLOCK) continue;
    line[block] = at - block;
    block = at++;
  }
  line[block] = at - block;
  return line.subarray(0, at + 1);
}

/** Takes the stuffing out of `bytes[0..length)`, in place. Returns the length that is left; undefined: it was none. */
function unstuff(bytes: Uint8Array, length: number): number | undefined {
  let from = 0;
  let to = 0;
  while (from < length) {
    const block = bytes[from] as number;
    const end = from + block;
    if (end > length) return undefined;
    bytes.copyWithin(to, from + 1, end);
    to += block - 1;
    if (block < MAX_BLOCK && end < length) bytes[to++] = 0;
    from = end;
  }
  return to;
}

/** What came over a line and was no frame. */
export interface FramingCounters {
  /** Stretches between zeros that are neither a frame with a right checksum nor text. */
  malformed: number;
  /** Frames without an end in sight. */
  tooLong: number;
}

/** Reads the frames of a board out of a stream, in whatever pieces it comes, and hands on the text that stands between them. */
export class LineReader {
  /** Frames that were not understood. */
  readonly counters: FramingCounters = { malformed: 0, tooLong: 0 };
  readonly #onFrame: (frame: LineFrame) => void;
  readonly #onText: (text: string) => void;
  readonly #stretch = new Uint8Array(MAX_STUFFED);
  #length = 0;

  /** `onText`: a line, or what there is of it when a frame begins. */
  constructor(onFrame: (frame: LineFrame) => void, onText: (text: string) => void) {
    this.#onFrame = onFrame;
    this.#onText = onText;
  }

  /** Reads the next bytes of the line; calls back for each frame and each piece of text that they complete. */
  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === 0) {
        this.#endStretch();
        continue;
      }
      if (this.#length < MAX_STUFFED) this.#stretch[this.#length] = byte;
      if (this.#length <= MAX_STUFFED) this.#length++;
      if (this.#isText && (byte === LINE_FEED || this.#length === MAX_TEXT)) this.#endStretch();
    }
  }

  get #isText(): boolean {
    return this.#stretch[0] !== MARK;
  }

  #endStretch(): void {
    const length = this.#length;
    this.#length = 0;
    if (length === 0) return;
    if (this.#isText) this.#readText(this.#stretch.subarray(0, length));
    else if (length > MAX_STUFFED) this.counters.tooLong++;
    else if (!this.#readFrame(length)) this.counters.malformed++;
  }

  #readFrame(stuffed: number): boolean {
    const length = unstuff(this.#stretch, stuffed);
    const frame = length === undefined ? undefined : decodeRaw(this.#stretch.subarray(0, length));
    if (frame !== undefined) this.#onFrame(frame);
    return frame !== undefined;
  }

  #readText(bytes: Uint8Array): void {
    if (isReadable(bytes)) this.#onText(new TextDecoder().decode(bytes));
    else this.counters.malformed++;
  }
}

/** Whether a stretch is text: no control characters but those of lines, and of MicroPython's raw REPL (Ctrl-D). */
function isReadable(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d || byte === 0x04);
}
