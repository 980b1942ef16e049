import { isUtf8 } from "node:buffer";
import type { Readable } from "node:stream";
import { type MacAddress, toMac } from "aioespnow";

/** A line with the longest message in hexadecimal, and an address, has a quarter of this. */
const MAX_LINE_LENGTH = 16_384;

const LINE_FEED = 0x0a;

/** A message that a line of the input asks for; or what is wrong with the line. */
export type LineMessage =
  | { readonly line: number; readonly peer: MacAddress; readonly data: Uint8Array }
  | { readonly line: number; readonly fault: string };

/**
 * The messages of an input: each line is the text of one to `peer`; or, without a peer, a JSON object
 * `{"peer": "02:00:00:00:00:0a", "text": "hello"}`, with `hex` in place of `text` for bytes. Empty lines are left out.
 */
export async function* lineMessages(input: Readable, peer: MacAddress | undefined): AsyncGenerator<LineMessage> {
  let line = 0;
  for await (const bytes of splitLines(input)) {
    line++;
    if (bytes === undefined) yield { line, fault: `it has more than ${MAX_LINE_LENGTH} bytes` };
    else if (bytes.length > 0) yield { line, ...(peer === undefined ? parseRecord(bytes) : { peer, data: bytes }) };
  }
}

/** The lines of an input, without their ends; undefined for one that is too long. */
async function* splitLines(input: Readable): AsyncGenerator<Uint8Array | undefined> {
  let rest = Buffer.alloc(0);
  let isTooLong = false;
  for await (const chunk of input) {
    rest = Buffer.concat([rest, Buffer.from(chunk)]);
    for (let end = rest.indexOf(LINE_FEED); end >= 0; end = rest.indexOf(LINE_FEED)) {
      yield isTooLong || end > MAX_LINE_LENGTH ? undefined : withoutReturn(rest.subarray(0, end));
      isTooLong = false;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > MAX_LINE_LENGTH) {
      isTooLong = true;
      rest = Buffer.alloc(0);
    }
  }
  if (isTooLong) yield undefined;
  else if (rest.length > 0) yield withoutReturn(rest);
}

function withoutReturn(line: Buffer): Uint8Array {
  return Uint8Array.from(line.at(-1) === 0x0d ? line.subarray(0, -1) : line);
}

/** The message of one JSON object. */
export function parseRecord(bytes: Uint8Array): { peer: MacAddress; data: Uint8Array } | { fault: string } {
  const example = '{"peer":"02:00:00:00:00:0a","text":"hello"}';
  try {
    const record: unknown = isUtf8(bytes) ? JSON.parse(Buffer.from(bytes).toString("utf8")) : undefined;
    if (typeof record !== "object" || record === null) return { fault: `it must be a JSON object such as ${example}` };
    const { peer, text, hex } = record as Readonly<Record<string, unknown>>;
    const data = typeof hex === "string" ? bytesOfHex(hex) : typeof text === "string" ? Buffer.from(text) : undefined;
    if (data === undefined) return { fault: 'it must have "text", or an even number of digits in "hex"' };
    return { peer: toMac(peer as string, '"peer"'), data: Uint8Array.from(data) };
  } catch (error) {
    return {
      fault:
        error instanceof SyntaxError ? `it must be a JSON object such as ${example}` : String((error as Error).message),
    };
  }
}

function bytesOfHex(hex: string): Uint8Array | undefined {
  return /^([0-9a-f]{2})*$/i.test(hex) ? Buffer.from(hex, "hex") : undefined;
}
