import { readFileSync } from "node:fs";
import { type MacAddress, toMac } from "aioespnow";
import type { Position } from "aioespnow/air";
import { UsageError } from "../process/explain.ts";
import { withFile } from "../process/system-message.ts";

export type Positions = ReadonlyMap<MacAddress, Position>;

/**
 * Reads where stations are: a JSON object, by their addresses, of places in meters.
 *
 *     { "02:00:00:00:00:0a": { "x": 0, "y": 0 }, "02:00:00:00:00:0b": { "x": 12.5, "y": 3, "z": 2 } }
 *
 * @throws Error for a file that cannot be read; UsageError for one that has anything else in it.
 */
export function readPositions(file: string): Positions {
  const text = withFile("read", file, () => readFileSync(file, "utf8"));
  try {
    return parsePositions(text);
  } catch (error) {
    throw new UsageError(`--positions ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

/** As `readPositions`, of the text of a file. @throws Error. */
export function parsePositions(text: string): Positions {
  const places: unknown = JSON.parse(text);
  if (!isObject(places)) throw new Error('it must be an object such as { "02:00:00:00:00:0a": { "x": 0, "y": 0 } }');
  const positions = new Map<MacAddress, Position>();
  for (const [address, place] of Object.entries(places)) {
    const mac = toMac(address, "an address");
    if (positions.has(mac)) throw new Error(`${mac} is there twice`);
    if (!isPosition(place)) {
      throw new Error(`the position of ${address} must be { "x": 0, "y": 0 } in meters, with "z" if needed`);
    }
    positions.set(mac, place);
  }
  return positions;
}

/** JSON knows no numbers but finite ones; a misspelt name must not put a station on the floor. */
function isPosition(place: unknown): place is Position {
  if (!isObject(place)) return false;
  const { x, y, z = 0, ...others } = place;
  const isNumeric = [x, y, z].every((meters) => typeof meters === "number" && Number.isFinite(meters));
  return isNumeric && Object.keys(others).length === 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
