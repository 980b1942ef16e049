import type { Machine } from "../../board/machine.ts";
import type { DeviceKind, DeviceOptions } from "../device.ts";
import { type Connected, connected, type I2cPlace, I2cRegisters } from "../i2c.ts";
import { address, bus, number } from "../setting.ts";
import { Mpu6050Fifo, type Mpu6050FifoState } from "./mpu6050-fifo.ts";

/** How an MPU6050 moves. */
export interface Mpu6050Readings extends Connected {
  /** Acceleration along x, in g, -16 to 16. */
  readonly ax: number;
  /** Acceleration along y, in g, -16 to 16. */
  readonly ay: number;
  /** Acceleration along z, in g, -16 to 16. At rest it is 1. */
  readonly az: number;
  /** Rotation around x, in degrees a second, -2000 to 2000. */
  readonly gx: number;
  /** Rotation around y, in degrees a second, -2000 to 2000. */
  readonly gy: number;
  /** Rotation around z, in degrees a second, -2000 to 2000. */
  readonly gz: number;
  /** Degrees Celsius, -40 to 85. */
  readonly temperature: number;
}

/** Registers (RM-MPU-6000A, 3). */
const Register = {
  divider: 0x19,
  config: 0x1a,
  gyroConfig: 0x1b,
  accelConfig: 0x1c,
  fifoEnable: 0x23,
  status: 0x3a,
  data: 0x3b,
  user: 0x6a,
  power: 0x6b,
  fifoCount: 0x72,
  fifo: 0x74,
  whoAmI: 0x75,
} as const;
const DATA_LENGTH = 14;
const READ_ONLY: ReadonlySet<number> = new Set([
  Register.status,
  ...Array.from({ length: DATA_LENGTH }, (_, index) => Register.data + index),
  Register.fifoCount,
  Register.fifoCount + 1,
  Register.whoAmI,
]);
const Power = { reset: 0x80, sleep: 0x40 } as const;
const User = { fifoEnable: 0x40, fifoReset: 0x04 } as const;
/** Bits of the status, which reading clears. */
const Status = { fifoOverflow: 0x10, dataReady: 0x01 } as const;
/** Bits of `fifoEnable` by the bytes of the data that they choose, in order of register (4.17). */
const FIFO_PARTS = [
  { bit: 0x08, from: 0, to: 6 },
  { bit: 0x80, from: 6, to: 8 },
  { bit: 0x40, from: 8, to: 10 },
  { bit: 0x20, from: 10, to: 12 },
  { bit: 0x10, from: 12, to: 14 },
] as const;
const WHO_AM_I = 0x68;
/** Of a sample: the clock is in fractions of a millisecond, and a sum of them is not exact. */
const ROUNDING = 1e-6;

/** What the constructor of `Mpu6050` takes: its place, its readings at the start, its name. */
export type Mpu6050Settings = I2cPlace & Partial<Mpu6050Readings> & DeviceOptions;

const g = (axis: string) => number(`acceleration ${axis}`, -16, 16, `acceleration along ${axis}, g`);
const turn = (axis: string) => number(`rotation ${axis}`, -2000, 2000, `rotation around ${axis}, degrees a second`);

/** An MPU6050: acceleration and rotation on I2C. */
export class Mpu6050 extends I2cRegisters<Mpu6050Readings> {
  /** As hardware files know it: `device: mpu6050`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "mpu6050",
    title: "MPU6050: acceleration and rotation on I2C",
    source: "InvenSense RM-MPU-6000A register map",
    place: { address: address(0x68, 0x69), bus: bus("I2C", 1) },
    readings: {
      ax: g("x"),
      ay: g("y"),
      az: g("z"),
      gx: turn("x"),
      gy: turn("y"),
      gz: turn("z"),
      temperature: number("temperature", -40, 85, "degrees Celsius"),
      connected,
    },
    defaults: { ax: 0, ay: 0, az: 1, gx: 0, gy: 0, gz: 0, temperature: 25, connected: true },
    create: (machine, settings) => new Mpu6050(machine, settings),
  };

  readonly #fifo = new Mpu6050Fifo();
  /** When it measured last. */
  #sampledMs = 0;

  /** @throws RangeError for an address that is taken, and for readings out of range. */
  constructor(machine: Machine, settings: Mpu6050Settings = {}) {
    super(machine, Mpu6050.kind, settings);
    this.#reset();
  }

