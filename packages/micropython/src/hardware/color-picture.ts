import { pngFile, textIn } from "./picture.ts";

/** What a display of many colors shows. */
export interface ColorPicture {
  readonly width: number;
  readonly height: number;
  /** 0xrrggbb. */
  colorAt(x: number, y: number): number;
}

/** Truecolor, eight bits for each of red, green and blue. */
const TRUECOLOR = { bitDepth: 8, colorType: 2 } as const;

/** A picture as a PNG file (ISO/IEC 15948). */
export function colorPng(picture: ColorPicture): Uint8Array {
  const { width, height } = picture;
  const rows = Array.from({ length: height }, (_, y) => {
    const row = Buffer.alloc(1 + 3 * width); // the first byte: no filter
    for (let x = 0; x < width; x++) row.writeUIntBE(picture.colorAt(x, y), 1 + 3 * x, 3);
    return row;
  });
  return pngFile({ width, height, ...TRUECOLOR }, rows);
}

/** Lines and the edges of boxes look like text, too. */
const LINES_ONLY = /^[_ ]*$/;

/**
 * The text in a picture that `framebuf.text` has drawn, in whatever color: on the color that most of the picture has, bright
 * on dark, and dark on bright.
 */
export function textInColors(picture: ColorPicture): readonly string[] {
  const { width, height } = picture;
  const colors = Uint32Array.from({ length: width * height }, (_, i) =>
    picture.colorAt(i % width, Math.floor(i / width)),
  );
  const background = mostCommon(colors);
  const lits: ((color: number) => boolean)[] = [(color) => color !== background, isBright, (color) => !isBright(color)];
  const pictures = lits.map((lit) => {
    const pixels = Uint8Array.from(colors, (color) => (lit(color) ? 1 : 0));
    return { width, height, isLit: (x: number, y: number) => pixels[y * width + x] === 1 };
  });
  return textIn(...pictures).filter((line) => !LINES_ONLY.test(line));
}

function mostCommon(colors: Uint32Array): number {
  const counts = new Map<number, number>();
  for (const color of colors) counts.set(color, (counts.get(color) ?? 0) + 1);
  const [[color] = [0]] = [...counts].sort(([, a], [, b]) => b - a);
  return color;
}

/** Green is brighter to the eye than red, and red than blue (Rec. 601). */
function isBright(color: number): boolean {
  return 0.299 * (color >> 16) + 0.587 * ((color >> 8) & 0xff) + 0.114 * (color & 0xff) >= 128;
}
