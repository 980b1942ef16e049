import { inflateSync } from "node:zlib";
import { Scenario } from "espnow-micropython";
import { Lcd, NeoPixelStrip, Sh1106, Ssd1306 } from "espnow-micropython/hardware";
import { describe, expect, test } from "vitest";
import { shownBy, wiredBoard } from "./wired-board.ts";

type OledDisplay = Ssd1306 | Sh1106;

function lit(display: OledDisplay): string[] {
  const pixels: string[] = [];
  for (let y = 0; y < display.height; y++) {
    for (let x = 0; x < display.width; x++) if (display.isLit(x, y)) pixels.push(`${x},${y}`);
  }
  return pixels;
}

const DRAWING = `
from machine import I2C
from oled import SSD1306, SH1106
oled = DISPLAY(I2C(0))
oled.text("Temp: 21.5 C", 0, 0)
oled.text("Hum:  48 %", 3, 13)
oled.rect(100, 30, 20, 20, 1)
oled.text("low battery!", 8, 55)
oled.show()
`;

describe.each([
  ["SSD1306", Ssd1306],
  ["SH1106", Sh1106],
] as const)("an %s", (name, Display) => {
  test("shows text and pixels where the program has drawn them", async () => {
    const display = await shownBy(DRAWING.replace("DISPLAY", name), (machine) => new Display(machine));
    expect(display.text).toEqual(["Temp: 21.5 C", "Hum:  48 %", "low battery!"]);
    expect(display.shown()).toEqual(display.text);
    expect([display.isLit(100, 30), display.isLit(119, 49), display.isLit(101, 31)]).toEqual([true, true, false]);
  });

  test("without text is shown by its pixels, and as a PNG", async () => {
    const source = DRAWING.replace("DISPLAY", name).replace(/oled.text.*\n/g, "");
    const display = await shownBy(source, (machine) => new Display(machine));
    const lines = display.shown();
    expect([lines.length, lines[0]?.length]).toEqual([16, 64]);
    expect(lines.join("").replaceAll("\u2800", "")).toHaveLength(10 + 10 + 4 + 4);
    const png = Buffer.from(display.png());
    expect(png.subarray(0, 24).toString("hex")).toBe("89504e470d0a1a0a0000000d494844520000020000000100");
    const length = png.readUInt32BE(33);
    const rows = inflateSync(png.subarray(41, 41 + length));
    expect(rows).toHaveLength(256 * 65);
    expect(rows[30 * 4 * 65 + 1 + 50]).toBe(0xff); // the pixels 100 and 101 of line 30
  });

  test("can be inverted, filled, switched off, and stands on its head without the two commands", async () => {
    const source = (command: string): string =>
      `${DRAWING.replace("DISPLAY", name).replace(/oled.text.*\n/g, "")}\noled._command(${command})\n`;
    const pixels = async (command: string): Promise<string[]> =>
      lit(await shownBy(source(command), (machine) => new Display(machine)));
    const upright = await pixels("0xa4");
    expect(upright).toHaveLength(76);
    expect(await pixels("0xa7")).toHaveLength(128 * 64 - 76);
    expect(await pixels("0xa5")).toHaveLength(128 * 64);
    expect(await pixels("0xae")).toEqual([]);
    const turned = upright.map((pixel) => {
      const [x = 0, y = 0] = pixel.split(",").map(Number);
      return `${127 - x},${63 - y}`;
    });
    expect((await pixels("0xa0, 0xc0")).sort()).toEqual(turned.sort());
  });
});

test("the firmware of an ESP8266 has ssd1306, that of an ESP32 has not", async () => {
  const source = `
from machine import I2C, Pin
import ssd1306
oled = ssd1306.SSD1306_I2C(128, 32, I2C(scl=Pin(5), sda=Pin(4)))
oled.text("hello", 40, 12)
oled.show()
`;
  await using scenario = new Scenario();
  const esp8266 = scenario.board({ source }, { board: "esp8266" });
  const display = new Ssd1306(esp8266.machine, { height: 32 });
  const esp32 = scenario.board({ source }, { mayFail: true });
  await scenario.run(1000);
  expect(display.text).toEqual(["hello"]);
  expect(esp32.output).toContain("ImportError: no module named 'ssd1306'");
});

describe("an LCD", () => {
  const SOURCE = `
import time
from machine import I2C
from lcd import LCD
lcd = LCD(I2C(0), lines=LINES, columns=COLUMNS)
for i in range(LINES):
    lcd.line(i, "line %d: 21.5\\xdfC" % i)
time.sleep(1)
lcd.line(0, "bye")
time.sleep(1)
lcd.clear()
`;

  test.each([
    [16, 2],
    [20, 4],
  ] as const)("of %d characters in %d lines shows what the program writes", async (columns, lines) => {
    await using scenario = new Scenario();
    const source = SOURCE.replaceAll("LINES", String(lines)).replaceAll("COLUMNS", String(columns));
    const board = wiredBoard(scenario, source, () => undefined);
    const lcd = new Lcd(board.machine, { columns, lines });
    const written = Array.from({ length: lines }, (_, i) => `line ${i}: 21.5\xdfC`);
    await scenario.run(1000);
    expect([lcd.text, lcd.isLit]).toEqual([written, true]);
    await scenario.run(1000);
    expect(lcd.text).toEqual(["bye", ...written.slice(1)]);
    await scenario.run(1000);
    expect(lcd.text).toEqual(Array(lines).fill(""));
  });
});

test("an LCD shows the characters that the program has drawn as circled digits, with their dots below", async () => {
  const source = `
from machine import I2C
from lcd import LCD
lcd = LCD(I2C(0))
lcd.draw(0, (0b00000, 0b01010, 0b11111, 0b11111, 0b01110, 0b00100, 0b00000, 0b00000))
lcd.draw(7, [0b11111] * 8)
lcd.line(0, "I \\x00 LCD\\x0f")
lcd.line(1, "21 C")
`;
  const lcd = await shownBy(source, (machine) => new Lcd(machine));
  expect(lcd.text).toEqual(["I ⓪ LCD⑦", "21 C"]);
  const heart = [".....", ".#.#.", "#####", "#####", ".###.", "..#..", ".....", "....."];
  expect(lcd.drawnCharacter(0)).toEqual(heart);
  expect(lcd.shown()).toEqual(["I ⓪ LCD⑦", "21 C", "⓪ ⣴⣴⡄", "  ⠈⠋⠀", "⑦ ⣿⣿⡇", "  ⣿⣿⡇"]);
  expect(() => lcd.drawnCharacter(8)).toThrow("a character of the program's own is a whole number from 0 to 7, not 8");
});

describe("a NeoPixel strip", () => {
  test("has the colors that the program wrote last, with white if it has a fourth channel", async () => {
    const source = `
from machine import Pin
from neopixel import NeoPixel
np = NeoPixel(Pin(13), 3)
np[0] = (255, 128, 0)
np[2] = (1, 2, 3)
np.write()
np[1] = (9, 9, 9)
white = NeoPixel(Pin(14), 1, bpp=4)
white.fill((1, 2, 3, 4))
white.write()
`;
    await using scenario = new Scenario();
    const { machine } = wiredBoard(scenario, source, () => undefined);
    const strip = new NeoPixelStrip(machine, { pin: 13, count: 4 });
    const white = new NeoPixelStrip(machine, { pin: 14, count: 1, channels: 4 });
    await scenario.run(1000);
    expect(strip.colors).toEqual(["#ff8000", "#000000", "#010203", "#000000"]);
    expect(white.shown()).toEqual(["#01020304"]);
  });
});
