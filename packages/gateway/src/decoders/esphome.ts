import { sha256 } from "@noble/hashes/sha2.js";
import { fromHex, littleEndian, printable, toHex, toUtf8, viewOf } from "./bytes.ts";
import {
  type Decoded,
  type DecodeResult,
  type Decoder,
  type EncodeContext,
  type Format,
  type Refusal,
  refuse,
  type Seen,
  toValues,
  type Value,
  type Values,
} from "./decoder.ts";
import type { Entity } from "./entity.ts";
import { xxteaDecrypt, xxteaEncrypt } from "./xxtea.ts";

/** How ESPHome's packet_transport is read. */
export interface EsphomeOptions {
  /** The passphrase of `packet_transport`'s `encryption`. Left out: the node does not encrypt. */
  readonly key?: string;
  /** What the gateway is called in the node's configuration, as `provider`. `gateway` if left out. */
  readonly name?: string;
}

//   | "SE" | name length | name | zeros to a multiple of 4 | body, zeros to a multiple of 4 |
//   | "HP" | name length | name | key 4 |                              a ping, never encrypted
const DATA_MAGIC = [0x53, 0x45];
const PING_MAGIC = [0x48, 0x50];
const HEADER_LENGTH = 3;
const PING_KEY_LENGTH = 4;

/** What a body consists of (packet_transport.cpp). */
const KEY = { FILL: 0, DATA: 1, SENSOR: 2, BINARY_SENSOR: 3, PING: 4, ROLLING_CODE: 5 } as const;

/**
 * ESPHome's `packet_transport` over ESP-NOW: sensors and binary sensors of a node. With a wrong key the first byte of the
 * body is usually wrong; XXTEA has no better check.
 */
export const esphome: Format<EsphomeOptions> = {
  name: "esphome",
  title: "ESPHome packet_transport",
  recognize(bytes) {
    if (nameOf(bytes) === undefined) return "none";
    return "likely";
  },
  create({ key: passphrase, name = "gateway" }): Decoder {
    const key = passphrase === undefined ? undefined : words(sha256(toUtf8(passphrase)));
    const sender = shortText(name);
    if (sender === undefined) throw new RangeError("name must have 1 to 255 bytes of UTF-8");
    return {
      format: "esphome",
      decode: (bytes) => decode(bytes, key),
      encode: (values, context) => encode(values, context, sender, key),
      ping: ({ id }) => Uint8Array.of(...PING_MAGIC, ...sender, ...littleEndianBytes(id)),
      describe,
    };
  },
  examples: [
    {
      title: "a sensor and a binary sensor",
      options: {},
      message: "5345076b69746368656e000001020000ac410474656d70030104646f6f720000",
      values: { temp: 21.5, door: true },
    },
    {
      title: "encrypted",
      options: { key: "correct horse" },
      message: "5345076b69746368656e0000b41c9ce371566b91b63b59caf42f1b477b40186c",
      values: { temp: 21.5, door: true },
    },
    {
      title: "encrypted, with rolling code and ping key",
      options: { key: "correct horse" },
      message: "5345076b69746368656e0000742e195acbbe16274aef888441388ca66493faee38cf2bf401ccb6891ad93de7",
      values: { temp: 21.5, door: true },
    },
  ],
  commands: [
    {
      title: "a sensor and a binary sensor",
      options: { name: "kitchen" },
      values: { temp: 21.5, door: true },
      message: "5345076b69746368656e000001020000ac410474656d70030104646f6f720000",
    },
    {
      title: "encrypted, with rolling code, for a node that has asked whether the gateway hears it",
      options: { key: "correct horse", name: "kitchen" },
      values: { temp: 21.5 },
      challenge: "44332211",
      message: "5345076b69746368656e0000416584136245ef7a56e70e1460a50f3e7cb3abb87a5de3b8",
    },
  ],
};

/** The name of the node that sends data or a ping; undefined if it is neither. */
function nameOf(bytes: Uint8Array): string | undefined {
  const [first, second, length = 0] = bytes;
  const isData = first === DATA_MAGIC[0] && second === DATA_MAGIC[1];
  const isPing = first === PING_MAGIC[0] && second === PING_MAGIC[1];
  const end = HEADER_LENGTH + length;
  if (!isData && !isPing) return undefined;
  if (length === 0 || bytes.length < end + (isPing ? PING_KEY_LENGTH : 1)) return undefined;
  if (isPing && bytes.length !== end + PING_KEY_LENGTH) return undefined;
  return printable(bytes.subarray(HEADER_LENGTH, end));
}

function decode(bytes: Uint8Array, key: Uint32Array | undefined): DecodeResult {
  const name = nameOf(bytes);
  if (name === undefined) return refuse("not a packet of ESPHome");
  if (bytes[0] === PING_MAGIC[0]) {
    return { values: {}, events: [], challenge: toHex(bytes.subarray(bytes.length - PING_KEY_LENGTH)) };
  }
  const start = align(HEADER_LENGTH + (bytes[2] as number));
  if (start >= bytes.length) return refuse("no body");
  if (key === undefined) return readBody(bytes.subarray(start), "the body is malformed or encrypted");
  if (bytes.length % 4 !== 0) return refuse("the length of an encrypted body is a multiple of 4");
  const body = words(bytes.subarray(start));
  xxteaDecrypt(body, key);
  return readBody(bytesOf(body), "the key does not fit");
}

