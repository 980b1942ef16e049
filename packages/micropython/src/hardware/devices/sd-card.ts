import type { Machine } from "../../board/machine.ts";
import { Device, type DeviceKind, type DeviceOptions } from "../device.ts";
import { type Connected, connected } from "../i2c.ts";

/** What the constructor of `SdCard` takes: whether the card is in its slot, its name. */
export type SdCardSettings = Partial<Connected> & DeviceOptions;

/** A card in a slot, for `machine.SDCard`. Its files are in the folder of the board where the program mounts it. */
export class SdCard extends Device<object, Connected> {
  /** As hardware files know it: `device: sdcard`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "sdcard",
    title: "SD card, for machine.SDCard",
    source: "MicroPython documentation, machine.SDCard",
    place: {},
    readings: { connected },
    defaults: { connected: true },
    create: (machine, settings) => new SdCard(machine, settings as SdCardSettings),
  };

  /** @throws RangeError for a name that is taken. */
  constructor(machine: Machine, settings: SdCardSettings = {}) {
    super(machine, SdCard.kind, settings);
    this.apply();
  }

  protected apply(): void {
    this.machine.hasSdCard = this.readings.connected;
  }
}
