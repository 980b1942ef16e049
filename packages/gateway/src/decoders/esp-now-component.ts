import { type MacAddress, macAt, macBytes } from "aioespnow/codec";
import { printable, toHex, viewOf } from "./bytes.ts";
import {
  type DecodeContext,
  type DecodeResult,
  type Decoder,
  type EncodeContext,
  type Format,
  isRefusal,
  type Refusal,
  refuse,
  type Seen,
  type Value,
  type Values,
  valuesOnly,
} from "./decoder.ts";
import type { Entity } from "./entity.ts";
import { type Payload, payloadOf } from "./payload.ts";

/** How messages of Espressif's esp-now component are read. */
export interface EspNowComponentOptions {
  /** Of what is sent as data (type 10). Left out: JSON, CBOR and text are read, JSON is sent. */
  readonly payload?: Decoder;
}

//  0      1     2..3       4                5..6                       7         8..13        14..19
//  t | 2  size  magic, LE  channel, flags   flags, retransmits, TTL    RSSI      destination  original source
const HEADER_LENGTH = 20;
const VERSION = 2;
const SIZE = 1;
const MAGIC = 2;
const FLAGS = 4;
const MORE_FLAGS = 5;
const DESTINATION = 8;
const SOURCE = 14;
/** In the flags. */
const SECURED = 0x40;
/** In the further flags. */
const ACK_WANTED = 0x20;

/** Types of messages (espnow.h, `espnow_data_type_t`). */
const TYPES = [
  "ack",
  "forward",
  "group",
  "provisioning",
  "control_bind",
  "control_data",
  "ota_status",
  "ota_data",
  "debug_log",
  "debug_command",
  "data",
  "security_status",
  "security",
  "security_data",
  "timesync",
] as const;

/** Attributes of control messages (espnow_ctrl.h). */
const ATTRIBUTES: ReadonlyMap<number, string> = new Map([
  [0x0001, "power"],
  [0x0101, "brightness"],
  [0x0103, "hue"],
  ...Array.from({ length: 10 }, (_, i): [number, string] => [0x0201 + i, `key_${i + 1}`]),
  [0x0301, "low_battery"],
  [0x0302, "battery"],
]);
const SWITCHES = new Set(["power", "low_battery"]);
/** What a switch can control. */
const CONTROLLABLE: ReadonlyMap<string, number> = new Map(
  [...ATTRIBUTES].flatMap(([number, name]) => (["power", "brightness", "hue"].includes(name) ? [[name, number]] : [])),
);
/** The gateway is a switch with one key. */
const KEY_1 = 0x0201;
const CONTROL_LENGTH = 12;

/** Espressif's `esp-now` component: its own header, then data, control messages or a debug log. */
export const espNowComponent: Format<EspNowComponentOptions> = {
  name: "esp-now",
  title: "Espressif's esp-now component",
  recognize: (bytes) => (headerReason(bytes) === undefined ? "possible" : "none"),
  create({ payload }): Decoder {
    const inner = payloadOf(payload);
    return {
      format: "esp-now",
      decode: (bytes, context) => decode(bytes, context, inner),
      encode: (values, context) => encode(values, context, inner),
      awaits: (message) => String(viewOf(message).getUint16(MAGIC, true)),
      describe: (seen) => [...inner.describe(withoutControls(seen)), ...describeControls(seen)],
    };
  },
  examples: [
    {
      title: "data that is JSON",
      options: {},
      message: "2a0b341200080000ffffffffffff0200000000a17b2274656d70223a32317d",
      values: { temp: 21 },
    },
    {
      title: "a switch that controls power",
      options: {},
      message: "250c010000080000ffffffffffff0200000000a1010200000100000001000000",
      values: {},
      events: [{ key: "key_1", type: "power_on" }],
    },
  ],
  commands: [
    {
      title: "data, as JSON",
      options: {},
      values: { on: 1 },
      message: "2a080700002000000200000000a10200000000fe7b226f6e223a317d",
    },
    {
      title: "what a switch would send to control power",
      options: {},
      values: { power: true },
      message: "250c0700002000000200000000a10200000000fe010200000100000001000000",
    },
  ],
};

/** Why `bytes` are no message of the component. */
function headerReason(bytes: Uint8Array): string | undefined {
  const first = bytes[0] ?? 0;
  if (bytes.length < HEADER_LENGTH || first >> 4 !== VERSION || TYPES[first & 0x0f] === undefined) {
    return "not a message of the esp-now component, version 2";
  }
  if (bytes[SIZE] !== ((bytes.length - HEADER_LENGTH) & 0xff)) return "its length is not the one in its header";
  return undefined;
}

