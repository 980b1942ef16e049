import { inflateSync } from "node:zlib";
import { type Machine, Scenario } from "espnow-micropython";
import { Ili9341, type Rotation, Sh1106Spi, Ssd1306Spi, St7789 } from "espnow-micropython/hardware";
import { describe, expect, test } from "vitest";
import { shownBy } from "./wired-board.ts";

describe.each([
  ["SSD1306", Ssd1306Spi, "0xae, 0x20, 2, 0xa1, 0xc8, 0xa8, 63, 0x8d, 0x14, 0xaf", 0],
  ["SH1106", Sh1106Spi, "0xae, 0xa1, 0xc8, 0xa8, 63, 0xad, 0x8b, 0xaf", 2],
] as const)("an %s on SPI", (_name, Display, begin, left) => {
  const DRAWING = `
import framebuf
from machine import SPI, Pin
spi, dc, cs, res = SPI(1), Pin(16, Pin.OUT), Pin(17, Pin.OUT, value=1), Pin(18, Pin.OUT, value=1)
def write(kind, *data):
    dc(kind)
    cs(0)
    spi.write(bytes(data))
    cs(1)
res(0)
res(1)
pixels = bytearray(1024)
frame = framebuf.FrameBuffer(pixels, 128, 64, framebuf.MONO_VLSB)
frame.text("Temp: 21.5 C", 0, 0)
frame.text("low battery!", 8, 55)
frame.rect(100, 30, 20, 20, 1)
write(0, ${begin})
for page in range(8):
    write(0, 0xb0 | page, 0x10, ${left})
    write(1, *pixels[128 * page : 128 * page + 128])
`;
  const make = (machine: Machine) => new Display(machine, { dc: 16, cs: 17, reset: 18 });

  test("shows what the program has drawn, as a PNG too", async () => {
    const display = await shownBy(DRAWING, make);
    expect(display.text).toEqual(["Temp: 21.5 C", "low battery!"]);
    expect([display.isLit(100, 30), display.isLit(119, 49), display.isLit(101, 31)]).toEqual([true, true, false]);
    expect(Buffer.from(display.png()).subarray(16, 26).toString("hex")).toBe("00000200000001000100");
  });

  test("takes only what comes while it is selected", async () => {
    const display = await shownBy(`${DRAWING}spi.write(b"\\xff" * 1024)\ndc(0)\nspi.write(b"\\xae")\n`, make);
    expect(display.shown()).toEqual(["Temp: 21.5 C", "low battery!"]);
  });

  test("is off after a reset", async () => {
    const display = await shownBy(`${DRAWING}res(0)\nres(1)\n`, make);
    expect(display.text).toEqual([]);
    expect((await shownBy(`${DRAWING}res(0)\nres(1)\nwrite(0, 0xa1, 0xc8, 0xaf)\n`, make)).text).toHaveLength(2);
  });
});

test("the driver of an ESP8266's firmware for SPI", async () => {
  const source = `
from machine import SPI, Pin
import ssd1306
oled = ssd1306.SSD1306_SPI(128, 32, SPI(1), Pin(4), Pin(5), Pin(15))
oled.text("hello", 40, 12)
oled.show()
`;
  await using scenario = new Scenario();
  const { machine } = scenario.board({ source }, { board: "esp8266" });
  const display = new Ssd1306Spi(machine, { dc: 4, reset: 5, cs: 15, height: 32 });
  await scenario.run(1000);
  expect(display.text).toEqual(["hello"]);
});

const hex = (color: number): string => color.toString(16).padStart(6, "0");

