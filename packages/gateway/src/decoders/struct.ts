import { printable, toHex, toUtf8, viewOf } from "./bytes.ts";
import {
  type Decoder,
  type Format,
  type Refusal,
  refuse,
  toValues,
  type Value,
  type Values,
  valuesOnly,
} from "./decoder.ts";
import type { Entity, SensorEntity } from "./entity.ts";
import { numbered } from "./self-describing.ts";
import { fits, type Layout, type LayoutItem, parseLayout, readItem, writeItem } from "./struct-layout.ts";

/** What one value of the layout is. */
export interface StructField {
  /** As in `values`. */
  readonly key: string;
  /** For people. Left out: made from the key. */
  readonly name?: string;
  /** What a number is multiplied with: 0.01 for hundredths. 1 if left out. */
  readonly scale?: number;
  /** What is added after that. */
  readonly offset?: number;
  /** Words for numbers: `{"0": "closed", "1": "open"}`. A number without a word stays a number. */
  readonly words?: Readonly<Record<string, string>>;
  /** `switch` and `number` can be set. Left out: a sensor, or a binary sensor of true and false. */
  readonly platform?: "sensor" | "binary_sensor" | "switch" | "number";
  /** Such as `°C`. */
  readonly unit?: string;
  /** Home Assistant's device class, such as `temperature`. */
  readonly deviceClass?: string;
  /** Home Assistant's state class. */
  readonly stateClass?: "measurement" | "total" | "total_increasing";
  /** Home Assistant's entity category. */
  readonly category?: "diagnostic" | "config";
  /** The number that means "unknown". */
  readonly unknown?: number;
  /** Of a `number`: 0, 100 and the scale if left out. */
  readonly min?: number;
  /** The greatest value that it can be set to. */
  readonly max?: number;
  /** From one value to the next. */
  readonly step?: number;
}

/** How a record is read. */
export interface StructOptions {
  /** A format string of Python's `struct`: `<Hhf`. */
  readonly layout: string;
  /** One for each value of the layout, in order. */
  readonly fields: readonly StructField[];
  /** The key of a whole number without sign that is one more in each message: losses are counted by it. None if left out. */
  readonly sequence?: string;
}

/** A record of bytes, as `struct.pack` of Python and packed structs of C make it. */
export const struct: Format<StructOptions> = {
  name: "struct",
  title: "Records (Python's struct, C)",
  recognize: () => "none",
  create({ layout: format, fields, sequence }): Decoder {
    const layout = parseLayout(format);
    if (fields.length !== layout.items.length) {
      throw new RangeError(
        `layout "${format}" has ${layout.items.length} values, and there are ${fields.length} fields`,
      );
    }
    checkFields(fields);
    const counter = sequence === undefined ? undefined : counterOf(layout, fields, sequence);
    const isSettable = fields.some(({ platform }) => platform === "switch" || platform === "number");
    return {
      format: "struct",
      decode(bytes) {
        if (bytes.length !== layout.length) return refuse(`not ${layout.length} bytes long`);
        const view = viewOf(bytes);
        const values = toValues(fields.map((field, i) => [field.key, read(layout, i, field, bytes, view)]));
        if (counter === undefined) return valuesOnly(values);
        const number = Number(readItem(view, counter, layout.isLittleEndian));
        return { ...valuesOnly(values), ...numbered(number, 2 ** (8 * counter.size)) };
      },
      ...(isSettable ? { encode: (values: Values) => encode(layout, fields, values) } : {}),
      describe: () => fields.map((field, i) => entityOf(field, layout.items[i] as LayoutItem)),
    };
  },
  examples: [
    {
      title: 'struct.pack("<hHB?", 2150, 3012, 1, True)',
      options: {
        layout: "<hHB?",
        fields: [
          { key: "temperature", scale: 0.01, unit: "°C", deviceClass: "temperature" },
          { key: "voltage", scale: 0.001, unit: "V", deviceClass: "voltage" },
          { key: "mode", words: { 0: "off", 1: "heat" } },
          { key: "window" },
        ],
      },
      message: "6608c40b0101",
      values: { temperature: 21.5, voltage: 3.012, mode: "heat", window: true },
    },
    {
      title: 'a C struct, which is aligned: struct.pack("B6sf", 7, b"attic", 1.5)',
      options: { layout: "B6sf", fields: [{ key: "id" }, { key: "name" }, { key: "level" }] },
      message: "07617474696300000000c03f",
      values: { id: 7, name: "attic", level: 1.5 },
    },
  ],
  commands: [
    {
      title: 'struct.pack("<?h", True, 2150)',
      options: {
        layout: "<?h",
        fields: [
          { key: "relay", platform: "switch" },
          { key: "target", platform: "number", scale: 0.01 },
        ],
      },
      values: { relay: true, target: 21.5 },
      message: "016608",
    },
  ],
};

