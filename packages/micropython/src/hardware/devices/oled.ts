import { z } from "zod";
import type { Machine } from "../../board/machine.ts";
import type { DeviceKind, DeviceOptions } from "../device.ts";
import { type Connected, connected, I2cPart, type I2cPlace } from "../i2c.ts";
import { type Picture, png, textIn, textOrBraille } from "../picture.ts";
import { address, bus, setting, wrong } from "../setting.ts";
import { OledController, type OledModel, type OledState } from "./oled-controller.ts";

/** Where an OLED display is, and its size. */
export interface OledPlace extends I2cPlace {
  /** Pixels. Default 64. */
  readonly height?: 32 | 64;
}

/** What the constructors of `Ssd1306` and `Sh1106` take: its place, its readings at the start, its name. */
export type OledSettings = OledPlace & Partial<Connected> & DeviceOptions;

/** Of the byte before commands or data: one byte follows, or all of the rest (SSD1306 datasheet, 8.1.5.2). */
const Control = { single: 0x80, data: 0x40 } as const;

/** An OLED display of 128 pixels in a line. */
abstract class Oled extends I2cPart<Connected> implements Picture {
  /** Pixels in a line. */
  readonly width = 128;
  /** Lines of pixels: 32 or 64. */
  readonly height: number;
  readonly #controller: OledController;

  constructor(machine: Machine, kind: DeviceKind, settings: OledSettings, model: OledModel) {
    super(machine, kind, settings);
    this.height = (this.place as unknown as Required<OledPlace>).height;
    this.#controller = new OledController(model, this.height);
  }

  /** Whether a pixel is lit. 0, 0 is the upper left one, seen as modules are mounted. */
  isLit(x: number, y: number): boolean {
    return this.#controller.isLit(x, y);
  }

  /** The lines that `framebuf.text()` has drawn, from top to bottom. */
  get text(): readonly string[] {
    return textIn(this);
  }

  /** What it shows as a PNG file, four by four pixels for each of its own. */
  png(): Uint8Array {
    return png(this);
  }

  /** Its text; where there is none, its pixels in characters of Braille. */
  override shown(): readonly string[] {
    return textOrBraille(this);
  }

  /** A program may read the status: it is on, and never busy. */
  read(length: number): Uint8Array {
    return new Uint8Array(length);
  }

  /** The program writes. */
  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const control = bytes[at++] as number;
      const part = bytes.subarray(at, (control & Control.single) === 0 ? bytes.length : at + 1);
      if ((control & Control.data) === 0) this.#controller.command(part);
      else this.#controller.data(part);
      at += part.length;
    }
  }

  protected override saveInner(): unknown {
    return this.#controller.save();
  }

  protected override loadInner(inner: unknown): void {
    this.#controller.load(inner as OledState);
  }
}

const place = {
  address: address(0x3c, 0x3d),
  bus: bus("I2C", 1),
  height: setting(z.literal([64, 32], wrong("64 or 32")).default(64), "height", "pixels: 64 or 32; the width is 128"),
};
const rest = { place, readings: { connected }, defaults: { connected: true } };

/** An SSD1306: OLED display of 128 by 64 or 32 pixels on I2C. */
export class Ssd1306 extends Oled {
  /** As hardware files know it: `device: ssd1306`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "ssd1306",
    title: "SSD1306: OLED display on I2C",
    source: "Solomon Systech SSD1306 datasheet 1.1",
    ...rest,
    create: (machine, settings) => new Ssd1306(machine, settings),
  };

  /** @throws RangeError for an address that is taken. */
  constructor(machine: Machine, settings: OledSettings = {}) {
    super(machine, Ssd1306.kind, settings, "ssd1306");
  }
}

/** An SH1106: OLED display of 128 by 64 pixels on I2C, whose memory has 132 columns. */
export class Sh1106 extends Oled {
  /** As hardware files know it: `device: sh1106`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "sh1106",
    title: "SH1106: OLED display on I2C",
    source: "Sino Wealth SH1106 datasheet 2.3",
    ...rest,
    create: (machine, settings) => new Sh1106(machine, settings),
  };

  /** @throws RangeError for an address that is taken. */
  constructor(machine: Machine, settings: OledSettings = {}) {
    super(machine, Sh1106.kind, settings, "sh1106");
  }
}
