// hardware/devices: One file for each kind of device, after its datasheet, which it names. A device answers as fast as
// the real one, and knows its board's wires only.

import type { Machine } from "../../board/machine.ts";
import type { DeviceKind, DeviceOptions } from "../device.ts";
import { type Connected, connected, type I2cPlace, I2cRegisters } from "../i2c.ts";
import { address, bus, number } from "../setting.ts";
import { highTrimming, lowTrimming, rawClimate } from "./bmx280-compensation.ts";

/** What a BMP280 measures. */
export interface Bmp280Readings extends Connected {
  /** Degrees Celsius. */
  readonly temperature: number;
  /** hPa. */
  readonly pressure: number;
}

/** What a BME280 measures. */
export interface Bme280Readings extends Bmp280Readings {
  /** Per cent. */
  readonly humidity: number;
}

/** Registers (datasheet of the BME280, table 18). */
const Register = {
  trimmingLow: 0x88,
  id: 0xd0,
  reset: 0xe0,
  trimmingHigh: 0xe1,
  ctrlHum: 0xf2,
  status: 0xf3,
  ctrlMeas: 0xf4,
  config: 0xf5,
  data: 0xf7,
} as const;

const RESET = 0xb6;
const MEASURING = 0x08;
const Mode = { mask: 3, sleep: 0, normal: 3 } as const;
/** What data registers have before the first measurement, and of what is not measured. */
const SKIPPED = { twenty: 0x80000, sixteen: 0x8000 } as const;

abstract class Bmx280<R extends Bmp280Readings> extends I2cRegisters<R> {
  /** When the measurement that runs is done; undefined: none runs. */
  #doneMs: number | undefined;
  /** Oversampling of humidity: written, and in force since ctrl_meas was written. */
  #osrsH = 0;

  constructor(machine: Machine, kind: DeviceKind, settings: DeviceOptions & I2cPlace, id: number) {
    super(machine, kind, settings);
    this.registers[Register.id] = id;
    this.registers.set(lowTrimming(), Register.trimmingLow);
    this.#reset();
  }

  /** Undefined: it has no such sensor. */
  protected abstract get humidity(): number | undefined;

  /** Several registers are written in pairs: number, value, number, value (6.2.1). */
  override write(bytes: Uint8Array): void {
    for (let at = 0; at < Math.max(1, bytes.length); at += 2) super.write(bytes.subarray(at, at + 2));
  }

  protected onWrite(register: number, value: number): void {
    if (register === Register.reset && value === RESET) this.#reset();
    if (register !== Register.ctrlHum && register !== Register.ctrlMeas && register !== Register.config) return;
    this.refresh();
    this.registers[register] = value;
    if (register !== Register.ctrlMeas) return;
    this.#osrsH = (this.registers[Register.ctrlHum] ?? 0) & 7;
    this.#doneMs =
      (value & Mode.mask) === Mode.sleep ? undefined : this.machine.radio.clock.now() + this.#conversionMs();
  }

  protected refresh(): void {
    const isDone = this.#doneMs !== undefined && this.machine.radio.clock.now() >= this.#doneMs;
    this.registers[Register.status] = this.#doneMs === undefined || isDone ? 0 : MEASURING;
    if (!isDone) return;
    this.#measure();
    const control = this.registers[Register.ctrlMeas] ?? 0;
    if ((control & Mode.mask) === Mode.normal) return;
    this.#doneMs = undefined;
    this.registers[Register.ctrlMeas] = control & ~Mode.mask;
  }

  /** Its registers, and the measurement that is going on. */
  protected override saveInner(): unknown {
    return { ...(super.saveInner() as object), doneMs: this.#doneMs ?? null, osrsH: this.#osrsH };
  }

  /** Takes what `saveInner` returned. */
  protected override loadInner(inner: unknown): void {
    super.loadInner(inner);
    const { doneMs, osrsH } = inner as { doneMs: number | null; osrsH: number };
    this.#doneMs = doneMs ?? undefined;
    this.#osrsH = osrsH;
  }

  #reset(): void {
    this.#doneMs = undefined;
    this.#osrsH = 0;
    this.registers.fill(0, Register.ctrlHum, Register.data);
    this.#put(SKIPPED.twenty, SKIPPED.twenty, SKIPPED.sixteen);
  }

