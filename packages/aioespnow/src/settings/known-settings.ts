import type { z } from "zod";

/** What of a zod schema says how it is made. */
interface Made {
  readonly description?: string | undefined;
  readonly _zod: { readonly def: Definition };
}

interface Definition {
  readonly type: string;
  readonly shape?: Readonly<Record<string, Made>>;
  readonly valueType?: Made;
  readonly element?: Made;
  /** Of a wrapper, such as optional. */
  readonly innerType?: Made;
  /** Of a schema with a transformation: before it. */
  readonly in?: Made;
}

/** The names of the settings that there can be at a place; none where that is not known. */
export function knownSettings(shape: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  return Object.keys(unwrapped(schemaAt(shape, path))?._zod.def.shape ?? {});
}

/** What a setting is, as its schema describes it. */
export function descriptionOf(shape: z.ZodType, path: readonly PropertyKey[]): string | undefined {
  let at = schemaAt(shape, path);
  for (; at !== undefined; at = at._zod.def.innerType ?? at._zod.def.in) {
    if (at.description !== undefined) return at.description;
  }
  return undefined;
}

function schemaAt(shape: z.ZodType, path: readonly PropertyKey[]): Made | undefined {
  let at: Made | undefined = shape as unknown as Made;
  for (const key of path) {
    const { shape: settings, valueType, element }: Partial<Definition> = unwrapped(at)?._zod.def ?? {};
    at = settings?.[String(key)] ?? valueType ?? element;
  }
  return at;
}

function unwrapped(made: Made | undefined): Made | undefined {
  const inner = made?._zod.def.innerType ?? made?._zod.def.in;
  return inner === undefined ? made : unwrapped(inner);
}
