import type { LazyRadioOpener, RadioOpener } from "./opening.ts";
import { SCHEME } from "./radio-url.ts";
import { SCHEMES } from "./schemes.ts";

/** Scheme to opener: ours, then those that were registered. */
export const openers: Map<string, RadioOpener | LazyRadioOpener> = new Map(Object.entries(SCHEMES));

/**
 * Registers another kind of radio: `openRadio("SCHEME:...")`, the variable ESPNOW_RADIO and the command's `--radio` then
 * accept it. Returns a function that removes the scheme again.
 * @param scheme without the colon, in lower case
 * @param opener the opener itself, or a function that loads it: such a radio cannot be opened by `openRadioSync`
 * @throws RangeError for an invalid scheme, or one that is registered already.
 * @example
 * import { openRadio, type RadioOpener, registerRadio } from "aioespnow";
 * import { Air } from "aioespnow/sim";
 *
 * const air = new Air();
 * const opener: RadioOpener = {
 *   radio() {
 *     const radio = air.radio();
 *     return { ready: async () => radio, readySync: () => radio };
 *   },
 * };
 * registerRadio("mine", opener);
 * const radio = await openRadio("mine:");
 */
export function registerRadio(scheme: string, opener: RadioOpener | LazyRadioOpener): () => void {
  if (!SCHEME.test(scheme)) {
    throw new RangeError(`a scheme must be lower-case letters, digits, "+", "." or "-", not ${JSON.stringify(scheme)}`);
  }
  if (openers.has(scheme)) throw new RangeError(`radios of ${scheme}: are registered already`);
  openers.set(scheme, opener);
  return () => {
    if (openers.get(scheme) === opener) openers.delete(scheme);
  };
}
