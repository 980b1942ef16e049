/** What `air:` without a name means. */
const DEFAULT_AIR = "default";

/** The name of a shared air; an empty one is the default air's. @throws RangeError for what cannot be one. */
export function checkAirName(name: string): string {
  if (/^[A-Za-z0-9._-]{0,64}$/.test(name)) return name || DEFAULT_AIR;
  throw new RangeError(`an air's name may have 64 of A-Z, a-z, 0-9, ".", "_" and "-", not ${JSON.stringify(name)}`);
}
