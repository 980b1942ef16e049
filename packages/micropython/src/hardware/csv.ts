import type { DeviceKind } from "./device.ts";
import { readingsShape } from "./device.ts";

/** What a device reads from a time on. */
export interface Cue {
  /** Milliseconds since the script began. */
  readonly atMs: number;
  readonly change: object;
  /** How long; afterwards the readings are as before. Left out: it lasts. */
  readonly forMs?: number | undefined;
}

/** More lines than a year of minutes has. */
const MAX_ROWS = 1_000_000;

/**
 * What a CSV file says of a device: a first line with `time` (seconds) and the names of readings, and a line for each time.
 * A field that is empty changes nothing.
 * @throws RangeError that says what is wrong, with the line.
 */
export function parseCsv(text: string, kind: DeviceKind): readonly Cue[] {
  const rows = text.split(/\r?\n/).map((line) => line.split(",").map((field) => field.trim()));
  const [header = []] = rows;
  const known = Object.keys(kind.readings);
  const names = header.slice(1);
  if (header[0] !== "time" || names.length === 0 || names.some((name) => !known.includes(name))) {
    throw new RangeError(`line 1: it must be time and readings of a ${kind.name} (${known.join(", ")}), with commas`);
  }
  if (rows.length > MAX_ROWS) throw new RangeError(`it has more than ${MAX_ROWS} lines`);
  const shape = readingsShape(kind);
  const cues: Cue[] = [];
  for (const [index, [time = "", ...fields]] of rows.entries()) {
    if (index === 0 || (time === "" && fields.length === 0)) continue;
    const atMs = Number(time) * 1000;
    const previous = cues.at(-1)?.atMs ?? 0;
    if (time === "" || !(atMs >= previous)) throw new RangeError(`line ${index + 1}: the times must not go back`);
    const given = names.map((name, at) => [name, valueIn(fields[at])]).filter(([, value]) => value !== undefined);
    const result = shape.safeParse(Object.fromEntries(given));
    if (!result.success) throw new RangeError(`line ${index + 1}: ${result.error.issues[0]?.message}`);
    cues.push({ atMs, change: result.data });
  }
  return cues;
}

function valueIn(field = ""): unknown {
  if (field === "") return undefined;
  if (field === "true" || field === "false") return field === "true";
  return Number.isNaN(Number(field)) ? field : Number(field);
}
