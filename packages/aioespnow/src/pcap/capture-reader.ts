import { describe } from "../util/check.ts";
import type { CapturedPacket } from "./captured-packet.ts";
import { PcapDecoder } from "./pcap-decoder.ts";
import { MAGIC } from "./pcap-format.ts";
import { PcapngDecoder } from "./pcapng-decoder.ts";
import { BLOCK_TYPE } from "./pcapng-format.ts";
import { type DecodeStep, type DecodeStop, incomplete, malformed, type RecordDecoder } from "./record-decoder.ts";

const MAGIC_LENGTH = 4;

/** How the reading of a capture ended. Offsets count from its first byte. */
export type CaptureEnding =
  | {
      /** Everything that was pushed has been read. */
      readonly status: "complete";
    }
  | {
      /** Nothing was pushed. */
      readonly status: "empty";
    }
  | {
      /** It ends inside a record, as if its writer had been stopped. */
      readonly status: "truncated";
      /** Where that record begins, in bytes. */
      readonly offset: number;
      /** What is incomplete, in words: `the file header`. */
      readonly missing: string;
    }
  | {
      /** It is not a capture, or it is broken. */
      readonly status: "malformed";
      /** Nothing from here on can be read, in bytes. */
      readonly offset: number;
      /** What is wrong there, in words. */
      readonly reason: string;
    };

/**
 * Reads pcap and pcapng captures of either byte order, which may arrive in pieces of any size:
 *
 *     const reader = new CaptureReader();
 *     for await (const chunk of createReadStream("air.pcapng")) {
 *       reader.push(chunk);
 *       for (const packet of reader) ...
 *     }
 *     if (reader.ending.status !== "complete") ...
 *
 * No content of a capture makes it throw.
 */
export class CaptureReader implements Iterable<CapturedPacket> {
  #decoder: RecordDecoder | undefined;
  /** `[#start, #end)` is unread. What lies before it is never written again: packets are views of it. */
  #view: DataView = new DataView(new ArrayBuffer(0));
  #start = 0;
  #end = 0;
  /** Whether `#view` is a buffer of this reader, with room behind `#end`. */
  #owned = false;
  /** How many bytes of the capture lie before `#view`. */
  #offset = 0;
  /** Why nothing more could be read at the last try. */
  #stop: DecodeStop | undefined = incomplete(0, MAGIC_LENGTH, "the file header");

  /** The next bytes of the capture. They are not copied where that can be avoided: leave them as they are. */
  push(chunk: Uint8Array): void {
    if (!(chunk instanceof Uint8Array)) throw new TypeError(`chunk must be a Uint8Array, not ${describe(chunk)}`);
    if (this.#stop?.kind === "malformed") return;
    if (this.#start === this.#end) this.#adopt(chunk);
    else this.#append(chunk);
  }

  /** The next packet; undefined if no whole one has been pushed yet, or nothing more can be read. */
  read(): CapturedPacket | undefined {
    while (this.#stop?.kind !== "malformed" && this.#start < this.#end) {
      const step = this.#decode();
      if (step.kind === "incomplete" || step.kind === "malformed") {
        this.#stop = step;
        return undefined;
      }
      this.#stop = undefined;
      this.#start = step.next;
      if (step.kind === "packet") return step.packet;
    }
    return undefined;
  }

  /** The packets that can be read now. */
  *[Symbol.iterator](): Generator<CapturedPacket, void, undefined> {
    for (let packet = this.read(); packet !== undefined; packet = this.read()) yield packet;
  }

  /** How the capture ended, when everything was pushed and read. */
  get ending(): CaptureEnding {
    const offset = this.#offset + this.#start;
    if (this.#offset + this.#end === 0) return { status: "empty" };
    if (this.#stop === undefined) return { status: "complete" };
    if (this.#stop.kind === "malformed") return { status: "malformed", offset, reason: this.#stop.reason };
    return { status: "truncated", offset, missing: this.#stop.missing };
  }

  #decode(): DecodeStep {
    if (this.#decoder === undefined) {
      const have = this.#end - this.#start;
      if (have < MAGIC_LENGTH) return incomplete(have, MAGIC_LENGTH, "the file header");
      this.#decoder = decoderOf(this.#view, this.#start);
      if (this.#decoder === undefined) return malformed("neither pcap nor pcapng");
    }
    return this.#decoder.decode(this.#view, this.#start, this.#end);
  }

  #adopt(chunk: Uint8Array): void {
    this.#offset += this.#end;
    this.#view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#start = 0;
    this.#end = chunk.length;
    this.#owned = false;
  }

  /** Puts `chunk` behind what is unread. Buffers double, so that a record in many pieces is not copied for each. */
  #append(chunk: Uint8Array): void {
    const unread = this.#end - this.#start;
    if (!this.#owned || this.#end + chunk.length > this.#view.byteLength) {
      const buffer = new Uint8Array(2 * (unread + chunk.length));
      buffer.set(new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#start, unread));
      this.#offset += this.#start;
      this.#view = new DataView(buffer.buffer);
      this.#start = 0;
      this.#end = unread;
      this.#owned = true;
    }
    new Uint8Array(this.#view.buffer).set(chunk, this.#end);
    this.#end += chunk.length;
  }
}

/**
 * A reader of a capture that is there as a whole. Iterate over it, then look at `ending`.
 * @example
 * import { readFileSync } from "node:fs";
 * import { readCapture } from "aioespnow/pcap";
 *
 * const capture = readCapture(readFileSync("air.pcapng"));
 * for (let packet = capture.read(); packet !== undefined; packet = capture.read()) console.log(packet.bytes.length);
 * console.log(capture.ending);
 */
export function readCapture(bytes: Uint8Array): CaptureReader {
  const reader = new CaptureReader();
  reader.push(bytes);
  return reader;
}

/** The decoder of the format that a file's first four bytes tell. */
function decoderOf(view: DataView, start: number): RecordDecoder | undefined {
  if (view.getUint32(start) === BLOCK_TYPE.SECTION_HEADER) return new PcapngDecoder();
  for (const littleEndian of [true, false]) {
    const magic = view.getUint32(start, littleEndian);
    if (magic === MAGIC.MICROSECONDS) return new PcapDecoder(littleEndian, 1000);
    if (magic === MAGIC.NANOSECONDS) return new PcapDecoder(littleEndian, 1);
  }
  return undefined;
}
