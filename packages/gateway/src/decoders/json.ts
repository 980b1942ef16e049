import { toUtf8, utf8 } from "./bytes.ts";
import { type Decoder, type Format, refuse } from "./decoder.ts";
import { DEFAULT_EVENT_KEYS, overflows } from "./plain-value.ts";
import { decodeObject } from "./self-describing.ts";
import { describeByName } from "./well-known.ts";

/** How JSON is read. */
export interface JsonOptions {
  /** Keys whose texts are events. `event` and `action` if left out. */
  readonly events?: readonly string[];
  /** The key whose number is one more in each message: losses are counted by it. None if left out. */
  readonly sequence?: string;
}

const OPEN_BRACE = 0x7b;

/** JSON: `{"temperature": 21.5}`. Objects inside objects become keys such as `bme_temperature`. */
export const json: Format<JsonOptions> = {
  name: "json",
  title: "JSON",
  recognize(bytes) {
    if (bytes[0] !== OPEN_BRACE) return "none";
    return parse(bytes) === undefined ? "none" : "likely";
  },
  create({ events = DEFAULT_EVENT_KEYS, sequence }): Decoder {
    return {
      format: "json",
      decode(bytes) {
        const value = parse(bytes);
        if (value === undefined) return refuse("not JSON");
        if (overflows(value)) return refuse("a number in it is too large: over 1.8e308");
        return decodeObject(value, { events, sequence });
      },
      encode: (values) => toUtf8(JSON.stringify(values)),
      describe: describeByName,
    };
  },
  examples: [
    {
      title: "a sensor",
      options: {},
      message: hexOf('{"temperature": 21.5, "battery": 87}'),
      values: { temperature: 21.5, battery: 87 },
    },
    {
      title: "a button, and an object inside",
      options: {},
      message: hexOf('{"action": "double", "bme": {"t": 20, "h": 41.5}}'),
      values: { bme_t: 20, bme_h: 41.5 },
      events: [{ key: "action", type: "double" }],
    },
  ],
  commands: [{ title: "an object", options: {}, values: { relay: true }, message: hexOf('{"relay":true}') }],
};

/** undefined: it is no JSON. (JSON has no undefined.) */
function parse(bytes: Uint8Array): unknown {
  const text = utf8(bytes);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hexOf(text: string): string {
  return Array.from(toUtf8(text), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
