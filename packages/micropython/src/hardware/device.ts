// hardware: Devices for the wires of a board, and the files that describe them. What a person can set is checked, and
// told with its range; a device's state is plain data. It knows boards, and no programs.

import { z } from "zod";
import type { BoardDevice } from "../board/device.ts";
import type { Machine } from "../board/machine.ts";
import { isInputPin, type SettingShapes } from "./setting.ts";

/** A kind of device: what a hardware file can say of it. */
export interface DeviceKind {
  /** What a hardware file calls it: `bme280`. */
  readonly name: string;
  /** What it is, in a few words. */
  readonly title: string;
  /** The datasheet, or whatever else it behaves by. */
  readonly source: string;
  /** Where it is on its board. */
  readonly place: SettingShapes;
  /** What it measures, or what happens to it: scripts and tests change it. */
  readonly readings: SettingShapes;
  /** The readings at the start. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** @throws RangeError as the device's constructor. */
  create(machine: Machine, settings: object): Device;
}

/** What every device can be given. */
export interface DeviceOptions {
  /** Unique on its board. Default: its kind, such as `button`; of further ones `button-2`. */
  readonly name?: string;
}

/** A device of a hardware file: its kind, and the settings of that. */
export interface DeviceSettings {
  /** The name of its kind, as `espnow hardware` lists them. */
  readonly device: string;
  readonly [setting: string]: unknown;
}

/** The state of a device, as plain data. */
export interface DeviceState {
  /** What was set, as `set` takes it. */
  readonly readings: object;
  /** What else it remembers: registers, what it was told. */
  readonly inner: unknown;
}

/**
 * A device on the wires of a simulated board. It stays while the program is reset or sleeps.
 * @example
 * import { Scenario } from "espnow-micropython";
 * import { Button } from "espnow-micropython/hardware";
 *
 * const board = new Scenario().board("button.py");
 * const door = new Button(board.machine, { pin: 0 });
 * door.set({ pressed: true });
 */
export abstract class Device<P extends object = object, R extends object = object> implements BoardDevice {
  /** Its name and settings. */
  readonly kind: DeviceKind;
  /** What hardware files, scripts and tests call it; unique on its board. */
  readonly name: string;
  /** The board that it is connected to. */
  protected readonly machine: Machine;
  /** Where it is on its board. */
  readonly place: P;
  #readings: R;

  /** @throws RangeError for a name or a pin that is taken, and for settings that are out of range. */
  constructor(machine: Machine, kind: DeviceKind, settings: DeviceOptions & object) {
    const { name = machine.devices.newName(kind.name), ...rest } = settings;
    this.kind = kind;
    this.name = name;
    this.machine = machine;
    const known = Object.entries(checked(this.name, settingsShape(kind), rest));
    this.place = Object.fromEntries(known.filter(([key]) => key in kind.place)) as P;
    this.#readings = Object.fromEntries(known.filter(([key]) => key in kind.readings)) as R;
    checkInputs(this, [...machine.devices]);
    machine.devices.add(this);
  }

  /** What it measures, or what happens to it, now. */
  get readings(): Readonly<R> {
    return this.#readings;
  }

  /** Changes some of the readings. @throws RangeError for those that it does not have, and for values out of range. */
  set(change: Partial<R>): void {
    const known = checked(this.name, readingsShape(this.kind), change) as Partial<R>;
    this.#readings = { ...this.#readings, ...known };
    this.apply();
  }

  /** What it does that a person would see, a line each. */
  shown(): readonly string[] {
    return [];
  }

  save(): DeviceState {
    return { readings: { ...this.#readings }, inner: this.saveInner() };
  }

  load({ readings, inner }: DeviceState): void {
    this.#readings = { ...readings } as R;
    this.loadInner(inner);
  }

  wiring(): DeviceSettings {
    return { ...this.place, device: this.kind.name };
  }

  plug(machine: Machine): void {
    this.kind.create(machine, { name: this.name, ...this.place, ...this.#readings });
  }

  /** Puts the readings on the wires. The constructor of each device calls it at its end. */
  protected abstract apply(): void;

  /** What it remembers beside its readings, as plain data. */
  protected saveInner(): unknown {
    return null;
  }

  /** Takes what `saveInner` returned. */
  protected loadInner(_inner: unknown): void {}
}

/** @throws RangeError where another device sets the level of one of its pins. */
function checkInputs(device: Device, others: readonly BoardDevice[]): void {
  const inputs = inputsOf(device);
  for (const other of others) {
    const taken = other instanceof Device ? inputsOf(other) : [];
    const pin = inputs.find((id) => taken.includes(id));
    if (pin !== undefined) {
      throw new RangeError(`${device.name}: another device, ${other.name}, is at pin ${pin}; choose another pin`);
    }
  }
}

/** The pins whose levels it sets. */
function inputsOf({ kind, place }: Device): readonly unknown[] {
  return Object.entries(place).flatMap(([key, id]) => (isInputPin(kind.place[key] as z.ZodType) ? [id] : []));
}

/** Everything that a hardware file can say of a device, with defaults. */
export const settingsShape: (kind: DeviceKind) => z.ZodObject = oncePerKind(({ place, readings, defaults }) => {
  const withDefaults = Object.entries(readings).map(([key, shape]) => [key, shape.default(defaults[key])]);
  return z.strictObject({ ...place, ...Object.fromEntries(withDefaults) });
});

/** What of it can be changed while a program runs. */
export const readingsShape: (kind: DeviceKind) => z.ZodObject = oncePerKind(({ readings }) =>
  z.strictObject({ ...readings }).partial(),
);

/** Keeps the shape of each kind: zod compiles one at its first use, which takes hundreds of times as long as a check. */
function oncePerKind(shapeOf: (kind: DeviceKind) => z.ZodObject): (kind: DeviceKind) => z.ZodObject {
  const shapes = new WeakMap<DeviceKind, z.ZodObject>();
  return (kind) => {
    const shape = shapes.get(kind) ?? shapeOf(kind);
    shapes.set(kind, shape);
    return shape;
  };
}

/** A setting of a kind of device, for people. */
export interface SettingText {
  /** As in hardware files: `temperature`. */
  readonly name: string;
  /** Its meaning with range and unit. */
  readonly description: string;
  /** Whether a script or a test can change it. */
  readonly isReading: boolean;
}

/** The settings of a kind of device. */
export function settingsOf({ place, readings }: DeviceKind): readonly SettingText[] {
  const texts = (shape: SettingShapes, isReading: boolean): readonly SettingText[] =>
    Object.entries(shape).map(([name, { meta }]) => ({ name, description: meta()?.description ?? "", isReading }));
  return [...texts(place, false), ...texts(readings, true)];
}

function checked(name: string, shape: z.ZodObject, value: object): object {
  const result = shape.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new RangeError(`${[name, ...(issue?.path ?? [])].join(".")}: ${issue?.message ?? "is wrong"}`);
}
