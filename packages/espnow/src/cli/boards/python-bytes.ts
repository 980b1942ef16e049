/** What a backslash and a letter stand for in Python's texts. */
const ESCAPES: Readonly<Record<string, number>> = {
  "\\": 0x5c,
  "'": 0x27,
  '"': 0x22,
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
};
const LITERAL = /^b(['"])((?:\\[\s\S]|(?!\1)[^\\])*)\1$/;
const PIECE = /\\x([0-9a-fA-F]{2})|\\([0-7]{1,3})|\\([\\'"abfnrtv])|([\x20-\x7e])|[\s\S]/g;

/** The bytes that a literal of Python stands for, such as `b'x!\x84\xc68\xb0'`; undefined if it is not one. */
export function pythonBytes(text: string): Uint8Array | undefined {
  const [, , inside] = LITERAL.exec(text.trim()) ?? [];
  if (inside === undefined) return undefined;
  const bytes: number[] = [];
  for (const [, hex, octal, escaped, character] of inside.matchAll(PIECE)) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
    else if (escaped !== undefined) bytes.push(ESCAPES[escaped] as number);
    else if (character !== undefined) bytes.push(character.charCodeAt(0));
    else return undefined;
  }
  return Uint8Array.from(bytes);
}
