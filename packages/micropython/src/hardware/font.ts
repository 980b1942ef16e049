import { readFileSync } from "node:fs";

/** MicroPython, whose `framebuf` has the font. */
const WASM = new URL("../../wasm/micropython.wasm", import.meta.url);

/** A character is 8 columns, the lowest bit at the top. They are those of ASCII from the space on. */
export const GLYPH = 8;
const FIRST = 0x20;
const CHARACTERS = 96;
/** How the font begins: a space, and an exclamation mark. */
const BEGINNING = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x4f, 0x4f, 0, 0, 0];

let glyphs: ReadonlyMap<string, string> | undefined;

/** The characters of `framebuf.FrameBuffer.text` by their columns, in hexadecimal; without the space. */
export function glyphsByColumns(): ReadonlyMap<string, string> {
  glyphs ??= readGlyphs();
  return glyphs;
}

/** MicroPython's memory at its start has the font; nothing of it runs for that. */
function readGlyphs(): ReadonlyMap<string, string> {
  const module = new WebAssembly.Module(readFileSync(WASM));
  const imports: Record<string, Record<string, () => number>> = {};
  for (const { module: from, name } of WebAssembly.Module.imports(module)) {
    imports[from] = { ...imports[from], [name]: () => 0 };
  }
  const { memory } = new WebAssembly.Instance(module, imports).exports as { memory: { readonly buffer: ArrayBuffer } };
  const bytes = Buffer.from(memory.buffer);
  const start = bytes.indexOf(Buffer.from(BEGINNING));
  if (start < 0) throw new Error("MicroPython's font is not where it was");
  const all = Array.from({ length: CHARACTERS }, (_, index): [string, string] => {
    const at = start + index * GLYPH;
    return [bytes.toString("hex", at, at + GLYPH), String.fromCharCode(FIRST + index)];
  });
  return new Map(all.slice(1).filter(([columns]) => !/^0+$/.test(columns)));
}
