import { type MacAddress, macAt } from "aioespnow/codec";
import { printable, toHex, viewOf } from "./bytes.ts";
import {
  type DecodeContext,
  type DecodeResult,
  type Decoder,
  type Format,
  refuse,
  type Seen,
  type Value,
  valuesOnly,
} from "./decoder.ts";
import type { Entity } from "./entity.ts";
import { type Payload, payloadReader } from "./payload.ts";

export interface EspNowComponentOptions {
  /** Reads what is sent as data (type 10). Left out: JSON, CBOR, text. */
  readonly payload?: Decoder;
}

//  0      1     2..3       4                5..6                       7         8..13        14..19
//  t | 2  size  magic, LE  channel, flags   flags, retransmits, TTL    RSSI      destination  original source
const HEADER_LENGTH = 20;
const VERSION = 2;
const SIZE = 1;
const MAGIC = 2;
const FLAGS = 4;
const SOURCE = 14;
const SECURED = 0x40;

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
const CONTROL_LENGTH = 12;

/** Espressif's `esp-now` component: its own header, then data, control messages or a debug log. */
export const espNowComponent: Format<EspNowComponentOptions> = {
  name: "esp-now",
  title: "Espressif's esp-now component",
  recognize: (bytes) => (headerReason(bytes) === undefined ? "possible" : "none"),
  create({ payload }): Decoder {
    const inner = payloadReader(payload);
    return {
      format: "esp-now",
      decode: (bytes, context) => decode(bytes, context, inner),
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
