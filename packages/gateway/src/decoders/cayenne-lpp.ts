import { bigEndian, signed } from "./bytes.ts";
import {
  type DecodeResult,
  type Decoder,
  type Format,
  type Refusal,
  refuse,
  type Seen,
  toValues,
  type Value,
  type Values,
  valuesOnly,
} from "./decoder.ts";
import type { Entity, SensorEntity } from "./entity.ts";

/** One of the numbers of a type. */
interface Part {
  /** Behind the type's name: `accelerometer_1_x`. */
  readonly suffix?: string;
  readonly size: number;
  readonly isSigned: boolean;
  readonly divisor: number;
}

interface LppType {
  readonly key: string;
  readonly parts: readonly Part[];
  readonly sensor: Pick<SensorEntity, "unit" | "deviceClass"> | "binary";
}

const unsigned = (size: number, divisor = 1): Part => ({ size, divisor, isSigned: false });
const withSign = (size: number, divisor = 1): Part => ({ size, divisor, isSigned: true });
const three = (suffixes: string, part: Part): Part[] => [...suffixes].map((suffix) => ({ ...part, suffix }));

/** The types of the CayenneLPP library, by their numbers (IPSO object ids less 3200). */
const TYPES: ReadonlyMap<number, LppType> = new Map([
  [0, { key: "digital_in", parts: [unsigned(1)], sensor: {} }],
  [1, { key: "digital_out", parts: [unsigned(1)], sensor: {} }],
  [2, { key: "analog_in", parts: [withSign(2, 100)], sensor: {} }],
  [3, { key: "analog_out", parts: [withSign(2, 100)], sensor: {} }],
  [100, { key: "generic", parts: [unsigned(4)], sensor: {} }],
  [101, { key: "illuminance", parts: [unsigned(2)], sensor: { unit: "lx", deviceClass: "illuminance" } }],
  [102, { key: "presence", parts: [unsigned(1)], sensor: "binary" }],
  [103, { key: "temperature", parts: [withSign(2, 10)], sensor: { unit: "°C", deviceClass: "temperature" } }],
  [104, { key: "humidity", parts: [unsigned(1, 2)], sensor: { unit: "%", deviceClass: "humidity" } }],
  [113, { key: "accelerometer", parts: three("xyz", withSign(2, 1000)), sensor: { unit: "g" } }],
  [115, { key: "pressure", parts: [unsigned(2, 10)], sensor: { unit: "hPa", deviceClass: "atmospheric_pressure" } }],
  [116, { key: "voltage", parts: [unsigned(2, 100)], sensor: { unit: "V", deviceClass: "voltage" } }],
  [117, { key: "current", parts: [unsigned(2, 1000)], sensor: { unit: "A", deviceClass: "current" } }],
  [118, { key: "frequency", parts: [unsigned(4)], sensor: { unit: "Hz", deviceClass: "frequency" } }],
  [120, { key: "percentage", parts: [unsigned(1)], sensor: { unit: "%" } }],
  [121, { key: "altitude", parts: [withSign(2)], sensor: { unit: "m", deviceClass: "distance" } }],
  [125, { key: "concentration", parts: [unsigned(2)], sensor: { unit: "ppm" } }],
  [128, { key: "power", parts: [unsigned(2)], sensor: { unit: "W", deviceClass: "power" } }],
  [130, { key: "distance", parts: [unsigned(4, 1000)], sensor: { unit: "m", deviceClass: "distance" } }],
  [131, { key: "energy", parts: [unsigned(4, 1000)], sensor: { unit: "kWh", deviceClass: "energy" } }],
  [132, { key: "direction", parts: [unsigned(2)], sensor: { unit: "°" } }],
  [133, { key: "time", parts: [unsigned(4)], sensor: {} }],
  [134, { key: "gyrometer", parts: three("xyz", withSign(2, 100)), sensor: { unit: "°/s" } }],
  [135, { key: "colour", parts: three("rgb", unsigned(1)), sensor: {} }],
  [
    136,
    {
      key: "gps",
      parts: [
        { ...withSign(3, 10_000), suffix: "latitude" },
        { ...withSign(3, 10_000), suffix: "longitude" },
        { ...withSign(3, 100), suffix: "altitude" },
      ],
      sensor: {},
    },
  ],
  [142, { key: "switch", parts: [unsigned(1)], sensor: "binary" }],
]);

const TYPE_OF_KEY: ReadonlyMap<string, LppType> = new Map([...TYPES.values()].map((type) => [type.key, type]));
const NUMBER_OF_KEY: ReadonlyMap<string, number> = new Map([...TYPES].map(([number, { key }]) => [key, number]));
/** `temperature_3`, `accelerometer_6_x`. */
const KEY = /^([a-z_]+)_(\d+)(?:_([a-z]+))?$/;

