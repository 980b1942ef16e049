import { macAt, macBytes } from "aioespnow/codec";
import { viewOf } from "./bytes.ts";
import {
  type DecodeContext,
  type DecodeResult,
  type Decoder,
  type EncodeContext,
  type Format,
  isRefusal,
  type Refusal,
  refuse,
  type Values,
} from "./decoder.ts";
import { type Payload, payloadOf } from "./payload.ts";
import { text } from "./text.ts";

/** How zh_network is read. */
export interface ZhNetworkOptions {
  /** Only messages of this network are read. 0xFAFBFCFD, the default of zh_network, if left out. */
  readonly network?: number;
  /** Of what is sent as data. Left out: JSON, CBOR and text are read, JSON is sent. */
  readonly payload?: Decoder;
}

//  0     1..4     5..8        9..12       13..18  19..24           25..30  31..248   249
//  type  network  message id  confirm id  target  original sender  sender  payload   payload's length
const LENGTH = 250;
const NETWORK = 1;
const MESSAGE_ID = 5;
const CONFIRM_ID = 9;
const TARGET = 13;
const ORIGIN = 19;
const SENDER = 25;
const PAYLOAD = 31;
const PAYLOAD_LENGTH = 249;
const MAX_PAYLOAD = PAYLOAD_LENGTH - PAYLOAD;
const DEFAULT_NETWORK = 0xfafb_fcfd;

const TYPE = { BROADCAST: 0, UNICAST: 1, CONFIRMATION: 2, SEARCH_RESPONSE: 4 } as const;

/** The mesh zh_network: a fixed record of 250 bytes, numbers little-endian. */
export const zhNetwork: Format<ZhNetworkOptions> = {
  name: "zh-network",
  title: "zh_network",
  recognize(bytes) {
    if (structureReason(bytes) !== undefined) return "none";
    return viewOf(bytes).getUint32(NETWORK, true) === DEFAULT_NETWORK ? "likely" : "possible";
  },
  create({ network = DEFAULT_NETWORK, payload }): Decoder {
    const inner = payloadOf(payload);
    return {
      format: "zh-network",
      decode: (bytes, context) => decode(bytes, context, network, inner),
      encode: (values, context) => encode(values, context, network, inner),
      awaits: (message) => String(viewOf(message).getUint32(MESSAGE_ID, true)),
      describe: inner.describe,
    };
  },
  examples: [
    {
      title: "a broadcast that one node has passed on",
      options: {},
      message: `00fdfcfbfa0100000000000000ffffffffffff0200000000a10200000000b2${"32312e35".padEnd(2 * MAX_PAYLOAD, "0")}04`,
      values: { text: "21.5" },
    },
  ],
  commands: [
    {
      title: "unicast data",
      options: { payload: text.create({}) },
      values: { value: 21.5 },
      message: `01fdfcfbfa07000000000000000200000000a10200000000fe0200000000fe${"32312e35".padEnd(2 * MAX_PAYLOAD, "0")}04`,
    },
  ],
};

function structureReason(bytes: Uint8Array): string | undefined {
  if (bytes.length !== LENGTH) return `not ${LENGTH} bytes long`;
  if ((bytes[0] as number) > TYPE.SEARCH_RESPONSE) return `unknown type ${bytes[0]}`;
  return (bytes[PAYLOAD_LENGTH] as number) > MAX_PAYLOAD ? "its payload is longer than a message" : undefined;
}

function decode(bytes: Uint8Array, context: DecodeContext, network: number, inner: Payload): DecodeResult {
  const reason = structureReason(bytes);
  if (reason !== undefined) return refuse(reason);
  const view = viewOf(bytes);
  if (view.getUint32(NETWORK, true) !== network) return refuse("of another network");
  const origin = macAt(bytes, ORIGIN);
  const envelope = { origin, messageId: `${origin} ${view.getUint32(MESSAGE_ID, true)}` };
  if (bytes[0] === TYPE.CONFIRMATION) {
    return { values: {}, events: [], ...envelope, confirms: String(view.getUint32(CONFIRM_ID, true)) };
  }
  if ((bytes[0] as number) > TYPE.UNICAST) return { values: {}, events: [], ...envelope };
  const payload = bytes.subarray(PAYLOAD, PAYLOAD + (bytes[PAYLOAD_LENGTH] as number));
  const decoded = inner.decode(payload, { ...context, source: origin });
  return "reason" in decoded ? decoded : { ...decoded, ...envelope };
}

/** Unicast data, whose delivery the node confirms. */
function encode(values: Values, context: EncodeContext, network: number, inner: Payload): Uint8Array | Refusal {
  const payload = inner.encode(values, context);
  if (isRefusal(payload)) return payload;
  if (payload.length > MAX_PAYLOAD) return refuse(`${payload.length} bytes: a message has room for ${MAX_PAYLOAD}`);
  const message = new Uint8Array(LENGTH);
  const view = viewOf(message);
  message[0] = TYPE.UNICAST;
  view.setUint32(NETWORK, network, true);
  view.setUint32(MESSAGE_ID, context.id, true);
  message.set(macBytes(context.target), TARGET);
  message.set(macBytes(context.source), ORIGIN);
  message.set(macBytes(context.source), SENDER);
  message.set(payload, PAYLOAD);
  message[PAYLOAD_LENGTH] = payload.length;
  return message;
}
