import type { CapturedPacket } from "./captured-packet.ts";

/** Why no record could be decoded. */
export type DecodeStop =
  /** More bytes are needed; `missing` says which. */
  { readonly kind: "incomplete"; readonly missing: string } | { readonly kind: "malformed"; readonly reason: string };

/** What one look at the unread bytes of a capture gives. `next` is where the following record begins. */
export type DecodeStep =
  | { readonly kind: "packet"; readonly packet: CapturedPacket; readonly next: number }
  /** A record that is no packet. */
  | { readonly kind: "other"; readonly next: number }
  | DecodeStop;

/** Decodes the records of one file format, one after another. */
export interface RecordDecoder {
  /** Decodes the record at `start`, of which the bytes up to `end` have arrived. */
  decode(view: DataView, start: number, end: number): DecodeStep;
}

export function incomplete(have: number, need: number, what: string): DecodeStop {
  return { kind: "incomplete", missing: `${need - have} of the ${need} bytes of ${what}` };
}

export function malformed(reason: string): DecodeStop {
  return { kind: "malformed", reason };
}

/** The bytes of `view` from `start` on, not copied. */
export function bytesOf(view: DataView, start: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, length);
}
