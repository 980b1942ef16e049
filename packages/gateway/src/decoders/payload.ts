import { printable, toHex } from "./bytes.ts";
import { cbor } from "./cbor.ts";
import { type DecodeContext, type DecodeResult, type Decoder, type Seen, valuesOnly } from "./decoder.ts";
import type { Entity } from "./entity.ts";
import { json } from "./json.ts";
import { describeByName } from "./well-known.ts";

const JSON_DECODER = json.create({});
const CBOR_DECODER = cbor.create({});

/** What reads the message inside a format that only carries others' messages. */
export interface Payload {
  decode(bytes: Uint8Array, context: DecodeContext): DecodeResult;
  describe(seen: Seen): readonly Entity[];
}

/**
 * The reader of an inner message: `decoder` if the options name one; else JSON and CBOR are read, other text becomes `text`
 * and other bytes `payload`, in hexadecimal.
 */
export function payloadReader(decoder: Decoder | undefined): Payload {
  return decoder ?? { decode: decodeUnknown, describe: describeByName };
}

function decodeUnknown(bytes: Uint8Array, context: DecodeContext): DecodeResult {
  if (json.recognize(bytes) === "likely") return JSON_DECODER.decode(bytes, context);
  if (cbor.recognize(bytes) === "likely") return CBOR_DECODER.decode(bytes, context);
  const text = printable(bytes);
  return valuesOnly(text === undefined ? { payload: toHex(bytes) } : { text });
}
