import { z } from "zod";
import type { SpiDevice } from "../../board/buses.ts";
import type { Machine } from "../../board/machine.ts";
import { Device, type DeviceKind, type DeviceOptions } from "../device.ts";
import { type Connected, connected, I2cPart, type I2cPlace } from "../i2c.ts";
import { address, bus, pin, setting } from "../setting.ts";
import { Mfrc522Chip } from "./mfrc522-chip.ts";

/** Where an MFRC522 on SPI is. */
export interface Mfrc522Place {
  /** The pin that selects it: SDA or CS on its board. */
  readonly cs: number;
  /** The SPI bus: 0 to 2; -1 is `SoftSPI`. Left out: every bus of the board. */
  readonly bus?: number | undefined;
}

/** What is at the reader. */
export interface Mfrc522Readings {
  /** The number of the card that is held at it, such as `04a1b2c3`; null: there is no card. */
  readonly card: string | null;
}

const ALL_BUSES = [-1, 0, 1, 2] as const;

const card = setting(
  z
    .string()
    .regex(/^[0-9a-f]{8}$/i, "8 hexadecimal digits")
    .nullable(),
  "card",
  "the number of the card that is held at it: 8 hexadecimal digits; null: there is no card",
);

/** What the constructor of `Mfrc522` takes: its place, its readings at the start, its name. */
export type Mfrc522Settings = Mfrc522Place & Partial<Mfrc522Readings> & DeviceOptions;

/** An MFRC522 reader on SPI, with a MIFARE Classic card that comes and goes. */
export class Mfrc522 extends Device<Mfrc522Place, Mfrc522Readings> implements SpiDevice {
  /** As hardware files know it: `device: mfrc522`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "mfrc522",
    title: "MFRC522: RFID reader on SPI",
    source: "NXP MFRC522 and MF1S50 datasheets",
    place: { cs: pin("the pin that selects it (SDA or CS)"), bus: bus("SPI", 2) },
    readings: { card },
    defaults: { card: null },
    create: (machine, settings) => new Mfrc522(machine, settings as Mfrc522Settings),
  };
  readonly #chip = new Mfrc522Chip();
  /** The register that the transfer is about, and whether it is read; undefined: the next byte says. */
  #asked: { readonly register: number; readonly isRead: boolean } | undefined;

  /** @throws RangeError for a pin or a bus that the board does not have. */
  constructor(machine: Machine, settings: Mfrc522Settings) {
    super(machine, Mfrc522.kind, settings);
    const { bus: id, cs } = this.place;
    for (const each of id === undefined ? ALL_BUSES : [id]) machine.spi(each).device(this);
    machine.pin(cs).observe(() => {
      this.#asked = undefined;
    });
    this.apply();
  }

  get isSelected(): boolean {
    const { isOutput, value } = this.machine.pin(this.place.cs);
    return isOutput && value === 0;
  }

  /** The first byte is an address: bit 7 to read, bits 6 to 1 the register (8.1.2.3). Reads name one after another. */
  transfer(written: Uint8Array): Uint8Array {
    return Uint8Array.from(written, (byte) => this.#exchange(byte));
  }

  protected apply(): void {
    this.#chip.hold(this.readings.card);
  }

  protected override saveInner(): unknown {
    return this.#chip.save();
  }

  protected override loadInner(inner: unknown): void {
    this.#chip.load(inner);
  }

  #exchange(byte: number): number {
    const asked = this.#asked;
    if (asked !== undefined && !asked.isRead) {
      this.#chip.write(asked.register, byte);
      return 0;
    }
    if (asked === undefined || byte >= 0x80) this.#asked = { register: (byte >> 1) & 0x3f, isRead: byte >= 0x80 };
    return asked === undefined ? 0 : this.#chip.read(asked.register);
  }
}

/** What the constructor of `Mfrc522I2c` takes: its place, its readings at the start, its name. */
export type Mfrc522I2cSettings = I2cPlace & Partial<Mfrc522Readings & Connected> & DeviceOptions;

/** Where the three address pins of its module lead (8.1.4.5, EA low). */
const ADDRESSES = [0x28, 0x29, 0x2a, 0x2b, 0x2c, 0x2d, 0x2e, 0x2f] as const;
const REGISTER = 0x3f;

/** An MFRC522 reader on I2C, with a MIFARE Classic card that comes and goes. */
export class Mfrc522I2c extends I2cPart<Mfrc522Readings & Connected> {
  /** As hardware files know it: `device: mfrc522-i2c`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "mfrc522-i2c",
    title: "MFRC522: RFID reader on I2C",
    source: "NXP MFRC522 and MF1S50 datasheets",
    place: { address: address(...ADDRESSES), bus: bus("I2C", 1) },
    readings: { card, connected },
    defaults: { card: null, connected: true },
    create: (machine, settings) => new Mfrc522I2c(machine, settings),
  };
  readonly #chip = new Mfrc522Chip();
  #register = 0;

  /** @throws RangeError for an address that is taken. */
  constructor(machine: Machine, settings: Mfrc522I2cSettings = {}) {
    super(machine, Mfrc522I2c.kind, settings);
    this.apply();
  }

  /** The program reads one register again and again: it does not count on (8.1.4.7). */
  read(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#chip.read(this.#register));
  }

  /** The first byte is the register, all others go into it (8.1.4.6). */
  write([register, ...values]: Uint8Array): void {
    if (register === undefined) return;
    this.#register = register & REGISTER;
    for (const value of values) this.#chip.write(this.#register, value);
  }

  protected override apply(): void {
    super.apply();
    this.#chip.hold(this.readings.card);
  }

  protected override saveInner(): unknown {
    return { chip: this.#chip.save(), register: this.#register };
  }

  protected override loadInner(inner: unknown): void {
    const { chip, register } = inner as { readonly chip: unknown; readonly register: number };
    this.#chip.load(chip);
    this.#register = register;
  }
}