/** CayenneLPP: channel, type, value; and the next. Channel 3's temperature is `temperature_3`. */
export const cayenneLpp: Format = {
  name: "cayenne-lpp",
  title: "CayenneLPP",
  recognize: (bytes) => ("reason" in decode(bytes) ? "none" : "possible"),
  create(): Decoder {
    return { format: "cayenne-lpp", decode, encode, describe };
  },
  examples: [
    {
      title: "two temperatures",
      options: {},
      message: "03670110056700ff",
      values: { temperature_3: 27.2, temperature_5: 25.5 },
    },
    {
      title: "a temperature and an accelerometer",
      options: {},
      message: "0167ffd7067104d2fb2e0000",
      values: { temperature_1: -4.1, accelerometer_6_x: 1.234, accelerometer_6_y: -1.234, accelerometer_6_z: 0 },
    },
    {
      title: "a position",
      options: {},
      message: "018806765ff2960a0003e8",
      values: { gps_1_latitude: 42.3519, gps_1_longitude: -87.9094, gps_1_altitude: 10 },
    },
  ],
  commands: [
    {
      title: "an output, and a color: the node reads them as it writes its own values",
      options: {},
      values: { digital_out_1: 1, analog_out_2: -1.5, colour_3_r: 255, colour_3_g: 165, colour_3_b: 0 },
      message: "0101010203ff6a0387ffa500",
    },
  ],
};

/** All or nothing: without a magic number, a type that nobody knows says that this is something else. */
function decode(bytes: Uint8Array): DecodeResult {
  if (bytes.length === 0) return refuse("empty");
  const pairs: [string, Value][] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const type = TYPES.get(bytes[offset + 1] ?? -1);
    if (type === undefined) return refuse(`unknown type ${bytes[offset + 1] ?? "(none)"}`);
    const key = `${type.key}_${bytes[offset]}`;
    offset += 2;
    for (const { suffix, size, isSigned, divisor } of type.parts) {
      if (offset + size > bytes.length) return refuse("ends inside a value");
      const raw = bigEndian(bytes, offset, size);
      const value = (isSigned ? signed(raw, size) : raw) / divisor;
      pairs.push([suffix === undefined ? key : `${key}_${suffix}`, type.sensor === "binary" ? value !== 0 : value]);
      offset += size;
    }
  }
  return valuesOnly(toValues(pairs));
}

/** Channel, type and value of each key. A type of several numbers needs all of them. */
function encode(values: Values): Uint8Array | Refusal {
  const bytes: number[] = [];
  const done = new Set<string>();
  for (const name of Object.keys(values)) {
    const [, key = "", channel = ""] = KEY.exec(name) ?? [];
    const type = TYPE_OF_KEY.get(key);
    if (type === undefined || Number(channel) > 0xff) return refuse(`${name} is no value of CayenneLPP`);
    const record = `${key}_${channel}`;
    if (done.has(record)) continue;
    done.add(record);
    bytes.push(Number(channel), NUMBER_OF_KEY.get(key) as number);
    for (const part of type.parts) {
      const whole = part.suffix === undefined ? record : `${record}_${part.suffix}`;
      const raw = rawOf(values[whole], part);
      if (raw === undefined) return refuse(`${whole} cannot be ${JSON.stringify(values[whole]) ?? "left out"}`);
      bytes.push(...raw);
    }
  }
  return Uint8Array.from(bytes);
}

/** Big-endian; undefined where the value does not fit. */
function rawOf(value: Value | undefined, { size, isSigned, divisor }: Part): readonly number[] | undefined {
  if (typeof value !== "number" && typeof value !== "boolean") return undefined;
  const raw = Math.round(Number(value) * divisor);
  const range = 2 ** (8 * size);
  const lowest = isSigned ? -range / 2 : 0;
  if (!(raw >= lowest && raw < lowest + range)) return undefined;
  const unsigned = raw < 0 ? raw + range : raw;
  return Array.from({ length: size }, (_, i) => Math.floor(unsigned / 256 ** (size - 1 - i)) % 256);
}

function describe({ values }: Seen): Entity[] {
  return Object.keys(values).flatMap((key): Entity[] => {
    const type = TYPE_OF_KEY.get(KEY.exec(key)?.[1] ?? "");
    if (type === undefined) return [];
    if (type.sensor === "binary") {
      return [{ platform: "binary_sensor", key, ...(type.key === "presence" ? { deviceClass: "presence" } : {}) }];
    }
    const stateClass = type.key === "energy" ? "total_increasing" : "measurement";
    return [{ platform: "sensor", key, ...type.sensor, ...(type.key === "time" ? {} : { stateClass }) }];
  });
}