/** `otherwise`: what it means when the body does not begin as one does. */
function readBody(body: Uint8Array, otherwise: string): DecodeResult {
  const [first] = body;
  const view = viewOf(body);
  let offset = 1;
  let rolling: Required<Pick<Decoded, "rollingCode" | "sequence">> | undefined;
  if (first === KEY.ROLLING_CODE) {
    if (body.length < 9) return refuse(otherwise);
    const [number, start] = [view.getUint32(1, true), view.getUint32(5, true)];
    rolling = { rollingCode: (BigInt(start) << 32n) | BigInt(number), sequence: { number, count: 2 ** 32, start } };
    offset = 9;
  } else if (first !== KEY.DATA) return refuse(otherwise);
  const pairs: [string, Value][] = [];
  while (offset < body.length) {
    const item = readItem(body, view, offset);
    if (item === undefined) return refuse(otherwise);
    if (item.pair !== undefined) pairs.push(item.pair);
    offset = item.end;
  }
  return { values: toValues(pairs), events: [], ...rolling };
}

/** One item of a body, and where it ends; undefined if there is none that could be one. */
function readItem(
  body: Uint8Array,
  view: DataView,
  offset: number,
): { pair?: [string, Value]; end: number } | undefined {
  switch (body[offset]) {
    case KEY.FILL:
      return { end: offset + 1 };
    case KEY.PING:
      return offset + 5 <= body.length ? { end: offset + 5 } : undefined;
    case KEY.SENSOR:
      return named(body, offset + 5, () => {
        const value = view.getFloat32(offset + 1, true);
        return Number.isFinite(value) ? Number(value.toPrecision(7)) : null;
      });
    case KEY.BINARY_SENSOR:
      return named(body, offset + 2, () => body[offset + 1] !== 0);
    default:
      return undefined;
  }
}

/** An item; the length of its name is at `lengthAt`. */
function named(
  body: Uint8Array,
  lengthAt: number,
  value: () => Value,
): { pair: [string, Value]; end: number } | undefined {
  const end = lengthAt + 1 + (body[lengthAt] ?? Number.POSITIVE_INFINITY);
  if (end > body.length) return undefined;
  const name = printable(body.subarray(lengthAt + 1, end));
  return name === undefined || name === "" ? undefined : { pair: [name, value()], end };
}

function align(offset: number): number {
  return (offset + 3) & ~3;
}

/** Little-endian words. The number of bytes is a multiple of 4. */
function words(bytes: Uint8Array): Uint32Array {
  return Uint32Array.from({ length: bytes.length / 4 }, (_, i) => littleEndian(bytes, 4 * i, 4));
}

function bytesOf(words: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word, true);
  return new Uint8Array(view.buffer);
}

/**
 * What a node takes as the data of its provider: numbers as sensors, true and false as binary sensors, `null` as an unknown
 * number. Encrypted data has a rolling code: the seconds since 1970 in place of the number of boots, and the id.
 */
function encode(
  values: Values,
  { id, time, challenge }: EncodeContext,
  sender: readonly number[],
  key: Uint32Array | undefined,
): Uint8Array | Refusal {
  const first =
    key === undefined
      ? [KEY.DATA]
      : [KEY.ROLLING_CODE, ...littleEndianBytes(id), ...littleEndianBytes(Math.floor(time / 1000))];
  const body: number[] = [...first];
  if (challenge !== undefined) body.push(KEY.PING, ...fromHex(challenge, "challenge"));
  for (const [name, value] of Object.entries(values)) {
    const item = itemOf(value);
    const text = shortText(name);
    if (item === undefined || text === undefined)
      return refuse(`${name} is a number, true, false or null, not ${JSON.stringify(value)}`);
    body.push(...item, ...text);
  }
  const encrypted = words(padded(body));
  if (key !== undefined) xxteaEncrypt(encrypted, key);
  return Uint8Array.of(...padded([...DATA_MAGIC, ...sender]), ...bytesOf(encrypted));
}

/** An item up to the length of its name. */
function itemOf(value: Value): readonly number[] | undefined {
  if (typeof value === "boolean") return [KEY.BINARY_SENSOR, Number(value)];
  if (typeof value !== "number" && value !== null) return undefined;
  const bytes = new Uint8Array(4);
  viewOf(bytes).setFloat32(0, value ?? Number.NaN, true);
  return [KEY.SENSOR, ...bytes];
}

/** Its length, and its UTF-8; undefined where there is none, or too much. */
function shortText(text: string): readonly number[] | undefined {
  const bytes = toUtf8(text);
  return bytes.length >= 1 && bytes.length <= 0xff ? [bytes.length, ...bytes] : undefined;
}

function littleEndianBytes(number: number): readonly number[] {
  return [number, number >>> 8, number >>> 16, number >>> 24].map((byte) => byte & 0xff);
}

function padded(bytes: readonly number[]): Uint8Array {
  const whole = new Uint8Array(align(bytes.length));
  whole.set(bytes);
  return whole;
}

/** ESPHome does not send units or classes: people who want them give them in the configuration. */
function describe({ values }: Seen): Entity[] {
  return Object.entries(values).map(([key, value]): Entity => {
    if (typeof value === "boolean") return { platform: "binary_sensor", key };
    return { platform: "sensor", key, stateClass: "measurement" };
  });
}
