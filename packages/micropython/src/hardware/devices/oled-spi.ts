import { z } from "zod";
import type { Machine } from "../../board/machine.ts";
import type { DeviceKind, DeviceOptions } from "../device.ts";
import { type Picture, png, textIn, textOrBraille } from "../picture.ts";
import { setting, wrong } from "../setting.ts";
import { SpiDisplay, type SpiDisplayPlace, spiDisplayPlace } from "../spi-display.ts";
import { OledController, type OledModel } from "./oled-controller.ts";

/** Where an OLED display on SPI is, and its size. */
export interface OledSpiPlace extends SpiDisplayPlace {
  /** Pixels. Default 64. */
  readonly height?: 32 | 64;
}

/** What the constructors of `Ssd1306Spi` and `Sh1106Spi` take: its place, its name. */
export type OledSpiSettings = OledSpiPlace & DeviceOptions;

/** An OLED display of 128 pixels in a line. */
abstract class OledSpi extends SpiDisplay<OledSpiPlace> implements Picture {
  /** Pixels in a line. */
  readonly width = 128;
  /** Lines of pixels: 32 or 64. */
  readonly height: number;
  /** @internal */
  protected readonly controller: OledController;

  constructor(machine: Machine, kind: DeviceKind, settings: OledSpiSettings, model: OledModel) {
    super(machine, kind, settings);
    this.height = (this.place as Required<OledSpiPlace>).height;
    this.controller = new OledController(model, this.height);
  }

  /** Whether a pixel is lit. 0, 0 is the upper left one, seen as modules are mounted. */
  isLit(x: number, y: number): boolean {
    return this.controller.isLit(x, y);
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
}

const place = {
  ...spiDisplayPlace,
  height: setting(z.literal([64, 32], wrong("64 or 32")).default(64), "height", "pixels: 64 or 32; the width is 128"),
};
const rest = { place, readings: {}, defaults: {} };

/** An SSD1306: OLED display of 128 by 64 or 32 pixels on SPI. */
export class Ssd1306Spi extends OledSpi {
  /** As hardware files know it: `device: ssd1306-spi`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "ssd1306-spi",
    title: "SSD1306: OLED display on SPI",
    source: "Solomon Systech SSD1306 datasheet 1.1",
    ...rest,
    create: (machine, settings) => new Ssd1306Spi(machine, settings as OledSpiSettings),
  };

  /** @throws RangeError for a pin or a bus that the board does not have. */
  constructor(machine: Machine, settings: OledSpiSettings) {
    super(machine, Ssd1306Spi.kind, settings, "ssd1306");
  }
}

/** An SH1106: OLED display of 128 by 64 pixels on SPI, whose memory has 132 columns. */
export class Sh1106Spi extends OledSpi {
  /** As hardware files know it: `device: sh1106-spi`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "sh1106-spi",
    title: "SH1106: OLED display on SPI",
    source: "Sino Wealth SH1106 datasheet 2.3",
    ...rest,
    create: (machine, settings) => new Sh1106Spi(machine, settings as OledSpiSettings),
  };

  /** @throws RangeError for a pin or a bus that the board does not have. */
  constructor(machine: Machine, settings: OledSpiSettings) {
    super(machine, Sh1106Spi.kind, settings, "sh1106");
  }
}
