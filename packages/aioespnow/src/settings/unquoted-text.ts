import { type Document, isMap, isScalar } from "yaml";
import type { z } from "zod";

/**
 * What a person wrote for a text that YAML reads as something else: `air:` is a map, and `5` a number. Undefined where it is
 * no such text, or would not be right in quotes either.
 */
export function unquotedText(
  document: Document.Parsed,
  path: readonly PropertyKey[],
  shape: z.ZodType,
): string | undefined {
  const text = asWritten(document.getIn(path, true));
  if (text === undefined) return undefined;
  const quoted = document.clone();
  quoted.setIn(path, text);
  const { error } = shape.safeParse(quoted.toJS());
  const isRight = error?.issues.every((issue) => issue.path.join(".") !== path.join(".")) ?? true;
  return isRight ? text : undefined;
}

function asWritten(node: unknown): string | undefined {
  if (isScalar(node)) return ["number", "boolean"].includes(typeof node.value) ? node.source : undefined;
  if (!isMap(node) || node.items.length !== 1) return undefined;
  const [{ key, value } = {}] = node.items;
  const isEmpty = value === null || (isScalar(value) && value.value === null && !value.source);
  return isEmpty && isScalar(key) && node.flow !== true ? `${key.source ?? key.value}:` : undefined;
}
