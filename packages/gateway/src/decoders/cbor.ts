import { decode as decodeCbor, encode as encodeCbor } from "cborg";
import { type Decoder, type Format, refuse } from "./decoder.ts";
import { DEFAULT_EVENT_KEYS } from "./plain-value.ts";
import { decodeObject } from "./self-describing.ts";
import { describeByName } from "./well-known.ts";

/** How CBOR is read. */
export interface CborOptions {
  /** Keys whose texts are events. `event` and `action` if left out. */
  readonly events?: readonly string[];
  /** The key whose number is one more in each message: losses are counted by it. None if left out. */
  readonly sequence?: string;
}

/** Major type 5 of CBOR, a map: the first byte is `a0` to `bf` (RFC 8949, 3.1). */
const FIRST_MAP = 0xa0;
const LAST_MAP = 0xbf;

/** CBOR (RFC 8949): a map of values, as JSON has it. Byte strings become hexadecimal text. */
export const cbor: Format<CborOptions> = {
  name: "cbor",
  title: "CBOR",
  recognize(bytes) {
    const first = bytes[0] ?? 0;
    if (first < FIRST_MAP || first > LAST_MAP) return "none";
    return "error" in parse(bytes) ? "none" : "likely";
  },
  create({ events = DEFAULT_EVENT_KEYS, sequence }): Decoder {
    return {
      format: "cbor",
      decode(bytes) {
        const parsed = parse(bytes);
        return "error" in parsed
          ? refuse(`not CBOR: ${parsed.error}`)
          : decodeObject(parsed.value, { events, sequence });
      },
      encode: (values) => encodeCbor(values),
      describe: describeByName,
    };
  },
  examples: [
    {
      title: "a map with a floating-point number and a byte string",
      options: {},
      message: "a36474656d70f94d60626964426162646f70656ef5",
      values: { temp: 21.5, id: "6162", open: true },
    },
  ],
  commands: [{ title: "a map", options: {}, values: { relay: true }, message: "a16572656c6179f5" }],
};

/** cborg is strict: no bytes behind the value, no repeated keys. It throws whatever is wrong. */
function parse(bytes: Uint8Array): { readonly value: unknown } | { readonly error: string } {
  try {
    return {
      value: decodeCbor(bytes, {
        useMaps: true,
        allowIndefinite: true,
        allowBigInt: true,
        rejectDuplicateMapKeys: true,
      }),
    };
  } catch (error) {
    return { error: error instanceof Error ? error.message.replace(/^CBOR decode error:? ?/, "") : "unreadable" };
  }
}
