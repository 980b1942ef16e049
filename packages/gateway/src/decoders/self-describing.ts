import { type Decoded, type DecodedEvent, type DecodeResult, isRefusal, toValues, valuesOnly } from "./decoder.ts";
import { flatten, plain } from "./plain-value.ts";

/** The keys of values with a meaning of their own. */
export interface MeaningfulKeys {
  /** Their texts are events. */
  readonly events: readonly string[];
  /** Its number is that of the message. */
  readonly sequence?: string | undefined;
}

/** Counters of nodes have 32 bits at most. One that begins again earlier looks like a start of the node. */
const SEQUENCE_NUMBERS = 2 ** 32;

/** What an object, a list or a single value says, in JSON or CBOR. A single value is called `value`. */
export function decodeObject(value: unknown, { events: eventKeys, sequence }: MeaningfulKeys): DecodeResult {
  const isObject =
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
  if (!isObject) return valuesOnly({ value: plain(value) });
  const decoded = flatten(value);
  if (isRefusal(decoded)) return decoded;
  const { values } = decoded;
  const number = sequence === undefined ? undefined : values[sequence];
  const named = isSequenceNumber(number) ? { ...decoded, ...numbered(number, SEQUENCE_NUMBERS) } : decoded;
  if (!eventKeys.some((key) => typeof values[key] === "string")) return named;
  const events: DecodedEvent[] = [];
  const rest = Object.entries(values).filter(([key, one]) => {
    if (typeof one !== "string" || !eventKeys.includes(key)) return true;
    events.push({ key, type: one });
    return false;
  });
  return { ...named, values: toValues(rest), events };
}

/** A number of a message: a copy of the message has it too. */
export function numbered(number: number, count: number): Required<Pick<Decoded, "messageId" | "sequence">> {
  return { messageId: String(number), sequence: { number, count } };
}

function isSequenceNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < SEQUENCE_NUMBERS;
}
