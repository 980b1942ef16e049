import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { equalSecrets, toUtf8, viewOf } from "./bytes.ts";
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

/** How EspNowBus is read. */
export interface EspNowBusOptions {
  /** The name of the group, from which its keys are made. Without it nothing can be verified. */
  readonly group?: string;
  /** Of what is sent as data. Left out: JSON, CBOR and text are read, JSON is sent. */
  readonly payload?: Decoder;
}

//  eb 01 | type | flags | id, LE 2 | data                                       unicast data (type 1)
//  eb 01 | type | flags | id, LE 2 | group id, LE 4 | body | HMAC-SHA256, 16    all others
const MAGIC = 0xeb;
const VERSION = 0x01;
const HEADER_LENGTH = 6;
const ID = 4;
/** In an acknowledgement, behind the group's id: the id that it is for. */
const ACKNOWLEDGED_ID = 10;
const GROUP_ID_LENGTH = 4;
const TAG_LENGTH = 16;
const KEY_LENGTH = 16;

const TYPE = {
  UNICAST_DATA: 1,
  BROADCAST_DATA: 2,
  JOIN_REQUEST: 3,
  JOIN_ACK: 4,
  HEARTBEAT: 5,
  APP_ACK: 6,
  LEAVE: 7,
} as const;

/** The keys of a group (EspNowBus, `deriveKeys`). */
interface GroupKeys {
  readonly id: number;
  readonly authentication: Uint8Array;
  readonly broadcast: Uint8Array;
}

/** EspNowBus: data of a group's members, whose broadcasts are authenticated. */
export const espNowBus: Format<EspNowBusOptions> = {
  name: "espnow-bus",
  title: "EspNowBus",
  recognize: (bytes) => (headerReason(bytes) === undefined ? "likely" : "none"),
  create({ group, payload }): Decoder {
    const keys = group === undefined ? undefined : deriveKeys(group);
    const inner = payloadOf(payload);
    return {
      format: "espnow-bus",
      decode: (bytes, context) => decode(bytes, context, keys, inner),
      encode: (values, context) => encode(values, context, inner),
      awaits: (message) => String(viewOf(message).getUint16(ID, true)),
      describe: inner.describe,
    };
  },
  examples: [
    {
      title: "unicast data that is JSON",
      options: {},
      message: "eb01010007007b2274656d70223a32317d",
      values: { temp: 21 },
    },
  ],
  commands: [{ title: "unicast data", options: {}, values: { on: 1 }, message: "eb01010007007b226f6e223a317d" }],
};

function headerReason(bytes: Uint8Array): string | undefined {
  if (bytes.length < HEADER_LENGTH || bytes[0] !== MAGIC || bytes[1] !== VERSION) return "not a message of EspNowBus";
  const type = bytes[2] as number;
  if (type < TYPE.UNICAST_DATA || type > TYPE.LEAVE) return `unknown type ${type}`;
  const isShort = bytes.length < HEADER_LENGTH + GROUP_ID_LENGTH + TAG_LENGTH;
  return type !== TYPE.UNICAST_DATA && isShort ? "too short" : undefined;
}

function decode(bytes: Uint8Array, context: DecodeContext, keys: GroupKeys | undefined, inner: Payload): DecodeResult {
  const reason = headerReason(bytes);
  if (reason !== undefined) return refuse(reason);
  const view = viewOf(bytes);
  const type = bytes[2] as number;
  const messageId = `${type} ${view.getUint16(ID, true)}`;
  if (type === TYPE.UNICAST_DATA) return withId(inner.decode(bytes.subarray(HEADER_LENGTH), context), messageId, false);
  const end = bytes.length - TAG_LENGTH;
  if (keys !== undefined) {
    if (view.getUint32(HEADER_LENGTH, true) !== keys.id) return refuse("of another group");
    const key = type === TYPE.BROADCAST_DATA || type === TYPE.LEAVE ? keys.broadcast : keys.authentication;
    const tag = hmac(sha256, key, bytes.subarray(0, end)).subarray(0, TAG_LENGTH);
    if (!equalSecrets(tag, bytes.subarray(end))) return refuse("its authentication does not fit the group");
  }
  const isVerified = keys !== undefined;
  if (type === TYPE.APP_ACK && end >= ACKNOWLEDGED_ID + 2) {
    const confirms = String(view.getUint16(ACKNOWLEDGED_ID, true));
    return withId({ values: {}, events: [], confirms }, messageId, isVerified);
  }
  if (type !== TYPE.BROADCAST_DATA) return withId({ values: {}, events: [] }, messageId, isVerified);
  const body = bytes.subarray(HEADER_LENGTH + GROUP_ID_LENGTH, end);
  return withId(inner.decode(body, context), messageId, isVerified);
}

/** Unicast data, which the node's program acknowledges. */
function encode(values: Values, context: EncodeContext, inner: Payload): Uint8Array | Refusal {
  const payload = inner.encode(values, context);
  if (isRefusal(payload)) return payload;
  const message = Uint8Array.of(MAGIC, VERSION, TYPE.UNICAST_DATA, 0, 0, 0, ...payload);
  viewOf(message).setUint16(ID, context.id & 0xffff, true);
  return message;
}

function withId(result: DecodeResult, messageId: string, isVerified: boolean): DecodeResult {
  return "reason" in result ? result : { ...result, messageId, ...(isVerified ? { isVerified } : {}) };
}

function deriveKeys(group: string): GroupKeys {
  const secret = sha256(toUtf8(group));
  const derive = (label: string): Uint8Array => sha256(Uint8Array.of(...toUtf8(label), ...secret));
  return {
    id: viewOf(derive("gid")).getUint32(0, true),
    authentication: derive("auth").subarray(0, KEY_LENGTH),
    broadcast: derive("bcast").subarray(0, KEY_LENGTH),
  };
}