/** Four corners in four colors, and a text. */
const CORNERS = `
from machine import SPI, Pin
from tft import ST7789, ILI9341, color
display = DISPLAY
w, h = display.width, display.height
display.rect(0, 0, 3, 3, color(255, 0, 0))
display.rect(w - 3, 0, 3, 3, color(0, 255, 0))
display.rect(0, h - 3, 3, 3, color(0, 0, 255))
display.rect(w - 3, h - 3, 3, 3, color(255, 255, 255))
display.rect(20, 40, 100, 16, color(0, 0, 128))
display.text("Garden 21 C", 24, 44, color(255, 255, 0), color(0, 0, 128))
display.text("ok", 21, 70, color(255, 0, 0))
`;

interface Seen {
  readonly width: number;
  readonly height: number;
  colorAt(x: number, y: number): number;
}

/** The corners of the glass from the upper left one on, line by line, and what lies beside the first. */
function cornersOf(display: Seen): string[] {
  const { width: w, height: h } = display;
  const places = [
    [0, 0],
    [w - 1, 0],
    [0, h - 1],
    [w - 1, h - 1],
    [2, 2],
    [3, 3],
  ] as const;
  return places.map(([x, y]) => hex(display.colorAt(x, y)));
}

const SEEN = ["ff0000", "00ff00", "0000ff", "ffffff", "ff0000", "000000"];
const ROTATIONS: readonly Rotation[] = [0, 90, 180, 270];

describe.each(ROTATIONS)("a color display that is turned by %d degrees", (rotation) => {
  test.each(["240x240", "240x320", "135x240", "170x320"] as const)(
    "shows on an ST7789 of %s what a program for that draws",
    async (size) => {
      const [width, height] = size.split("x").map(Number);
      const made = `ST7789(SPI(1), Pin(16), Pin(17), Pin(18), ${width}, ${height}, ${rotation})`;
      const place = { dc: 16, cs: 17, reset: 18, size, rotation } as const;
      const display = await shownBy(CORNERS.replace("DISPLAY", made), (machine) => new St7789(machine, place));
      expect([display.width, display.height].sort()).toEqual([width, height].sort());
      expect(cornersOf(display)).toEqual(SEEN);
      expect(hex(display.colorAt(20, 40))).toBe("000084");
      expect(display.text).toContain("Garden 21 C");
    },
  );

  test("shows on an ILI9341 what a program for that draws", async () => {
    const made = `ILI9341(SPI(2), Pin(16), Pin(17), rotation=${rotation})`;
    const source = CORNERS.replace("DISPLAY", made);
    const display = await shownBy(source, (machine) => new Ili9341(machine, { dc: 16, cs: 17, bus: 2, rotation }));
    expect(cornersOf(display)).toEqual(SEEN);
    expect(display.shown()).toEqual(["Garden 21 C", "ok"]);
  });
});