function decode(bytes: Uint8Array, context: DecodeContext, inner: Payload): DecodeResult {
  const reason = headerReason(bytes);
  if (reason !== undefined) return refuse(reason);
  const type = TYPES[(bytes[0] as number) & 0x0f] as (typeof TYPES)[number];
  const origin: MacAddress = macAt(bytes, SOURCE);
  const magic = viewOf(bytes).getUint16(MAGIC, true);
  const envelope = { origin, messageId: `${origin} ${type} ${magic}` };
  const body = bytes.subarray(HEADER_LENGTH);
  if (((bytes[FLAGS] as number) & SECURED) !== 0) return refuse("secured: its key is not known here");
  if (type === "ack") return { values: {}, events: [], ...envelope, confirms: String(magic) };
  const decoded = decodeBody(type, body, { ...context, source: origin }, inner);
  return "reason" in decoded ? decoded : { ...decoded, ...envelope };
}

function decodeBody(
  type: (typeof TYPES)[number],
  body: Uint8Array,
  context: DecodeContext,
  inner: Payload,
): DecodeResult {
  switch (type) {
    case "data":
      return inner.decode(body, context);
    case "control_bind":
    case "control_data":
      return decodeControl(body);
    case "debug_log":
      return valuesOnly({ log: printable(body) ?? toHex(body) });
    default:
      return { values: {}, events: [] };
  }
}

/** A key of the initiator that controls an attribute of the responder; or an attribute that the initiator tells. */
function decodeControl(body: Uint8Array): DecodeResult {
  if (body.length < CONTROL_LENGTH) return refuse("a control message has 12 bytes");
  const view = viewOf(body);
  const initiator = attribute(view.getUint32(0, true));
  const responder = attribute(view.getUint32(4, true));
  const raw = view.getInt32(8, true);
  if (!initiator.startsWith("key_")) return valuesOnly({ [initiator]: controlValue(initiator, raw) });
  const type = SWITCHES.has(responder) ? `${responder}_${raw === 0 ? "off" : "on"}` : `${responder}_${raw}`;
  return { values: {}, events: [{ key: initiator, type }] };
}

/** `power`, `brightness` and `hue` are controlled, one at a time; everything else is data. An acknowledgement is asked for. */
function encode(values: Values, context: EncodeContext, inner: Payload): Uint8Array | Refusal {
  const keys = Object.keys(values);
  const isControl = keys.some((key) => CONTROLLABLE.has(key));
  const body = isControl ? encodeControl(values) : inner.encode(values, context);
  if (isRefusal(body)) return body;
  const message = new Uint8Array(HEADER_LENGTH + body.length);
  message[0] = (VERSION << 4) | TYPES.indexOf(isControl ? "control_data" : "data");
  message[SIZE] = body.length & 0xff;
  viewOf(message).setUint16(MAGIC, context.id & 0xffff, true);
  message[MORE_FLAGS] = ACK_WANTED;
  message.set(macBytes(context.target), DESTINATION);
  message.set(macBytes(context.source), SOURCE);
  message.set(body, HEADER_LENGTH);
  return message;
}

function encodeControl(values: Values): Uint8Array | Refusal {
  const [[name, value] = ["", null], ...others] = Object.entries(values);
  const responder = CONTROLLABLE.get(name);
  const isWhole = typeof value === "boolean" || Number.isInteger(value);
  if (others.length > 0 || responder === undefined) return refuse("power, brightness and hue are set one at a time");
  if (!isWhole) return refuse(`${name} is a whole number, or true or false, not ${JSON.stringify(value)}`);
  const body = new Uint8Array(CONTROL_LENGTH);
  const view = viewOf(body);
  view.setUint32(0, KEY_1, true);
  view.setUint32(4, responder, true);
  view.setInt32(8, Number(value), true);
  return body;
}

function attribute(number: number): string {
  return ATTRIBUTES.get(number) ?? `attribute_${number.toString(16).padStart(4, "0")}`;
}

function controlValue(name: string, raw: number): Value {
  return SWITCHES.has(name) ? raw !== 0 : raw;
}

const CONTROLS: Readonly<Record<string, Entity>> = {
  power: { platform: "binary_sensor", key: "power", deviceClass: "power" },
  low_battery: { platform: "binary_sensor", key: "low_battery", deviceClass: "battery", category: "diagnostic" },
};

function describeControls({ values }: Seen): Entity[] {
  return Object.keys(values).flatMap((key) => CONTROLS[key] ?? []);
}

function withoutControls({ values, events }: Seen): Seen {
  return {
    values: Object.fromEntries(Object.entries(values).filter(([key]) => !Object.hasOwn(CONTROLS, key))),
    events,
  };
}
