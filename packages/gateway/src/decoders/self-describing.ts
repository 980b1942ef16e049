import { type Decoded, type DecodedEvent, isRefusal, type Refusal, toValues, valuesOnly } from "./decoder.ts";
import { flatten, plain } from "./plain-value.ts";

/** What an object, a list or a single value says, in JSON or CBOR. A single value is called `value`. */
export function decodeObject(value: unknown, eventKeys: readonly string[]): Decoded | Refusal {
  const isObject =
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
  if (!isObject) return valuesOnly({ value: plain(value) });
  const values = flatten(value);
  if (isRefusal(values)) return values;
  const events: DecodedEvent[] = [];
  const rest = Object.entries(values).filter(([key, one]) => {
    if (typeof one !== "string" || !eventKeys.includes(key)) return true;
    events.push({ key, type: one });
    return false;
  });
  return { values: toValues(rest), events };
}
