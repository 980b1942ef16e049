import { macBytes } from "aioespnow/codec";
import {
  type BthomeObject,
  BUTTON_EVENTS,
  DIMMER_EVENTS,
  EVENT_TYPES,
  OBJECT_OF_KEY,
  OBJECTS,
} from "./bthome-objects.ts";
import { fromHex, littleEndian, printable, signed, toHex } from "./bytes.ts";
import { openCcm } from "./ccm.ts";
import {
  type DecodeContext,
  type DecodedEvent,
  type DecodeResult,
  type Decoder,
  type Format,
  refuse,
  type Seen,
  toValues,
  type Value,
} from "./decoder.ts";
import type { Entity } from "./entity.ts";
import { numbered } from "./self-describing.ts";

/** How BTHome v2 is read. */
export interface BthomeOptions {
  /** The bind key: 32 hexadecimal digits. Without it encrypted messages cannot be read. */
  readonly key?: string;
}

//   | device info | objects: id, value; id, value; ...                 |
//   | device info | the same, encrypted | counter 4, little-endian | MIC 4 |
const ENCRYPTED = 0x01;
const VERSION_MASK = 0xe0;
const VERSION_2 = 0x40;
/** Bits 1, 3 and 4 are reserved. */
const RESERVED = 0x1a;
const COUNTER_LENGTH = 4;
const MIC_LENGTH = 4;
const KEY_LENGTH = 16;
/** The Bluetooth service UUID of BTHome as it is in the nonce. */
const SERVICE_UUID = [0xd2, 0xfc];

/** BTHome v2 (bthome.io/format), without the header of Bluetooth: the first byte is the device information. */
export const bthome: Format<BthomeOptions> = {
  name: "bthome",
  title: "BTHome v2",
  recognize(bytes) {
    const info = bytes[0] ?? 0;
    if (bytes.length < 2 || (info & VERSION_MASK) !== VERSION_2 || (info & RESERVED) !== 0) return "none";
    if ((info & ENCRYPTED) !== 0) return bytes.length >= 1 + 1 + COUNTER_LENGTH + MIC_LENGTH ? "possible" : "none";
    return "reason" in readObjects(bytes.subarray(1)) ? "none" : "likely";
  },
  create({ key: hexKey }): Decoder {
    const key = hexKey === undefined ? undefined : fromHex(hexKey, "key");
    if (key !== undefined && key.length !== KEY_LENGTH) throw new RangeError("key must have 32 hexadecimal digits");
    return {
      format: "bthome",
      decode: (bytes, context) => decode(bytes, context, key),
      describe,
    };
  },
  examples: [
    {
      title: "temperature and humidity",
      options: {},
      message: "4002ca0903bf13",
      values: { temperature: 25.06, humidity: 50.55 },
    },
    {
      title: "a button held long",
      options: {},
      message: "403a04",
      values: {},
      events: [{ key: "button", type: "long_press" }],
    },
    {
      title: "encrypted",
      options: { key: "231d39c1d7cc1ab1aee224cd096db932" },
      source: "54:48:e6:8f:80:a5",
      message: "41a47266c95f730011223378237214",
      values: { temperature: 25.06, humidity: 50.55 },
    },
  ],
};

function decode(bytes: Uint8Array, { source }: DecodeContext, key: Uint8Array | undefined): DecodeResult {
  const info = bytes[0] ?? 0;
  if (bytes.length < 2 || (info & VERSION_MASK) !== VERSION_2) return refuse("not BTHome version 2");
  if ((info & ENCRYPTED) === 0) {
    // Where there is a key, what is not encrypted may come from anybody.
    return key === undefined ? readObjects(bytes.subarray(1)) : refuse("not encrypted, although the node has a key");
  }
  if (key === undefined) return refuse("encrypted, and the node has no key");
  const counterAt = bytes.length - MIC_LENGTH - COUNTER_LENGTH;
  if (counterAt < 1) return refuse("too short for an encrypted message");
  const counter = bytes.subarray(counterAt, counterAt + COUNTER_LENGTH);
  const nonce = Uint8Array.of(...macBytes(source), ...SERVICE_UUID, info, ...counter);
  const objects = openCcm(key, nonce, bytes.subarray(1, counterAt), bytes.subarray(counterAt + COUNTER_LENGTH));
  if (objects === undefined) return refuse("the key does not fit");
  const decoded = readObjects(objects);
  if ("reason" in decoded) return decoded;
  const number = littleEndian(counter, 0, COUNTER_LENGTH);
  const sequence = decoded.sequence ?? { number, count: 2 ** (8 * COUNTER_LENGTH) };
  return { ...decoded, isVerified: true, rollingCode: BigInt(number), sequence };
}