  #measure(): void {
    const { temperature, pressure } = this.readings;
    const raw = rawClimate(temperature, pressure, this.humidity ?? 0);
    const [osrsT, osrsP] = this.#oversampling();
    this.#put(
      osrsP === 0 ? SKIPPED.twenty : raw.pressure,
      osrsT === 0 ? SKIPPED.twenty : raw.temperature,
      this.#osrsH === 0 ? SKIPPED.sixteen : raw.humidity,
    );
  }

  #oversampling(): [number, number] {
    const control = this.registers[Register.ctrlMeas] ?? 0;
    return [control >> 5, (control >> 2) & 7];
  }

  /** The typical time of a measurement (9.1). */
  #conversionMs(): number {
    const times = (osrs: number): number => (osrs === 0 ? 0 : Math.min(16, 2 ** (osrs - 1)));
    const [osrsT, osrsP] = this.#oversampling();
    const isOn = (osrs: number): number => Math.sign(osrs) * 0.5;
    return 1 + 2 * times(osrsT) + 2 * times(osrsP) + isOn(osrsP) + 2 * times(this.#osrsH) + isOn(this.#osrsH);
  }

  /** Pressure and temperature have 20 bits, humidity has 16; the high ones first. */
  #put(pressure: number, temperature: number, humidity: number): void {
    const twenty = (value: number): number[] => [value >> 12, (value >> 4) & 0xff, (value << 4) & 0xff];
    const last = this.humidity === undefined ? [0, 0] : [humidity >> 8, humidity & 0xff];
    this.registers.set([...twenty(pressure), ...twenty(temperature), ...last], Register.data);
  }
}

const temperature = number("temperature", -40, 85, "degrees Celsius");
const pressure = number("pressure", 300, 1100, "hPa");
const place = { address: address(0x76, 0x77), bus: bus("I2C", 1) };

/** What the constructor of `Bmp280` takes: its place, its readings at the start, its name. */
export type Bmp280Settings = I2cPlace & Partial<Bmp280Readings> & DeviceOptions;
/** What the constructor of `Bme280` takes: its place, its readings at the start, its name. */
export type Bme280Settings = I2cPlace & Partial<Bme280Readings> & DeviceOptions;

/** A BMP280: temperature and pressure on I2C. */
export class Bmp280 extends Bmx280<Bmp280Readings> {
  /** As hardware files know it: `device: bmp280`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "bmp280",
    title: "BMP280: temperature and pressure on I2C",
    source: "Bosch BST-BMP280-DS001",
    place,
    readings: { temperature, pressure, connected },
    defaults: { temperature: 21, pressure: 1013.25, connected: true },
    create: (machine, settings) => new Bmp280(machine, settings),
  };

  /** @throws RangeError for an address that is taken, and for readings out of range. */
  constructor(machine: Machine, settings: Bmp280Settings = {}) {
    super(machine, Bmp280.kind, settings, 0x58);
  }

  protected get humidity(): undefined {
    return undefined;
  }
}

/** A BME280: temperature, humidity and pressure on I2C. */
export class Bme280 extends Bmx280<Bme280Readings> {
  /** As hardware files know it: `device: bme280`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "bme280",
    title: "BME280: temperature, humidity and pressure on I2C",
    source: "Bosch BST-BME280-DS002",
    place,
    readings: { temperature, humidity: number("humidity", 0, 100, "per cent"), pressure, connected },
    defaults: { temperature: 21, humidity: 50, pressure: 1013.25, connected: true },
    create: (machine, settings) => new Bme280(machine, settings),
  };

  /** @throws RangeError for an address that is taken, and for readings out of range. */
  constructor(machine: Machine, settings: Bme280Settings = {}) {
    super(machine, Bme280.kind, settings, 0x60);
    this.registers.set(highTrimming(), Register.trimmingHigh);
  }

  protected get humidity(): number {
    return this.readings.humidity;
  }
}
