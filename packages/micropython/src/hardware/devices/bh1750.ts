import type { Machine } from "../../board/machine.ts";
import type { DeviceKind, DeviceOptions } from "../device.ts";
import { type Connected, connected, I2cPart, type I2cPlace } from "../i2c.ts";
import { address, bus, number } from "../setting.ts";

/** How bright it is. */
export interface Bh1750Readings extends Connected {
  /** Lux. */
  readonly lux: number;
}

/** Instructions (page 5). Those of measurements: 0x10 and 0x20, with the mode in the low bits. */
const Instruction = { off: 0x00, reset: 0x07, mtHigh: 0x40, mtLow: 0x60 } as const;
const HIGH_RESOLUTION_2 = 1;
const LOW_RESOLUTION = 3;
/** The measurement time register at the start, and what a measurement takes then (page 2). */
const DEFAULT_MT = 69;
const HIGH_MS = 120;
const LOW_MS = 16;

interface Inner {
  /** The instruction of the measurement that runs; null: none. */
  mode: number | null;
  doneMs: number;
  mt: number;
  raw: number;
}

/** What the constructor of `Bh1750` takes: its place, its readings at the start, its name. */
export type Bh1750Settings = I2cPlace & Partial<Bh1750Readings> & DeviceOptions;

/** A BH1750: light on I2C. */
export class Bh1750 extends I2cPart<Bh1750Readings> {
  /** As hardware files know it: `device: bh1750`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "bh1750",
    title: "BH1750: light on I2C",
    source: "ROHM BH1750FVI datasheet",
    place: { address: address(0x23, 0x5c), bus: bus("I2C", 1) },
    readings: { lux: number("light", 0, 100_000, "lux"), connected },
    defaults: { lux: 300, connected: true },
    create: (machine, settings) => new Bh1750(machine, settings),
  };
  #inner: Inner = { mode: null, doneMs: 0, mt: DEFAULT_MT, raw: 0 };

  /** @throws RangeError for an address that is taken, and for readings out of range. */
  constructor(machine: Machine, settings: Bh1750Settings = {}) {
    super(machine, Bh1750.kind, settings);
  }

  /** The program writes. */
  write([instruction = 0]: Uint8Array): void {
    const inner = this.#inner;
    if (instruction === Instruction.off) inner.mode = null;
    else if (instruction === Instruction.reset) inner.raw = 0;
    else if ((instruction & 0xf8) === Instruction.mtHigh) inner.mt = ((instruction & 7) << 5) | (inner.mt & 0x1f);
    else if ((instruction & 0xe0) === Instruction.mtLow) inner.mt = (inner.mt & 0xe0) | (instruction & 0x1f);
    else if ((instruction & 0xf0) === 0x10 || (instruction & 0xf0) === 0x20) this.#begin(instruction);
  }

  /** Before the first measurement is done: 0. */
  read(): Uint8Array {
    const inner = this.#inner;
    if (inner.mode !== null && this.machine.radio.clock.now() >= inner.doneMs) {
      const isFine = (inner.mode & 3) === HIGH_RESOLUTION_2;
      const counts = this.readings.lux * 1.2 * (inner.mt / DEFAULT_MT) * (isFine ? 2 : 1);
      inner.raw = Math.min(0xffff, Math.round(counts));
      if ((inner.mode & 0xf0) === 0x20) inner.mode = null;
    }
    return Uint8Array.of(inner.raw >> 8, inner.raw & 0xff);
  }

  protected override saveInner(): unknown {
    return { ...this.#inner };
  }

  protected override loadInner(inner: unknown): void {
    this.#inner = { ...(inner as Inner) };
  }

  #begin(mode: number): void {
    const ms = (mode & 3) === LOW_RESOLUTION ? LOW_MS : HIGH_MS * (this.#inner.mt / DEFAULT_MT);
    this.#inner = { ...this.#inner, mode, doneMs: this.machine.radio.clock.now() + ms };
  }
}
