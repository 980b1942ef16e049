import type { Machine } from "../../board/machine.ts";
import { Refusal } from "../../bridge/refusal.ts";
import type { DeviceKind, DeviceOptions } from "../device.ts";
import { type ClimateReadings, connected, I2cPart, type I2cPlace } from "../i2c.ts";
import { sensirionCrc } from "../sensirion-crc.ts";
import { address, bus, number } from "../setting.ts";

const ENODEV = 19;

/** Commands of a single measurement, with what it takes at most (tables 8 and 4). Those of 0x2c hold the clock meanwhile. */
const SINGLE: ReadonlyMap<number, number> = new Map([
  [0x2c06, 0],
  [0x2c0d, 0],
  [0x2c10, 0],
  [0x2400, 15],
  [0x240b, 6],
  [0x2416, 4],
]);
/** Those that begin periodic measurements, with the period in milliseconds (table 9), by their first byte. */
const PERIODIC: ReadonlyMap<number, number> = new Map([
  [0x20, 2000],
  [0x21, 1000],
  [0x22, 500],
  [0x23, 250],
  [0x27, 100],
]);
const FETCH = 0xe000;
const BREAK = 0x3093;
const RESET = 0x30a2;
const STATUS = 0xf32d;

interface Inner {
  /** When the measurement that a read gives is done; null: there is none. */
  readyMs: number | null;
  /** Of periodic measurements; null: none. */
  periodMs: number | null;
  isStatus: boolean;
}

/** What the constructor of `Sht3x` takes: its place, its readings at the start, its name. */
export type Sht3xSettings = I2cPlace & Partial<ClimateReadings> & DeviceOptions;

/** An SHT30, SHT31 or SHT35: temperature and humidity on I2C. */
export class Sht3x extends I2cPart<ClimateReadings> {
  /** As hardware files know it: `device: sht3x`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "sht3x",
    title: "SHT30, SHT31, SHT35: temperature and humidity on I2C",
    source: "Sensirion SHT3x-DIS datasheet",
    place: { address: address(0x44, 0x45), bus: bus("I2C", 1) },
    readings: {
      temperature: number("temperature", -40, 125, "degrees Celsius"),
      humidity: number("humidity", 0, 100, "per cent"),
      connected,
    },
    defaults: { temperature: 21, humidity: 50, connected: true },
    create: (machine, settings) => new Sht3x(machine, settings),
  };
  #inner: Inner = { readyMs: null, periodMs: null, isStatus: false };

  /** @throws RangeError for an address that is taken, and for readings out of range. */
  constructor(machine: Machine, settings: Sht3xSettings = {}) {
    super(machine, Sht3x.kind, settings);
  }

  /** The program writes. */
  write([high = 0, low = 0]: Uint8Array): void {
    const command = high * 256 + low;
    const now = this.machine.radio.clock.now();
    const inner = this.#inner;
    inner.isStatus = command === STATUS;
    const single = SINGLE.get(command);
    const periodMs = PERIODIC.get(high);
    if (single !== undefined) inner.readyMs = now + single;
    else if (periodMs !== undefined) this.#inner = { readyMs: now + 15, periodMs, isStatus: false };
    else if (command === BREAK || command === RESET) this.#inner = { readyMs: null, periodMs: null, isStatus: false };
    else if (command === FETCH && inner.periodMs === null) inner.readyMs = null;
  }

  /** @throws Refusal where nothing is measured yet: it does not acknowledge then (4.3, 4.6). */
  read(): Uint8Array {
    if (this.#inner.isStatus) return withCrc(0);
    const now = this.machine.radio.clock.now();
    const { readyMs, periodMs } = this.#inner;
    if (readyMs === null || now < readyMs) throw new Refusal(ENODEV, "it has not measured yet");
    this.#inner.readyMs = periodMs === null ? null : readyMs + Math.ceil((now - readyMs + 0.001) / periodMs) * periodMs;
    const { temperature, humidity } = this.readings;
    const raw = [(temperature + 45) / 175, humidity / 100].map((share) => withCrc(Math.round(share * 65_535)));
    return Uint8Array.from(raw.flatMap((bytes) => [...bytes]));
  }

  protected override saveInner(): unknown {
    return { ...this.#inner };
  }

  protected override loadInner(inner: unknown): void {
    this.#inner = { ...(inner as Inner) };
  }
}

function withCrc(value: number): Uint8Array {
  const bytes = Uint8Array.of(value >> 8, value & 0xff);
  return Uint8Array.of(...bytes, sensirionCrc(bytes));
}
