/** How a decoder of foreign bytes says no: it returns one of these in place of what was asked for, and never throws. */
export interface Refusal<Reason extends string = string> {
  /** Why the bytes were refused. */
  readonly reason: Reason;
}

/** The refusals of a decoder, made once: most of what is on the air is refused. */
export function refusals<const Reason extends string>(
  ...reasons: readonly Reason[]
): { readonly [R in Reason]: Refusal<R> } {
  return Object.fromEntries(reasons.map((reason) => [reason, { reason }])) as { [R in Reason]: Refusal<R> };
}
