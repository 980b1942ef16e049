import type { I2cDevice } from "../board/buses.ts";
import type { Machine } from "../board/machine.ts";
import { Device, type DeviceKind, type DeviceOptions, type DeviceState } from "./device.ts";
import { flag } from "./setting.ts";

/** Where a device is on I2C. */
export interface I2cPlace {
  /** The 7-bit address. Default: the first that the datasheet names. */
  readonly address?: number;
  /** The bus: 0, 1; -1 is `SoftI2C`. Left out: every bus of the board. */
  readonly bus?: number;
}

/** What can be changed of every device that can be unplugged. */
export interface Connected {
  /** Whether it is there: a device that was unplugged does not answer. */
  readonly connected: boolean;
}

/** What a sensor of temperature and humidity measures. */
export interface ClimateReadings extends Connected {
  /** Degrees Celsius. */
  readonly temperature: number;
  /** Per cent. */
  readonly humidity: number;
}

export const connected = flag("connected", "false: it is unplugged and does not answer");

const ALL_BUSES = [-1, 0, 1] as const;

/** Where a device on I2C is, with what was left out. */
export interface KnownI2cPlace {
  /** The 7-bit address. */
  readonly address: number;
  /** The bus: 0, 1; -1 is `SoftI2C`. Undefined: every bus of the board. */
  readonly bus?: number | undefined;
}

/** A device on I2C. */
export abstract class I2cPart<R extends Connected> extends Device<KnownI2cPlace, R> implements I2cDevice {
  readonly #buses: readonly number[];

  /** @throws RangeError as `Device`, and for an address that another device has on this bus. */
  constructor(machine: Machine, kind: DeviceKind, settings: DeviceOptions & I2cPlace) {
    super(machine, kind, settings);
    const { bus, address } = this.place;
    this.#buses = bus === undefined ? ALL_BUSES : [bus];
    for (const id of this.#buses) {
      if (machine.i2c(id).at(address) !== undefined) {
        throw new RangeError(
          `${this.name}: another device has the I2C address 0x${address.toString(16)}; choose another address or bus`,
        );
      }
    }
    this.#plug();
  }

  abstract read(length: number): Uint8Array;

  abstract write(bytes: Uint8Array): void;

  /** As `Device.load`; a device that was unplugged then is unplugged. */
  override load(state: DeviceState): void {
    super.load(state);
    this.#plug();
  }

  protected apply(): void {
    this.#plug();
  }

  #plug(): void {
    for (const id of this.#buses) {
      const bus = this.machine.i2c(id);
      if (this.readings.connected) bus.device(this.place.address, this);
      else bus.remove(this.place.address);
    }
  }
}

/**
 * A device on I2C with registers of a byte, such as most sensors: the first byte that is written is the number of a
 * register, which counts on.
 */
export abstract class I2cRegisters<R extends Connected> extends I2cPart<R> {
  /** All 256 of them, a byte each. */
  protected readonly registers: Uint8Array = new Uint8Array(256);
  #next = 0;

  /** The program reads registers. */
  read(length: number): Uint8Array {
    this.refresh();
    return Uint8Array.from({ length }, () => {
      const register = this.#next;
      if (register !== this.port) this.#next = (register + 1) & 0xff;
      return this.onRead(register);
    });
  }

  /** The program writes. */
  write([register, ...values]: Uint8Array): void {
    if (register === undefined) return;
    this.#next = register;
    for (const value of values) {
      this.onWrite(this.#next, value);
      this.#next = (this.#next + 1) & 0xff;
    }
  }

  /** The register that does not count on: a FIFO is read from it. None, where it is not overridden. */
  protected get port(): number | undefined {
    return undefined;
  }

  /** The program reads a register. */
  protected onRead(register: number): number {
    return this.registers[register] as number;
  }

  /** Before a read: brings the registers up to date. */
  protected abstract refresh(): void;

  /** The program writes a register. */
  protected abstract onWrite(register: number, value: number): void;

  protected override saveInner(): unknown {
    return { registers: [...this.registers], next: this.#next };
  }

  protected override loadInner(inner: unknown): void {
    const { registers, next } = inner as { registers: number[]; next: number };
    this.registers.set(registers);
    this.#next = next;
  }
}
