import type { Machine } from "../../board/machine.ts";
import type { DeviceKind, DeviceOptions } from "../device.ts";
import { type Connected, connected, type I2cPlace, I2cRegisters } from "../i2c.ts";
import { address, bus, number } from "../setting.ts";

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
const Register = { gyroConfig: 0x1b, accelConfig: 0x1c, data: 0x3b, power: 0x6b, whoAmI: 0x75 } as const;
const Power = { reset: 0x80, sleep: 0x40 } as const;
const WHO_AM_I = 0x68;

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

  /** @throws RangeError for an address that is taken, and for readings out of range. */
  constructor(machine: Machine, settings: Mpu6050Settings = {}) {
    super(machine, Mpu6050.kind, settings);
    this.#reset();
  }

  protected onWrite(register: number, value: number): void {
    if (register >= Register.data && register < Register.data + 14) return; // read only
    if (register === Register.power && (value & Power.reset) !== 0) this.#reset();
    else if (register !== Register.whoAmI) this.registers[register] = value;
  }

  /** Asleep, as after a reset, it measures nothing. */
  protected refresh(): void {
    if (((this.registers[Register.power] ?? 0) & Power.sleep) !== 0) return;
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

  #scale(register: number): number {
    return ((this.registers[register] ?? 0) >> 3) & 3;
  }

  #reset(): void {
    this.registers.fill(0);
    this.registers[Register.power] = Power.sleep;
    this.registers[Register.whoAmI] = WHO_AM_I;
  }
}