describe("a color display", () => {
  const make = (machine: Machine): St7789 => new St7789(machine, { dc: 16 });
  const BEGIN = `
from machine import SPI, Pin
spi, dc = SPI(1), Pin(16, Pin.OUT)
def command(number, *data):
    dc(0)
    spi.write(bytes((number,)))
    dc(1)
    for byte in data:
        spi.write(bytes((byte,)))
command(0x11)
command(0x29)
command(0x21)
command(0x3a, 0x55)
`;
  const pixels = async (source: string): Promise<string[]> => {
    const display = await shownBy(BEGIN + source, make);
    return [0, 1, 2].flatMap((y) => [0, 1, 2].map((x) => hex(display.colorAt(x, y))));
  };
  const [o, r, g, b] = ["000000", "ff0000", "00ff00", "0000ff"];
  const WINDOW = "command(0x2a, 0, 1, 0, 2)\ncommand(0x2b, 0, 0, 0, 1)\n";
  const RGB = "0xf8, 0, 0x07, 0xe0, 0, 0x1f";

  test("fills its window line by line, and begins again at its end", async () => {
    expect(await pixels(`${WINDOW}command(0x2c, ${RGB})`)).toEqual([o, r, g, o, b, o, o, o, o]);
    expect(await pixels(`${WINDOW}command(0x2c, ${RGB}, ${RGB})`)).toEqual([o, g, b, o, b, r, o, o, o]);
  });

  test("goes on after another command with 0x3c, and begins again with 0x2c", async () => {
    const first = `${WINDOW}command(0x2c, 0xf8, 0)\ncommand(0x00)\n`;
    expect(await pixels(`${first}command(0x3c, 0x07, 0xe0)`)).toEqual([o, r, g, o, o, o, o, o, o]);
    expect(await pixels(`${first}command(0x2c, 0x07, 0xe0)`)).toEqual([o, g, o, o, o, o, o, o, o]);
  });

  test("takes pixels of 18 bits", async () => {
    expect(await pixels(`${WINDOW}command(0x3a, 0x66)\ncommand(0x2c, 0xfc, 0, 0, 0, 0x80, 0x04)`)).toEqual([
      o,
      r,
      "008204",
      o,
      o,
      o,
      o,
      o,
      o,
    ]);
  });

  test("exchanges and mirrors as MADCTL says, and swaps red and blue", async () => {
    const draw = `${WINDOW}command(0x2c, ${RGB})\n`;
    expect(await pixels(`command(0x36, 0x20)\n${draw}`)).toEqual([o, o, o, r, b, o, g, o, o]);
    expect(await pixels(`command(0x36, 0x08)\n${draw}`)).toEqual([o, b, g, o, r, o, o, o, o]);
    const mirrored = WINDOW.replace("0, 1, 0, 2", "0, 237, 0, 238");
    expect(await pixels(`command(0x36, 0x40)\n${mirrored}command(0x2c, ${RGB})\n`)).toEqual([
      o,
      g,
      r,
      o,
      o,
      b,
      o,
      o,
      o,
    ]);
  });

  test("is black while it is off or asleep, and negative without the inversion of its glass", async () => {
    const draw = `command(0x2c, ${RGB})\n`;
    expect((await pixels(`${draw}command(0x28)`))[0]).toBe(o);
    expect((await pixels(`${draw}command(0x10)`))[0]).toBe(o);
    expect((await pixels(`${draw}command(0x20)`)).slice(0, 3)).toEqual(["00ffff", "ff00ff", "ffff00"]);
    const plain = await shownBy(
      `${BEGIN}${draw}command(0x20)`,
      (machine) => new St7789(machine, { dc: 16, ips: false }),
    );
    expect(hex(plain.colorAt(0, 0))).toBe(r);
  });

  test("is a PNG of its pixels, and tells of what has no text", async () => {
    const display = await shownBy(`${BEGIN}command(0x2c, ${RGB})`, make);
    const png = Buffer.from(display.png());
    expect(png.subarray(0, 26).toString("hex")).toBe("89504e470d0a1a0a0000000d49484452000000f0000000f00802");
    const rows = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
    expect(rows).toHaveLength(240 * 721);
    expect(rows.subarray(0, 13).toString("hex")).toBe(`00${r}${g}${b}${o}`);
    expect(display.shown()).toEqual(["a picture of 240 by 240 pixels in 4 colors (--screenshots keeps it)"]);
    expect((await shownBy(BEGIN, make)).shown()).toEqual(["#000000 everywhere"]);
  });

  test("has a text in whatever colors most of it is written", async () => {
    const text = (colors: string): string =>
      `display = ST7789(SPI(1), Pin(16), rotation=90)\ndisplay.fill(0xffff)\ndisplay.text("21.5 C", 9, 9, ${colors})\n`;
    for (const colors of ["0, 0xffff", "0xf800, 0xffff", "0xffff, 0", "0, 0xffe0"]) {
      const source = `from machine import SPI, Pin\nfrom tft import ST7789\n${text(colors)}`;
      const display = await shownBy(source, (machine) => new St7789(machine, { dc: 16, rotation: 90 }));
      expect(display.text, colors).toEqual(["21.5 C"]);
    }
  });
});
