import { crc32, deflateSync } from "node:zlib";
import { GLYPH, glyphsByColumns } from "./font.ts";

/** What a display of one color shows. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  isLit(x: number, y: number): boolean;
}

interface Glyph {
  readonly x: number;
  readonly y: number;
  readonly character: string;
}

/**
 * The text in a picture that `framebuf.text` has drawn, line by line: spaces between characters stand for gaps. Other fonts
 * and drawings are left out. Further pictures of the same size say what else may be a character: dark ones on light, say.
 */
export function textIn(...pictures: readonly Picture[]): readonly string[] {
  const lines = new Map<number, Glyph[]>();
  for (const glyph of withoutOverlaps(pictures.flatMap(glyphsIn))) {
    lines.set(glyph.y, [...(lines.get(glyph.y) ?? []), glyph]);
  }
  return [...lines.entries()].sort(([a], [b]) => a - b).map(([, glyphs]) => lineOf(glyphs));
}

/** All places at which the pixels are those of a character. */
function glyphsIn(picture: Picture): readonly Glyph[] {
  const { width, height } = picture;
  const known = glyphsByColumns();
  const found: Glyph[] = [];
  const columns = new Uint8Array(width); // eight pixels downwards, the lowest bit at the top
  for (let bottom = 0; bottom < height; bottom++) {
    let dark = 0; // columns without a pixel up to here
    for (let x = 0; x < width; x++) {
      const column = ((columns[x] as number) >> 1) | (picture.isLit(x, bottom) ? 0x80 : 0);
      columns[x] = column;
      dark = column === 0 ? dark + 1 : 0;
      if (bottom < GLYPH - 1 || x < GLYPH - 1 || dark >= GLYPH) continue;
      const left = x - GLYPH + 1;
      const character = known.get(Buffer.from(columns.buffer, left, GLYPH).toString("hex"));
      if (character !== undefined) found.push({ x: left, y: bottom - GLYPH + 1, character });
    }
  }
  return found;
}

/** What a line or the edge of a box looks like. */
const LINE = "_";

/** Where places overlap, those count that have the most neighbors in their line: a dash may be a part of a box. */
function withoutOverlaps(glyphs: readonly Glyph[]): readonly Glyph[] {
  const runs = new Map<string, Glyph[]>();
  for (const glyph of glyphs) {
    const key = `${glyph.y},${glyph.x % GLYPH}`;
    runs.set(key, [...(runs.get(key) ?? []), glyph]);
  }
  const kept: Glyph[] = [];
  const weight = (run: readonly Glyph[]): number => run.filter(({ character }) => character !== LINE).length;
  for (const run of [...runs.values()].sort((a, b) => weight(b) - weight(a) || b.length - a.length)) {
    for (const glyph of run) if (!kept.some((other) => overlap(glyph, other))) kept.push(glyph);
  }
  return kept;
}

function overlap(a: Glyph, b: Glyph): boolean {
  return Math.abs(a.x - b.x) < GLYPH && Math.abs(a.y - b.y) < GLYPH;
}

function lineOf(glyphs: readonly Glyph[]): string {
  let text = "";
  let end: number | undefined;
  for (const { x, character } of glyphs.toSorted((a, b) => a.x - b.x)) {
    text += " ".repeat(end === undefined ? 0 : Math.round((x - end) / GLYPH)) + character;
    end = x + GLYPH;
  }
  return text;
}

/** A picture in characters of Braille, two by four pixels each: a display of 128 by 64 is 64 by 16 characters. */
export function braille(picture: Picture): readonly string[] {
  // Unicode 2800: dots 1 to 3 and 7 are the left column, 4 to 6 and 8 the right one.
  const dots = [
    [0x01, 0x08],
    [0x02, 0x10],
    [0x04, 0x20],
    [0x40, 0x80],
  ];
  const characterAt = (left: number, top: number): string => {
    const lit = dots.flatMap((row, y) => row.filter((_, x) => picture.isLit(left + x, top + y)));
    return String.fromCharCode(lit.reduce((sum, dot) => sum + dot, 0x2800));
  };
  return Array.from({ length: Math.ceil(picture.height / 4) }, (_, row) =>
    Array.from({ length: Math.ceil(picture.width / 2) }, (_, column) => characterAt(2 * column, 4 * row)).join(""),
  );
}

/** The text in a picture; where there is none, its pixels in characters of Braille. */
export function textOrBraille(picture: Picture): readonly string[] {
  const text = textIn(picture);
  return text.length > 0 ? text : braille(picture);
}

/** How many pixels of a PNG are a pixel of the display, each way. */
const SCALE = 4;

/** What the header of a PNG file says. */
interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly bitDepth: number;
  readonly colorType: number;
}

/** Grayscale, a bit for a pixel. */
const BLACK_AND_WHITE = { bitDepth: 1, colorType: 0 } as const;

/** A picture as a PNG file, light on black (ISO/IEC 15948). */
export function png(picture: Picture): Uint8Array {
  const [width, height] = [picture.width * SCALE, picture.height * SCALE];
  const rows = Array.from({ length: height }, (_, y) => {
    const row = Buffer.alloc(1 + Math.ceil(width / 8)); // the first byte: no filter
    for (let x = 0; x < width; x++) {
      if (picture.isLit(Math.floor(x / SCALE), Math.floor(y / SCALE)))
        row[1 + (x >> 3)] = (row[1 + (x >> 3)] ?? 0) | (0x80 >> (x & 7));
    }
    return row;
  });
  return pngFile({ width, height, ...BLACK_AND_WHITE }, rows);
}

/** A PNG file of rows, each with the byte of its filter before it. */
export function pngFile({ width, height, bitDepth, colorType }: PngHeader, rows: readonly Uint8Array[]): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = bitDepth;
  header[9] = colorType;
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.concat(rows))),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const around = Buffer.alloc(8);
  around.writeUInt32BE(data.length, 0);
  around.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)]);
}
