import { z } from "zod";
import { type DecodeResult, isRefusal, type Refusal, refuse } from "../decoders/decoder.ts";
import type { Entity } from "../decoders/entity.ts";
import { flatten } from "../decoders/plain-value.ts";

const MAX_EVENTS = 64;
const MAX_ENTITIES = 128;

const decoded = z.object({
  values: z.record(z.string(), z.unknown()).default({}),
  events: z
    .array(z.object({ key: z.string().min(1), type: z.string().min(1) }))
    .max(MAX_EVENTS)
    .default([]),
  messageId: z.union([z.string(), z.number()]).optional(),
  sequence: z.object({ number: z.int().min(0), count: z.int().min(2) }).optional(),
});
const refusal = z.object({ reason: z.string().min(1) });

const entityBase = {
  key: z.string().min(1),
  name: z.string().min(1).optional(),
  deviceClass: z.string().optional(),
  category: z.enum(["diagnostic", "config"]).optional(),
};
const entity = z.discriminatedUnion("platform", [
  z.object({
    ...entityBase,
    platform: z.literal("sensor"),
    unit: z.string().optional(),
    stateClass: z.enum(["measurement", "total", "total_increasing"]).optional(),
  }),
  z.object({ ...entityBase, platform: z.literal("binary_sensor") }),
  z.object({ ...entityBase, platform: z.literal("switch") }),
  z.object({
    ...entityBase,
    platform: z.literal("light"),
    brightness: z.object({ key: z.string().min(1), scale: z.number().positive() }).optional(),
  }),
  z.object({
    ...entityBase,
    platform: z.literal("number"),
    unit: z.string().optional(),
    min: z.number(),
    max: z.number(),
    step: z.number().positive(),
  }),
  z.object({ ...entityBase, platform: z.literal("select"), options: z.array(z.string()).min(1) }),
  z.object({ ...entityBase, platform: z.literal("text") }),
  z.object({ ...entityBase, platform: z.literal("button"), payload: z.string() }),
  z.object({ ...entityBase, platform: z.literal("event"), eventTypes: z.array(z.string()).min(1) }),
]);

/** What a script said that it should not have said. */
export class WrongResult extends Error {}

/** What a script's `decode` returned. @throws WrongResult for anything else than it may return. */
export function readDecoded(result: unknown): DecodeResult {
  const no = refusal.safeParse(result);
  if (no.success) return refuse(no.data.reason.slice(0, 200));
  const { values, events, messageId, sequence } = check(
    decoded,
    result,
    "decode returns { values, events } or { reason }",
  );
  const flat = flatten(values);
  if (isRefusal(flat)) throw new WrongResult(`decode: ${flat.reason}`);
  return {
    ...flat,
    events,
    ...(messageId === undefined ? {} : { messageId: String(messageId) }),
    ...(sequence === undefined ? {} : { sequence }),
  };
}

/** What its `encode` returned. @throws WrongResult as above. */
export function readEncoded(result: unknown): Uint8Array | Refusal {
  const no = refusal.safeParse(result);
  if (no.success) return refuse(no.data.reason.slice(0, 200));
  const bytes = z.array(z.number().int().min(0).max(255));
  return Uint8Array.from(check(bytes, result, "encode returns bytes, a text, or { reason }"));
}

/** What its `describe` returned. @throws WrongResult as above. */
export function readEntities(result: unknown): readonly Entity[] {
  const list = z.array(entity).max(MAX_ENTITIES);
  return check(list, result, "describe returns a list of entities") as readonly Entity[];
}

function check<T extends z.ZodType>(shape: T, result: unknown, expected: string): z.output<T> {
  const checked = shape.safeParse(result);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const at = issue === undefined || issue.path.length === 0 ? "" : ` (${issue.path.join(".")}: ${issue.message})`;
  throw new WrongResult(`${expected}${at}`);
}
