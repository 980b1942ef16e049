import { z } from "zod";
import type { Machine } from "../../board/machine.ts";
import { Device, type DeviceKind, type DeviceOptions } from "../device.ts";
import { type Connected, connected } from "../i2c.ts";
import { number, pin, setting } from "../setting.ts";

/** Where a DS18B20 is. */
export interface Ds18b20Place {
  /** That of the 1-Wire bus. */
  readonly pin: number;
  /** Its ROM code: 28, and 14 more hexadecimal digits. Left out: one that no other thermometer on this bus has. */
  readonly rom?: string;
}

/** What a DS18B20 measures. */
export interface Ds18b20Readings extends Connected {
  /** Degrees Celsius. */
  readonly temperature: number;
}

/** What the constructor of `Ds18b20` takes: its place, its readings at the start, its name. */
export type Ds18b20Settings = Ds18b20Place & Partial<Ds18b20Readings> & DeviceOptions;

/** A DS18B20 thermometer on a 1-Wire bus, for `ds18x20.DS18X20`. */
export class Ds18b20 extends Device<Ds18b20Place, Ds18b20Readings> {
  /** As hardware files know it: `device: ds18b20`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "ds18b20",
    title: "DS18B20: thermometer on a 1-Wire bus",
    source: "Maxim DS18B20 datasheet 19-7487",
    place: {
      pin: pin("the pin of the 1-Wire bus"),
      rom: setting(
        z
          .string()
          .regex(/^28[0-9a-f]{14}$/, "28 and 14 more hexadecimal digits")
          .optional(),
        "ROM code",
        "28 and 14 more hexadecimal digits; left out: one that no other thermometer has",
      ),
    },
    readings: { temperature: number("temperature", -55, 125, "degrees Celsius"), connected },
    defaults: { temperature: 21, connected: true },
    create: (machine, settings) => new Ds18b20(machine, settings as Ds18b20Settings),
  };
  /** Its ROM code. */
  readonly rom: string;

  /** @throws RangeError for a pin that the board does not have, and for a temperature out of range. */
  constructor(machine: Machine, settings: Ds18b20Settings) {
    super(machine, Ds18b20.kind, settings);
    this.rom = this.place.rom ?? newRom(machine.devices.size);
    this.apply();
  }

  protected apply(): void {
    const bus = this.machine.oneWire(this.place.pin);
    if (this.readings.connected) bus.set(this.rom, this.readings.temperature);
    else bus.remove(this.rom);
  }
}

function newRom(number: number): string {
  const rom = Uint8Array.of(0x28, number, 0, 0, 0, 0, 0);
  return Buffer.of(...rom, crc8(rom)).toString("hex");
}

/** The checksum of 1-Wire, X^8 + X^5 + X^4 + 1 (datasheet, CRC generation). */
function crc8(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ 0x8c;
  }
  return crc;
}
