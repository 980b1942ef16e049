import { z } from "zod";
import type { Machine } from "../../board/machine.ts";
import { type ColorPicture, colorPng, textInColors } from "../color-picture.ts";
import type { DeviceKind, DeviceOptions } from "../device.ts";
import { flag, setting, wrong } from "../setting.ts";
import { SpiDisplay, type SpiDisplayPlace, spiDisplayPlace } from "../spi-display.ts";
import { TFT_COLUMNS, TftController } from "./tft-controller.ts";

/** How far a color display is turned, counterclockwise, in degrees. */
export type Rotation = 0 | 90 | 180 | 270;

/** Where a color display is, and how it is mounted. */
export interface TftPlace extends SpiDisplayPlace {
  /** How far the module is turned from upright, counterclockwise, in degrees. Default 0. */
  readonly rotation?: Rotation;
}

/** Where an ST7789 is, and its glass. */
export interface St7789Place extends TftPlace {
  /** Pixels of the glass, upright. Default `240x240`. */
  readonly size?: keyof typeof ST7789_SIZES;
  /** Whether its colors are right after INVON (0x21). Default true. */
  readonly ips?: boolean;
}

/** What the constructor of `Ili9341` takes: its place, its name. */
export type Ili9341Settings = TftPlace & DeviceOptions;

/** What the constructor of `St7789` takes: its place, its name. */
export type St7789Settings = St7789Place & DeviceOptions;

/** A glass, upright: its pixels, and where its upper left one is in the memory. */
interface Glass {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  /** Its columns run from right to left. */
  readonly isMirrored: boolean;
}

/** Sizes of modules with an ST7789, and where their glass is in its memory. */
const ST7789_SIZES = {
  "240x240": { width: 240, height: 240, left: 0, top: 0, isMirrored: false },
  "240x320": { width: 240, height: 320, left: 0, top: 0, isMirrored: false },
  "135x240": { width: 135, height: 240, left: 52, top: 40, isMirrored: false },
  "170x320": { width: 170, height: 320, left: 35, top: 0, isMirrored: false },
} as const satisfies Record<string, Glass>;
const SIZES = Object.keys(ST7789_SIZES) as (keyof typeof ST7789_SIZES)[];
/** Modules with an ILI9341 show column 0 at the right: programs set the bit of MADCTL for that. */
const ILI9341_GLASS: Glass = { width: 240, height: 320, left: 0, top: 0, isMirrored: true };

const place = {
  ...spiDisplayPlace,
  rotation: setting(
    z.literal([0, 90, 180, 270], wrong("0, 90, 180 or 270")).default(0),
    "rotation",
    "how far the module is turned from upright, counterclockwise: 0, 90, 180 or 270 degrees",
  ),
};

/** A color display. */
abstract class Tft<P extends TftPlace> extends SpiDisplay<P> implements ColorPicture {
  /** Pixels in a line, as it is mounted. */
  readonly width: number;
  /** Lines of pixels, as it is mounted. */
  readonly height: number;
  readonly #glass: Glass;
  /** @internal */
  protected readonly controller: TftController;

  constructor(machine: Machine, kind: DeviceKind, settings: object, glass: (place: P) => Glass, isBgr: boolean) {
    super(machine, kind, settings);
    const { rotation, ips } = this.place as P & Partial<St7789Place>;
    this.#glass = glass(this.place);
    const { width, height } = this.#glass;
    [this.width, this.height] = rotation === 90 || rotation === 270 ? [height, width] : [width, height];
    this.controller = new TftController({ isBgr, isInverse: ips ?? false });
  }

  /** The color of a pixel as 0xrrggbb; black while it is off. 0, 0 is the upper left one, as it is mounted. */
  colorAt(x: number, y: number): number {
    if (!(x >= 0 && x < this.width && y >= 0 && y < this.height)) return 0;
    const { left, top, isMirrored } = this.#glass;
    const [across, down] = this.#upright(x, y);
    return this.controller.colorAt(isMirrored ? TFT_COLUMNS - 1 - across : left + across, top + down);
  }

  /** The lines that `framebuf.text()` has drawn, from top to bottom. */
  get text(): readonly string[] {
    return textInColors(this);
  }

  /** What it shows as a PNG file. */
  png(): Uint8Array {
    return colorPng(this);
  }

  /** Its text; where there is none, how many colors it shows. */
  override shown(): readonly string[] {
    const { text, width, height } = this;
    if (text.length > 0) return text;
    const colors = new Set<number>();
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) colors.add(this.colorAt(x, y));
    const [only = 0] = colors;
    if (colors.size === 1) return [`#${only.toString(16).padStart(6, "0")} everywhere`];
    return [`a picture of ${width} by ${height} pixels in ${colors.size} colors (--screenshots keeps it)`];
  }

  /** Where a pixel is on the glass when it stands upright. */
  #upright(x: number, y: number): readonly [x: number, y: number] {
    const { width, height } = this.#glass;
    switch (this.place.rotation) {
      case 90:
        return [width - 1 - y, x];
      case 180:
        return [width - 1 - x, height - 1 - y];
      case 270:
        return [y, height - 1 - x];
      default:
        return [x, y];
    }
  }
}

/** An ST7789: color display on SPI. */
export class St7789 extends Tft<St7789Place> {
  /** As hardware files know it: `device: st7789`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "st7789",
    title: "ST7789: color display on SPI",
    source: "Sitronix ST7789V datasheet 1.6",
    place: {
      ...place,
      size: setting(
        z.literal(SIZES, wrong(SIZES.join(", "))).default("240x240"),
        "size",
        `pixels of the glass, upright: ${SIZES.join(", ")}`,
      ),
      ips: flag("IPS", "whether its colors are right after INVON (0x21), as on most modules").default(true),
    },
    readings: {},
    defaults: {},
    create: (machine, settings) => new St7789(machine, settings as St7789Settings),
  };

  /** @throws RangeError for a pin or a bus that the board does not have. */
  constructor(machine: Machine, settings: St7789Settings) {
    super(machine, St7789.kind, settings, ({ size = "240x240" }) => ST7789_SIZES[size], false);
  }
}

/** An ILI9341: color display of 240 by 320 pixels on SPI. */
export class Ili9341 extends Tft<TftPlace> {
  /** As hardware files know it: `device: ili9341`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "ili9341",
    title: "ILI9341: color display on SPI",
    source: "Ilitek ILI9341 datasheet 1.11",
    place,
    readings: {},
    defaults: {},
    create: (machine, settings) => new Ili9341(machine, settings as Ili9341Settings),
  };

  /** @throws RangeError for a pin or a bus that the board does not have. */
  constructor(machine: Machine, settings: Ili9341Settings) {
    super(machine, Ili9341.kind, settings, () => ILI9341_GLASS, true);
  }
}
