import { toUtf8, utf8 } from "./bytes.ts";
import {
  type DecodeResult,
  type Decoder,
  type Format,
  type Refusal,
  refuse,
  toValues,
  type Value,
  type Values,
  valuesOnly,
} from "./decoder.ts";
import { overflows, plain } from "./plain-value.ts";
import { decodeObject } from "./self-describing.ts";
import { describeByName } from "./well-known.ts";

/** What a node of Peter Hinch's micropython-mqtt asks of its gateway. */
export type HinchRequest =
  | {
      /** Publish a message. */
      readonly kind: "publish";
      /** Without wildcards. */
      readonly topic: string;
      /** The payload; JSON where the node did not send a text. */
      readonly message: string;
      /** Whether the broker is to keep it for later subscribers. */
      readonly retain: boolean;
      /** MQTT's quality of service. */
      readonly qos: 0 | 1 | 2;
    }
  | {
      /** Pass on what is published. */
      readonly kind: "subscribe";
      /** A topic, or a filter with wildcards. */
      readonly topic: string;
      /** MQTT's quality of service. */
      readonly qos: 0 | 1 | 2;
    }
  | {
      /** `get`: send what waits. `ping`: is the broker there? `aget`: both. `chan`: which channel is it? */
      readonly kind: "get" | "ping" | "aget" | "chan";
    };

const COMMANDS = ["get", "ping", "aget", "chan"] as const;
const OPEN_BRACKET = 0x5b;
/** MQTT 5, 1.5.4: a string's length has 16 bits; ESP-NOW's messages are shorter. */
const NO_WILDCARDS = /^[^#+\0]+$/;

/**
 * Peter Hinch's gateway protocol: JSON lists, `[topic, message, retain, qos]` and others. A publication becomes the value
 * of its topic's last level; requests are for the gateway, and have no values.
 */
export const hinch: Format = {
  name: "hinch",
  title: "Peter Hinch's micropython-mqtt",
  recognize(bytes) {
    return bytes[0] === OPEN_BRACKET && !("reason" in readHinch(bytes)) ? "likely" : "none";
  },
  create(): Decoder {
    return {
      format: "hinch",
      decode(bytes) {
        const request = readHinch(bytes);
        if ("reason" in request) return request;
        return request.kind === "publish" ? publication(request) : valuesOnly({});
      },
      encode: encodeHinch,
      asks(bytes) {
        const request = readHinch(bytes);
        return "kind" in request && (request.kind === "get" || request.kind === "aget");
      },
      describe: describeByName,
    };
  },
  examples: [
    {
      title: 'a publication: ["shed/temp", "21.5", false, 0]',
      options: {},
      message: "5b22736865642f74656d70222c2232312e35222c66616c73652c305d",
      values: { temp: 21.5 },
    },
    { title: 'a request: ["aget"]', options: {}, message: "5b2261676574225d", values: {} },
  ],
  commands: [
    {
      title: 'a topic and its message: ["shed/cmd","on",false]',
      options: {},
      values: { "shed/cmd": "on" },
      message: "5b22736865642f636d64222c226f6e222c66616c73655d",
    },
  ],
};

/** What a message asks for, or why it asks for nothing. */
export function readHinch(bytes: Uint8Array): HinchRequest | Refusal {
  const list = parseList(bytes);
  if (list === undefined) return refuse("not a JSON list");
  const [first, second, third, fourth] = list;
  if (typeof first !== "string" || first === "") return refuse("the list does not begin with a topic");
  const command = COMMANDS.find((one) => one === first);
  if (list.length === 1)
    return command === undefined ? refuse(`unknown request: ${first.slice(0, 20)}`) : { kind: command };
  if (list.length === 2 && isQos(second)) return { kind: "subscribe", topic: first, qos: second };
  if (list.length !== 4 || !isQos(fourth)) return refuse("not [topic, message, retain, qos]");
  if (!NO_WILDCARDS.test(first)) return refuse("a message cannot be published to a topic with wildcards");
  const message = typeof second === "string" ? second : JSON.stringify(second);
  return { kind: "publish", topic: first, message, retain: third === true || third === 1, qos: fourth };
}

function publication({ topic, message }: { readonly topic: string; readonly message: string }): DecodeResult {
  const key = topic.split("/").at(-1) || topic;
  const parsed = parse(message);
  const value = overflows(parsed) ? message : parsed;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return valuesOnly(toValues([[key, value === undefined ? message : plain(value)]]));
  }
  return decodeObject(value, { events: [] });
}

/** What a subscribed node is sent: `[topic, message, retained]`. */
function encodeHinch(values: Values): Uint8Array | { reason: string } {
  const [pair, ...others] = Object.entries(values);
  if (pair === undefined || others.length > 0) return refuse("one topic and its message at a time");
  return toUtf8(JSON.stringify([pair[0], asMessage(pair[1]), false]));
}

function asMessage(value: Value): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function isQos(value: unknown): value is 0 | 1 | 2 {
  return value === 0 || value === 1 || value === 2;
}

function parseList(bytes: Uint8Array): unknown[] | undefined {
  const text = utf8(bytes);
  const value = text === undefined ? undefined : parse(text);
  return Array.isArray(value) ? value : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
