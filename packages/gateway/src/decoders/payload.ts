import { printable, toHex, toUtf8 } from "./bytes.ts";
import { cbor } from "./cbor.ts";
import {
  type DecodeContext,
  type DecodeResult,
  type Decoder,
  type EncodeContext,
  type Refusal,
  refuse,
  type Seen,
  type Values,
  valuesOnly,
} from "./decoder.ts";
import type { Entity } from "./entity.ts";
import { json } from "./json.ts";
import { describeByName } from "./well-known.ts";

const JSON_DECODER = json.create({});
const CBOR_DECODER = cbor.create({});

/** What reads and makes the message inside a format that only carries others' messages. */
export interface Payload {
  decode(bytes: Uint8Array, context: DecodeContext): DecodeResult;
  encode(values: Values, context: EncodeContext): Uint8Array | Refusal;
  describe(seen: Seen): readonly Entity[];
}

/**
 * Of an inner message: `decoder` if the options name one; else JSON and CBOR are read, other text becomes `text` and other
 * bytes `payload`, in hexadecimal, and messages to nodes are JSON.
 */
export function payloadOf(decoder: Decoder | undefined): Payload {
  if (decoder === undefined) return { decode: decodeUnknown, encode: encodeJson, describe: describeByName };
  return {
    decode: (bytes, context) => decoder.decode(bytes, context),
    encode: (values, context) =>
      decoder.encode?.(values, context) ?? refuse(`${decoder.format} has no messages to nodes`),
    describe: (seen) => decoder.describe(seen),
  };
}

function encodeJson(values: Values): Uint8Array {
  return toUtf8(JSON.stringify(values));
}

function decodeUnknown(bytes: Uint8Array, context: DecodeContext): DecodeResult {
  if (json.recognize(bytes) === "likely") return JSON_DECODER.decode(bytes, context);
  if (cbor.recognize(bytes) === "likely") return CBOR_DECODER.decode(bytes, context);
  const text = printable(bytes);
  return valuesOnly(text === undefined ? { payload: toHex(bytes) } : { text });
}
