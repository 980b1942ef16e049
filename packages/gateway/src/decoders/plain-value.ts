import { toHex } from "./bytes.ts";
import { type DecodeResult, refuse, toValues, type Value, valuesOnly } from "./decoder.ts";

/** A message of 1470 bytes can hold more; nobody has a node with more values than this. */
export const MAX_VALUES = 128;
const MAX_DEPTH = 16;

/** Keys whose values are events, unless the options say otherwise. */
export const DEFAULT_EVENT_KEYS: readonly string[] = ["event", "action"];

/**
 * The values of a decoded object, without objects inside: `{"bme": {"t": 1}}` becomes `bme_t`. Lists stay.
 */
export function flatten(object: object): DecodeResult {
  const pairs: [string, Value][] = [];
  const add = (prefix: string, value: unknown, depth: number): boolean => {
    const inner = entriesOf(value);
    if (inner === undefined) return pairs.push([prefix, plain(value)]) <= MAX_VALUES;
    if (depth > MAX_DEPTH) return false;
    return inner.every(([key, one]) => add(prefix === "" ? key : `${prefix}_${key}`, one, depth + 1));
  };
  if (!add("", object, 0)) return refuse(`more than ${MAX_VALUES} values, or objects ${MAX_DEPTH} deep`);
  return valuesOnly(toValues(pairs));
}

/** The pairs of an object or a Map; undefined of anything else. */
function entriesOf(value: unknown): [string, unknown][] | undefined {
  if (value instanceof Map) return [...value].map(([key, one]) => [typeof key === "string" ? key : String(key), one]);
  if (typeof value !== "object" || value === null || Array.isArray(value) || value instanceof Uint8Array)
    return undefined;
  return Object.entries(value);
}

/** Whether JSON says a number that is too large for one: it has no other way to say infinity. */
export function overflows(value: unknown): boolean {
  if (typeof value === "number") return !Number.isFinite(value);
  return typeof value === "object" && value !== null && Object.values(value).some(overflows);
}

/** Anything that JSON or CBOR can say, as JSON can say it. What JSON has no number for is `null`. */
export function plain(value: unknown, depth = 0): Value {
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return toHex(value);
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((one) => plain(one, depth + 1));
  const entries = entriesOf(value);
  return entries === undefined ? null : toValues(entries.map(([key, one]) => [key, plain(one, depth + 1)]));
}
