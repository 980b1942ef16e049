import { printable, toUtf8 } from "./bytes.ts";
import { type Decoder, type Format, refuse, toValues, type Value, type Values, valuesOnly } from "./decoder.ts";
import { MAX_VALUES } from "./plain-value.ts";
import { describeByName } from "./well-known.ts";

/** How text and numbers are read. */
export interface TextOptions {
  /** What the numbers of a list are called: `["temperature", "humidity"]` for `21.5,40`. */
  readonly keys?: readonly string[];
}

const NUMBER = /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i;
/** `temp=21.5`, `temp:21.5`. A key begins with a letter: 12:30 is a time. */
const PAIR = /^([a-z_][\w .-]{0,63}?) ?[=:] ?([^=:]{1,200})$/i;
const SEPARATORS = /[,;&\n\t]/;

/**
 * Text: a number (`21.5`, as `value`), a list of numbers (`21.5,40`, as `value_1`, `value_2`, or by the option `keys`), pairs
 * (`temp=21.5,hum=40`), or any other text (as `text`).
 */
export const text: Format<TextOptions> = {
  name: "text",
  title: "Text and numbers",
  recognize(bytes) {
    return bytes.length > 0 && lineOf(bytes) !== undefined ? "possible" : "none";
  },
  create({ keys = [] }): Decoder {
    return {
      format: "text",
      decode(bytes) {
        const line = lineOf(bytes);
        if (line === undefined || line === "") return refuse("not printable text");
        return valuesOnly(readList(line, keys) ?? readPairs(line) ?? { text: line });
      },
      encode: encodeText,
      describe: describeByName,
    };
  },
  examples: [
    { title: "a number", options: {}, message: "32312e35", values: { value: 21.5 } },
    { title: "a number with a unit is a text", options: {}, message: "323143", values: { text: "21C" } },
    {
      title: "numbers with names (21.5, 40)",
      options: { keys: ["temperature", "humidity"] },
      message: "32312e352c203430",
      values: { temperature: 21.5, humidity: 40 },
    },
    {
      title: "pairs (temp=21.5;door:open)",
      options: {},
      message: "74656d703d32312e353b646f6f723a6f70656e",
      values: { temp: 21.5, door: "open" },
    },
  ],
  commands: [
    { title: "a single value (21.5)", options: {}, values: { value: 21.5 }, message: "32312e35" },
    {
      title: "pairs (level=7,mode=heat)",
      options: {},
      values: { level: 7, mode: "heat" },
      message: "6c6576656c3d372c6d6f64653d68656174",
    },
  ],
};

/** The text without the zeros and ends of line that C programs send along. */
function lineOf(bytes: Uint8Array): string | undefined {
  let end = bytes.length;
  while (end > 0 && [0x00, 0x0a, 0x0d].includes(bytes[end - 1] as number)) end--;
  return printable(bytes.subarray(0, end))?.trim();
}

function readList(line: string, keys: readonly string[]): Values | undefined {
  const words = line.split(SEPARATORS).map((word) => word.trim());
  if (words.length > MAX_VALUES || !words.every(isNumber)) return undefined;
  const unnamed = (i: number): string => (words.length === 1 ? "value" : `value_${i + 1}`);
  return toValues(words.map((word, i) => [keys[i] ?? unnamed(i), Number(word)]));
}

function readPairs(line: string): Values | undefined {
  const pairs = line.split(SEPARATORS).map((part) => PAIR.exec(part.trim()));
  if (pairs.length > MAX_VALUES) return undefined;
  const found = pairs.filter((pair) => pair !== null);
  if (found.length < pairs.length) return undefined;
  return toValues(found.map(([, key = "", value = ""]): [string, Value] => [key.trim(), scalar(value.trim())]));
}

function scalar(word: string): Value {
  return isNumber(word) ? Number(word) : word;
}

/** One that is too large for a number stays a text. */
function isNumber(word: string): boolean {
  return NUMBER.test(word) && Number.isFinite(Number(word));
}

/** One value is sent by itself, several as pairs. */
function encodeText(values: Values): Uint8Array | { reason: string } {
  const pairs = Object.entries(values);
  if (pairs.some(([, value]) => typeof value === "object")) return refuse("text takes numbers, texts, true and false");
  const [only] = pairs;
  if (pairs.length === 1 && only !== undefined && ["value", "text"].includes(only[0])) return toUtf8(String(only[1]));
  return toUtf8(pairs.map(([key, value]) => `${key}=${value}`).join(","));
}