  override set(change: Partial<Mpu6050Readings>): void {
    this.#sample(); // what was measured until now
    super.set(change);
  }

  protected override get port(): number {
    return Register.fifo;
  }

  protected override onRead(register: number): number {
    if (register === Register.fifo) return this.#fifo.shift();
    const value = super.onRead(register);
    if (register === Register.status) this.registers[register] = 0;
    return value;
  }

  protected onWrite(register: number, value: number): void {
    this.#sample();
    if (READ_ONLY.has(register)) return;
    if (register === Register.power && (value & Power.reset) !== 0) this.#reset();
    else if (register === Register.fifo) this.#fifo.push(Uint8Array.of(value));
    else this.registers[register] = value;
    if (register === Register.user && (value & User.fifoReset) !== 0) {
      this.#fifo.clear();
      this.registers[register] = value & ~User.fifoReset;
    }
  }

  protected refresh(): void {
    this.#sample();
    this.registers[Register.fifoCount] = this.#fifo.length >> 8;
    this.registers[Register.fifoCount + 1] = this.#fifo.length & 0xff;
  }

  protected override saveInner(): unknown {
    return { registers: super.saveInner(), fifo: this.#fifo.save(), sampledMs: this.#sampledMs };
  }

  protected override loadInner(inner: unknown): void {
    const { registers, fifo, sampledMs } = inner as { registers: unknown; fifo: Mpu6050FifoState; sampledMs: number };
    super.loadInner(registers);
    this.#fifo.load(fifo);
    this.#sampledMs = sampledMs;
  }

  /** Measures as often as it was time to since it did last. Asleep, as after a reset, it measures nothing. */
  #sample(): void {
    const now = this.machine.radio.clock.now();
    if ((this.#at(Register.power) & Power.sleep) !== 0) {
      this.#sampledMs = now;
      return;
    }
    this.#measure();
    const periodMs = this.#periodMs();
    const count = Math.floor((now - this.#sampledMs) / periodMs + ROUNDING);
    if (count <= 0) return;
    this.#sampledMs += count * periodMs;
    this.#raise(Status.dataReady);
    this.#fill(count);
  }

  /** As many samples go into the FIFO as there was time for, if it is on. */
  #fill(count: number): void {
    if ((this.#at(Register.user) & User.fifoEnable) === 0) return;
    const data = this.registers.subarray(Register.data, Register.data + DATA_LENGTH);
    const chosen = FIFO_PARTS.filter(({ bit }) => (this.#at(Register.fifoEnable) & bit) !== 0);
    const sample = Uint8Array.from(chosen.flatMap(({ from, to }) => [...data.subarray(from, to)]));
    if (!this.#fifo.push(sample, count)) this.#raise(Status.fifoOverflow);
  }

  #measure(): void {
    const { ax, ay, az, gx, gy, gz, temperature } = this.readings;
    const perG = 16_384 >> this.#scale(Register.accelConfig);
    const perDegree = 131 / 2 ** this.#scale(Register.gyroConfig);
    const accelerations = [ax, ay, az].map((value) => value * perG);
    const rotations = [gx, gy, gz].map((value) => value * perDegree);
    const view = new DataView(this.registers.buffer, Register.data);
    for (const [index, value] of [...accelerations, (temperature - 36.53) * 340, ...rotations].entries()) {
      view.setInt16(2 * index, Math.max(-32_768, Math.min(32_767, Math.round(value))));
    }
  }

  /** The gyroscope's rate, 1 kHz with the low-pass filter and 8 kHz without, through the divider (4.2, 4.3). */
  #periodMs(): number {
    const filter = this.#at(Register.config) & 7;
    return (1 + this.#at(Register.divider)) / (filter === 0 || filter === 7 ? 8 : 1);
  }

  #raise(bit: number): void {
    this.registers[Register.status] = this.#at(Register.status) | bit;
  }

  #at(register: number): number {
    return this.registers[register] as number;
  }

  #scale(register: number): number {
    return (this.#at(register) >> 3) & 3;
  }

  #reset(): void {
    this.registers.fill(0);
    this.#fifo.clear();
    this.registers[Register.power] = Power.sleep;
    this.registers[Register.whoAmI] = WHO_AM_I;
  }
}