/** Reads up to the first id that nobody knows: how long its value is, only the sender knows. */
function readObjects(bytes: Uint8Array): DecodeResult {
  const pairs: [string, Value][] = [];
  const events: DecodedEvent[] = [];
  let packetId: number | undefined;
  const seen = new Map<string, number>();
  let offset = 0;
  while (offset < bytes.length) {
    const object = OBJECTS.get(bytes[offset] as number);
    if (object === undefined) break;
    const start = offset + 1 + (object.kind === "text" || object.kind === "raw" ? 1 : 0);
    const length = sizeOf(object, bytes, offset + 1);
    if (start + length > bytes.length) return refuse("ends inside a value");
    const value = bytes.subarray(start, start + length);
    const nth = (seen.get(object.key) ?? 0) + 1;
    seen.set(object.key, nth);
    const key = nth === 1 ? object.key : `${object.key}_${nth}`;
    if (object.key === "packet_id") packetId = value[0] as number;
    else if (object.kind === "event") events.push(...readEvent(object.key, key, value));
    else pairs.push([key, readValue(object, value)]);
    offset = start + length;
  }
  if (offset === 0) return refuse(`unknown object id 0x${toHex(bytes.subarray(0, 1))}`);
  const decoded = { values: toValues(pairs), events };
  if (packetId === undefined) return decoded;
  return { ...decoded, ...numbered(packetId, 256) };
}

/** The length of a value, whose first byte is at `offset`. */
function sizeOf(object: BthomeObject, bytes: Uint8Array, offset: number): number {
  if (object.kind === "text" || object.kind === "raw") return bytes[offset] ?? 0;
  return object.kind === "binary" ? 1 : object.size;
}

function readValue(object: BthomeObject, value: Uint8Array): Value {
  switch (object.kind) {
    case "number": {
      const raw = littleEndian(value, 0, object.size);
      const number = object.isSigned ? signed(raw, object.size) : raw;
      return (number * object.factor) / object.divisor;
    }
    case "binary":
      return value[0] !== 0;
    case "text":
      return printable(value) ?? toHex(value);
    case "about":
      return object.key === "firmware" ? [...value].reverse().join(".") : littleEndian(value, 0, object.size);
    default:
      return toHex(value);
  }
}

/** Type 0 says that nothing happened: a device with two buttons tells which one it was. */
function readEvent(kind: "button" | "dimmer", key: string, value: Uint8Array): DecodedEvent[] {
  const type = (kind === "button" ? BUTTON_EVENTS : DIMMER_EVENTS).get(value[0] as number);
  return type === undefined ? [] : [{ key, type }];
}

function describe({ values, events }: Seen): Entity[] {
  const entities = Object.keys(values).flatMap((key): Entity[] => {
    const object = OBJECT_OF_KEY.get(key) ?? OBJECT_OF_KEY.get(key.replace(/_\d+$/, ""));
    if (object === undefined) return [];
    if (object.kind === "number") return [{ platform: "sensor", key, ...object.sensor }];
    if (object.kind === "about") return [{ platform: "sensor", key, category: "diagnostic" }];
    if (object.kind !== "binary") return [{ platform: "sensor", key }];
    return [{ platform: "binary_sensor", key, ...(object.deviceClass && { deviceClass: object.deviceClass }) }];
  });
  const buttons = Object.keys(events).map((key): Entity => {
    return { platform: "event", key, eventTypes: EVENT_TYPES[key.startsWith("dimmer") ? "dimmer" : "button"] };
  });
  return [...entities, ...buttons];
}
