import { printable } from "aioespnow";

/** What a command itself prints beside characters: the ends of lines, tabs. */
const LAYOUT = /([\n\t])/;
const STYLE = new RegExp(`(${"\u001b"}\\[\\d+m)`);
/** Of JSON, which escapes controls below a space only. */
const UNESCAPED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const NO_STYLES: ReadonlySet<string> = new Set();

/** A text for people, without anything that a terminal obeys but `styles`, which the command has put there. */
export function escapeText(text: string, styles = NO_STYLES): string {
  const pieces = text.split(STYLE).flatMap((piece) => (styles.has(piece) ? [piece] : piece.split(LAYOUT)));
  return pieces.map((piece) => (styles.has(piece) || LAYOUT.test(piece) ? piece : printable(piece))).join("");
}

/** A record as a line of JSON without anything that a terminal obeys. */
export function escapeJson(record: object): string {
  return JSON.stringify(record).replace(UNESCAPED, (character) =>
    Array.from({ length: character.length }, (_, i) => escapeUnit(character.charCodeAt(i))).join(""),
  );
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
