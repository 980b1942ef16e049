import { type MacAddress, toMac } from "../codec/mac-address.ts";
import type { ProfileName } from "../phy/sim/profile.ts";

/** What the parameters of a URL say about a simulated station. */
export interface StationParameters {
  /** `"esp32"` if left out. */
  readonly profile?: ProfileName;
  /** A random one if left out. */
  readonly mac?: MacAddress;
  /** Of ESP-NOW; an ESP8266 has 1 if left out, the others 2. */
  readonly version?: 1 | 2;
}

/** What `air:` and `sim:` have in common. @throws RangeError, TypeError for a value that does not fit. */
export function stationParameters(parameters: URLSearchParams): StationParameters {
  const profile = oneOf("profile", parameters.get("profile"), ["esp32", "esp8266", "host", "quickespnow"] as const);
  const mac = parameters.get("mac");
  return {
    ...(profile === undefined ? {} : { profile }),
    ...(mac === null ? {} : { mac: toMac(mac) }),
    ...versionParameter(parameters),
  };
}

/** The version of ESP-NOW that is spoken: left out, that of the profile. */
export function versionParameter(parameters: URLSearchParams): { readonly version?: 1 | 2 } {
  const version = oneOf("version", parameters.get("version"), ["1", "2"]);
  return version === undefined ? {} : { version: version === "1" ? 1 : 2 };
}

/** @throws RangeError for a parameter that the scheme does not have. */
export function checkNames(scheme: string, parameters: URLSearchParams, known: readonly string[]): void {
  for (const name of parameters.keys()) {
    if (parameters.getAll(name).length > 1) throw new RangeError(`${scheme}: the parameter "${name}" is given twice`);
    if (!known.includes(name)) throw new RangeError(`${scheme}: has no parameter "${name}", only ${known.join(", ")}`);
  }
}

/** The number that a parameter is. @throws RangeError with the rule for text that is not a number, or not allowed. */
export function toNumber(name: string, text: string, rule: string, isAllowed: (value: number) => boolean): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (isAllowed(value)) return value;
  throw new RangeError(`${name} must be ${rule}, not "${text}"`);
}

/** The value of a parameter, undefined if it is absent. @throws RangeError for any other than the allowed ones. */
export function oneOf<const T extends string>(
  name: string,
  value: string | null,
  allowed: readonly T[],
): T | undefined {
  if (value === null) return undefined;
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new RangeError(`${name} must be ${allowed.join(" or ")}, not "${value}"`);
  return found;
}
