import type { MacAddress } from "aioespnow";
import type { Values } from "../decoders/decoder.ts";
import { toValues } from "../decoders/decoder.ts";

const MAX_KEY_LENGTH = 64;
const SAFE_KEY = /^[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*$/;
/** Names with another meaning in the topics. */
const RESERVED = new Set(["bridge", "rx"]);
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,63}$/u;

/** What a node is called until somebody gives it a name. */
export function defaultName(mac: MacAddress): string {
  return mac.replaceAll(":", "");
}

/** @throws RangeError for a name that cannot be part of a topic, or that means something else there. */
export function checkName(name: string): void {
  if (NAME.test(name) && !RESERVED.has(name)) return;
  throw new RangeError(
    `a node cannot be called ${JSON.stringify(name)}: a name has 1 to 64 letters, digits, spaces and . _ -, begins with a letter or digit, and is not ${[...RESERVED].join(" or ")}`,
  );
}

/**
 * A key as topics, templates and entity ids can have it: letters, digits and `_`. Keys come from nodes: nothing else of
 * them may reach a template of Home Assistant.
 */
export function safeKey(key: string): string {
  if (isSafe(key)) return key;
  const safe = key.replaceAll(/[^A-Za-z0-9]+/g, "_").replaceAll(/^_+|_+$/g, "");
  return safe.slice(0, MAX_KEY_LENGTH) || "value";
}

/** The same for all keys. Of two that become one, the last stays. */
export function safeValues(values: Values): Values {
  return Object.keys(values).every(isSafe)
    ? values
    : toValues(Object.entries(values).map(([key, value]) => [safeKey(key), value]));
}

function isSafe(key: string): boolean {
  return key.length <= MAX_KEY_LENGTH && SAFE_KEY.test(key);
}

/** `kitchen_window` of `Kitchen, window`: for ids that have lower case only. */
export function slug(name: string): string {
  const plain = name.normalize("NFKD").replaceAll(/\p{M}/gu, "");
  return safeKey(plain).toLowerCase();
}
