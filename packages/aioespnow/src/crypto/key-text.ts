import { fromHex } from "../util/bytes.ts";
import { KEY_LEN } from "./ccmp.ts";

/**
 * A key as people write it: 16 characters (bytes of UTF-8), or 32 hexadecimal digits. Returns its 16 bytes. `text` is a string, or
 * the content of a file.
 * @throws RangeError for a text of another length.
 * @example
 * import { keyFromText } from "aioespnow";
 *
 * keyFromText("a secret, or not"); // its 16 bytes
 * keyFromText("00112233445566778899aabbccddeeff"); // 0x00, 0x11, ...
 */
export function keyFromText(text: string | Uint8Array): Uint8Array {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : Uint8Array.from(text);
  if (bytes.length === KEY_LEN) return bytes;
  const digits = String.fromCharCode(...bytes.subarray(0, 2 * KEY_LEN));
  if (bytes.length === 2 * KEY_LEN && /^[0-9a-f]+$/i.test(digits)) return fromHex(digits);
  throw new RangeError(`a key has ${KEY_LEN} characters, or ${2 * KEY_LEN} hexadecimal digits`);
}