function checkFields(fields: readonly StructField[]): void {
  const keys = new Set<string>();
  for (const { key, scale = 1 } of fields) {
    if (keys.has(key)) throw new RangeError(`two fields are called "${key}"`);
    if (!Number.isFinite(scale) || scale === 0) throw new RangeError(`scale of "${key}" must be a number other than 0`);
    keys.add(key);
  }
}

/** @throws RangeError for a field that cannot number the messages. */
function counterOf({ items }: Layout, fields: readonly StructField[], key: string): LayoutItem {
  const item = items[fields.findIndex((field) => field.key === key)];
  if (item?.kind === "unsigned" && item.size <= 4) return item;
  throw new RangeError(`sequence must be the key of a field of the kinds B, H, I and L, not ${JSON.stringify(key)}`);
}

function read(layout: Layout, i: number, field: StructField, bytes: Uint8Array, view: DataView): Value {
  const item = layout.items[i] as LayoutItem;
  if (item.kind === "text") return readText(bytes.subarray(item.offset, item.offset + item.size));
  const raw = readItem(view, item, layout.isLittleEndian);
  if (typeof raw === "boolean") return raw;
  if (raw === field.unknown || !Number.isFinite(raw)) return null;
  const word = field.words?.[raw];
  if (word !== undefined) return word;
  if (field.platform === "binary_sensor" || field.platform === "switch") return raw !== 0;
  const { scale = 1, offset = 0 } = field;
  if (item.kind === "float") return rounded(raw * scale + offset, item);
  // Dividing by 100 gives the number nearest to the hundredths; multiplying by 0.01 does not.
  const divisor = Math.round(1 / scale);
  if (offset === 0 && Math.abs(divisor * scale - 1) < Number.EPSILON) return raw / divisor;
  return scale === 1 ? raw + offset : rounded(raw * scale + offset, item);
}

/** As many digits as the item carries: a float of 4 bytes has 7. */
function rounded(value: number, { kind, size }: LayoutItem): number {
  const digits = kind !== "float" ? 12 : size === 2 ? 4 : size === 4 ? 7 : 15;
  return Number(value.toPrecision(digits));
}

/** Up to the first zero, as C ends a text. What is no text is shown in hexadecimal. */
function readText(bytes: Uint8Array): string {
  const zero = bytes.indexOf(0);
  const used = zero < 0 ? bytes : bytes.subarray(0, zero);
  return printable(used) ?? toHex(bytes);
}

/** The whole record: every field has a value. A gateway completes a command by what it knows of the node. */
function encode(layout: Layout, fields: readonly StructField[], values: Values): Uint8Array | Refusal {
  const bytes = new Uint8Array(layout.length);
  const view = viewOf(bytes);
  for (const [i, field] of fields.entries()) {
    const value = values[field.key];
    if (value === undefined) return refuse(`${field.key} is missing: a record has all of its values`);
    const item = layout.items[i] as LayoutItem;
    if (!write(layout, item, field, value, bytes, view))
      return refuse(`${field.key} cannot be ${JSON.stringify(value)}`);
  }
  return bytes;
}

/** Whether the value fits. */
function write(
  { isLittleEndian }: Layout,
  item: LayoutItem,
  field: StructField,
  value: Value,
  bytes: Uint8Array,
  view: DataView,
): boolean {
  if (item.kind === "text") {
    const text = toUtf8(String(value));
    if (text.length <= item.size) bytes.set(text, item.offset);
    return text.length <= item.size;
  }
  const raw = rawNumber(field, item, value);
  if (raw === undefined || !fits(item, raw)) return false;
  writeItem(view, item, raw, isLittleEndian);
  return true;
}

function rawNumber(field: StructField, item: LayoutItem, value: Value): number | undefined {
  const { words = {}, scale = 1, offset = 0, unknown } = field;
  if (value === null) return unknown;
  if (typeof value === "boolean") return Number(value);
  if (typeof value === "string") {
    const number = Object.entries(words).find(([, word]) => word === value)?.[0];
    return number === undefined ? undefined : Number(number);
  }
  if (typeof value !== "number") return undefined;
  const raw = (value - offset) / scale;
  return item.kind === "float" ? raw : Math.round(raw);
}

function entityOf(field: StructField, { kind }: LayoutItem): Entity {
  const { key, name, deviceClass, category, unit, stateClass, words } = field;
  const { platform = kind === "bool" ? "binary_sensor" : "sensor" } = field;
  const base = {
    key,
    ...(name === undefined ? {} : { name }),
    ...(deviceClass === undefined ? {} : { deviceClass }),
    ...(category === undefined ? {} : { category }),
  };
  if (platform === "binary_sensor" || platform === "switch") return { ...base, platform };
  const withUnit = unit === undefined ? {} : { unit };
  if (platform === "number") {
    const { min = 0, max = 100, step = Math.abs(field.scale ?? 1) } = field;
    return { ...base, ...withUnit, platform, min, max, step };
  }
  const isMeasured = kind !== "text" && words === undefined;
  const statistics: Pick<SensorEntity, "stateClass"> = isMeasured ? { stateClass: stateClass ?? "measurement" } : {};
  return { ...base, ...withUnit, ...statistics, platform };
}
