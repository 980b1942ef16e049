import type { Value, Values } from "../decoders/decoder.ts";
import type { Entity } from "../decoders/entity.ts";
import { safeKey } from "../nodes/names.ts";
import type { Node } from "../nodes/node.ts";

/**
 * The values that a message to `set` (a JSON object) or `set/KEY` (a single value) asks for, with the node's own keys.
 * @throws RangeError for a payload that is no object, or no value of the entity.
 */
export function valuesOfSet(node: Node, key: string | undefined, payload: string): Values {
  const parsed = parse(payload);
  const pairs = key === undefined ? entriesOf(parsed) : [[key, parsed === undefined ? payload : parsed] as const];
  if (pairs === undefined)
    throw new RangeError(`set takes a JSON object, such as {"level": 7}, not ${payload.slice(0, 40)}`);
  const entities = new Map(node.entities.map((entity) => [safeKey(entity.key), entity]));
  return Object.fromEntries(
    pairs.map(([name, value]) => {
      const entity = entities.get(name);
      return [entity?.key ?? name, entity === undefined ? (value as Value) : valueFor(entity, value as Value)];
    }),
  );
}

/** What Home Assistant sends for an entity, as the decoder takes it. */
function valueFor(entity: Entity, value: Value): Value {
  switch (entity.platform) {
    case "switch":
    case "light":
    case "binary_sensor":
      if (value === "ON" || value === "on" || value === true || value === 1) return true;
      if (value === "OFF" || value === "off" || value === false || value === 0) return false;
      throw new RangeError(`${entity.key} is ON or OFF, not ${JSON.stringify(value)}`);
    case "number":
      if (typeof value === "number" && value >= entity.min && value <= entity.max) return value;
      throw new RangeError(
        `${entity.key} is a number from ${entity.min} to ${entity.max}, not ${JSON.stringify(value)}`,
      );
    case "select":
      if (typeof value === "string" && entity.options.includes(value)) return value;
      throw new RangeError(`${entity.key} is one of ${entity.options.join(", ")}, not ${JSON.stringify(value)}`);
    default:
      return value;
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function entriesOf(value: unknown): [string, unknown][] | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? Object.entries(value) : undefined;
}
