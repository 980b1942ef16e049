const decoder = new TextDecoder("utf-8", { fatal: true });
const encoder = new TextEncoder();

/** A view of the same bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** UTF-8 as text; undefined if it is not UTF-8. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** UTF-8 without control characters: a name, or a line of text; undefined if it is anything else. */
export function printable(bytes: Uint8Array): string | undefined {
  const text = utf8(bytes);
  return text === undefined || /\p{Cc}/u.test(text) ? undefined : text;
}

export function toUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += byte.toString(16).padStart(2, "0");
  return text;
}

/** @throws RangeError for anything but pairs of hexadecimal digits. */
export function fromHex(text: string, name = "text"): Uint8Array {
  if (!/^([0-9a-f]{2})*$/i.test(text)) {
    throw new RangeError(
      `${name} must be an even number of hexadecimal digits, not ${JSON.stringify(text.slice(0, 40))}`,
    );
  }
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** A little-endian number without a sign, of 1 to 6 bytes. The caller has checked that they are there. */
export function littleEndian(bytes: Uint8Array, offset: number, length: number): number {
  let value = 0;
  for (let i = length - 1; i >= 0; i--) value = value * 256 + (bytes[offset + i] as number);
  return value;
}

/** A big-endian number without a sign, of 1 to 6 bytes. The caller has checked that they are there. */
export function bigEndian(bytes: Uint8Array, offset: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 256 + (bytes[offset + i] as number);
  return value;
}

/** A number of `length` bytes as two's complement. */
export function signed(value: number, length: number): number {
  const range = 2 ** (8 * length);
  return value >= range / 2 ? value - range : value;
}

/** Whether all bytes are the same. It takes the same time wherever they differ. Lengths are no secret. */
export function equalSecrets(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] ?? 0);
  return difference === 0;
}
