import type { Machine } from "../../board/machine.ts";
import type { DeviceKind, DeviceOptions } from "../device.ts";
import { type ClimateReadings, connected, I2cPart, type I2cPlace } from "../i2c.ts";
import { sensirionCrc } from "../sensirion-crc.ts";
import { address, bus, number } from "../setting.ts";

/** Commands (5.3). */
const Command = { measure: 0xac, reset: 0xba, calibrate: 0xbe } as const;
const Status = { busy: 0x80, calibrated: 0x18 } as const;
const MEASURE_MS = 80;
const FULL_SCALE = 1 << 20;

interface Inner {
  /** When the measurement is done; null: none was begun. */
  readyMs: number | null;
  data: readonly number[];
}

const NOTHING: Inner = { readyMs: null, data: [0, 0, 0, 0, 0] };

/** What the constructor of `Aht20` takes: its place, its readings at the start, its name. */
export type Aht20Settings = Pick<I2cPlace, "bus"> & Partial<ClimateReadings> & DeviceOptions;

/** An AHT20: temperature and humidity on I2C, at the address 0x38. */
export class Aht20 extends I2cPart<ClimateReadings> {
  /** As hardware files know it: `device: aht20`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "aht20",
    title: "AHT20: temperature and humidity on I2C",
    source: "Aosong AHT20 datasheet",
    place: { address: address(0x38), bus: bus("I2C", 1) },
    readings: {
      temperature: number("temperature", -40, 85, "degrees Celsius"),
      humidity: number("humidity", 0, 100, "per cent"),
      connected,
    },
    defaults: { temperature: 21, humidity: 50, connected: true },
    create: (machine, settings) => new Aht20(machine, settings),
  };
  #inner: Inner = { ...NOTHING };

  /** @throws RangeError for a bus where it is already, and for readings out of range. */
  constructor(machine: Machine, settings: Aht20Settings = {}) {
    super(machine, Aht20.kind, settings);
  }

  /** The program writes. */
  write([command]: Uint8Array): void {
    if (command === Command.reset) this.#inner = { ...NOTHING };
    if (command === Command.measure) this.#inner.readyMs = this.machine.radio.clock.now() + MEASURE_MS;
  }

  /** Status, 20 bits of humidity, 20 of temperature, checksum (5.4). */
  read(): Uint8Array {
    const { readyMs } = this.#inner;
    const isDone = readyMs !== null && this.machine.radio.clock.now() >= readyMs;
    if (isDone) this.#inner = { readyMs: null, data: this.#measure() };
    const status = Status.calibrated | (readyMs === null || isDone ? 0 : Status.busy);
    const bytes = Uint8Array.of(status, ...this.#inner.data);
    return Uint8Array.of(...bytes, sensirionCrc(bytes));
  }

  protected override saveInner(): unknown {
    return { ...this.#inner };
  }

  protected override loadInner(inner: unknown): void {
    this.#inner = { ...(inner as Inner) };
  }

  #measure(): readonly number[] {
    const { temperature, humidity } = this.readings;
    const [h, t] = [humidity / 100, (temperature + 50) / 200].map((share) =>
      Math.min(FULL_SCALE - 1, Math.round(share * FULL_SCALE)),
    ) as [number, number];
    return [h >> 12, (h >> 4) & 0xff, ((h & 0xf) << 4) | (t >> 16), (t >> 8) & 0xff, t & 0xff];
  }
}
