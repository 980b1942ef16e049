import { z } from "zod";
import type { Machine } from "../../board/machine.ts";
import { Device, type DeviceKind, type DeviceOptions } from "../device.ts";
import { pin, setting, wrong } from "../setting.ts";

/** Where a strip of NeoPixels is. */
export interface NeoPixelPlace {
  /** The pin of the data line. */
  readonly pin: number;
  /** How many lamps it has. Default 8. */
  readonly count?: number;
  /** Bytes for a lamp: 3, or 4 with white. Default 3. */
  readonly channels?: 3 | 4;
}

const MAX_LAMPS = 1000;
const range = wrong(`a whole number from 1 to ${MAX_LAMPS}`);

/** A strip of WS2812 or SK6812 lamps, for `neopixel.NeoPixel`. */
export class NeoPixelStrip extends Device<Required<NeoPixelPlace>> {
  /** As hardware files know it: `device: neopixel`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "neopixel",
    title: "strip of WS2812 or SK6812 lamps",
    source: "Worldsemi WS2812B datasheet: green, red, blue; SK6812RGBW with white at the end",
    place: {
      pin: pin("the pin of the data line"),
      count: setting(z.int(range).min(1, range).max(MAX_LAMPS, range).default(8), "count", "how many lamps it has"),
      channels: setting(
        z.literal([3, 4], wrong("3 or 4")).default(3),
        "channels",
        "bytes for a lamp: 3, or 4 with white",
      ),
    },
    readings: {},
    defaults: {},
    create: (machine, settings) => new NeoPixelStrip(machine, settings as NeoPixelPlace),
  };
  readonly #bytes: Uint8Array;

  /** @throws RangeError for a pin that the board does not have, and for a count out of range. */
  constructor(machine: Machine, settings: NeoPixelPlace & DeviceOptions) {
    super(machine, NeoPixelStrip.kind, settings);
    const { count, channels } = this.place;
    this.#bytes = new Uint8Array(count * channels);
    machine.pin(this.place.pin).onBitstream = (bits) => this.#bytes.set(bits.subarray(0, this.#bytes.length));
  }

  /** The lamps' colors: `#ff8000`, with white `#ff800000`. */
  get colors(): readonly string[] {
    const { count, channels } = this.place;
    return Array.from({ length: count }, (_, index) => {
      const [green = 0, red = 0, ...rest] = this.#bytes.subarray(index * channels, (index + 1) * channels);
      return `#${Buffer.of(red, green, ...rest).toString("hex")}`;
    });
  }

  override shown(): readonly string[] {
    return [this.colors.join(" ")];
  }

  protected apply(): void {}

  protected override saveInner(): unknown {
    return [...this.#bytes];
  }

  protected override loadInner(inner: unknown): void {
    this.#bytes.set(inner as number[]);
  }
}
