import type { z } from "zod";

/** What of a zod schema says how it is made. */
interface Made {
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
  let at: Made | undefined = unwrapped(shape as unknown as Made);
  for (const key of path) {
    const { shape: settings, valueType, element }: Partial<Definition> = at?._zod.def ?? {};
    at = unwrapped(settings?.[String(key)] ?? valueType ?? element);
  }
  return Object.keys(at?._zod.def.shape ?? {});
}

function unwrapped(made: Made | undefined): Made | undefined {
  const inner = made?._zod.def.innerType ?? made?._zod.def.in;
  return inner === undefined ? made : unwrapped(inner);
}
