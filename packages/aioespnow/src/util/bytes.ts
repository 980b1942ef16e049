import { describe } from "./check.ts";

/** Bytes given by a user: a string stands for its UTF-8 bytes. */
export type BytesLike = Uint8Array | string;

const utf8 = new TextEncoder();

/**
 * `data` as bytes. The bytes are the caller's own where it gave bytes: copy what is kept. A subclass becomes a plain
 * Uint8Array: the `slice` of a Node Buffer copies nothing.
 */
export function toBytes(data: BytesLike, name: string): Uint8Array {
  if (typeof data === "string") return utf8.encode(data);
  if (data instanceof Uint8Array) {
    return data.constructor === Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.length);
  }
  throw new TypeError(`${name} must be a Uint8Array or a string, not ${describe(data)}`);
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Two lower-case hexadecimal digits. `byte` is 0..255. */
export function hexByte(byte: number): string {
  return HEX[byte & 0xff] as string;
}

/** Lower-case hexadecimal digits, no separators. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

/** The bytes of a string of hexadecimal digits. Throws a RangeError for anything else. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(text)) {
    throw new RangeError("hexadecimal text must be an even number of the digits 0-9 and a-f");
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Whether two byte strings are the same. Not constant-time: never for a MIC. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
