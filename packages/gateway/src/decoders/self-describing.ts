import { type DecodedEvent, type DecodeResult, isRefusal, toValues, valuesOnly } from "./decoder.ts";
import { flatten, plain } from "./plain-value.ts";

/** What an object, a list or a single value says, in JSON or CBOR. A single value is called `value`. */
export function decodeObject(value: unknown, eventKeys: readonly string[]): DecodeResult {
  const isObject =
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
  if (!isObject) return valuesOnly({ value: plain(value) });
  const decoded = flatten(value);
  if (isRefusal(decoded)) return decoded;
  const { values } = decoded;
  if (!eventKeys.some((key) => typeof values[key] === "string")) return decoded;
  const events: DecodedEvent[] = [];
  const rest = Object.entries(values).filter(([key, one]) => {
    if (typeof one !== "string" || !eventKeys.includes(key)) return true;
    events.push({ key, type: one });
    return false;
  });
  return { values: toValues(rest), events };
}
