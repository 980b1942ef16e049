const LEAD_BITS = 0xc0;
const CONTINUATION = 0x80;
/** The longest character. */
const MAX_BYTES = 4;

/** Makes text of bytes that come in pieces. What is no UTF-8 becomes U+FFFD. */
export class Utf8Stream {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  /** The beginning of a character whose rest has not come: a state that can be saved, unlike that of a TextDecoder. */
  begun: Uint8Array = new Uint8Array(0);

  /** The text of the bytes; the beginning of a character is kept until its rest comes. */
  decode(bytes: Uint8Array): string {
    const all = this.begun.length === 0 ? bytes : Uint8Array.of(...this.begun, ...bytes);
    const end = all.length - unfinished(all);
    this.begun = all.slice(end);
    return this.#decoder.decode(all.subarray(0, end));
  }
}

/** How many bytes at the end are the beginning of a character. */
function unfinished(bytes: Uint8Array): number {
  for (let count = 1; count < MAX_BYTES && count <= bytes.length; count++) {
    const byte = bytes[bytes.length - count] as number;
    if ((byte & LEAD_BITS) !== CONTINUATION) return lengthOf(byte) > count ? count : 0;
  }
  return 0;
}

/** Of the character that begins with a byte. */
function lengthOf(lead: number): number {
  if (lead < 0xc2 || lead > 0xf4) return 1;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}
