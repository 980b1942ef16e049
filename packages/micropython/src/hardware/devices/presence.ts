import type { Machine } from "../../board/machine.ts";
import { Device, type DeviceKind, type DeviceOptions } from "../device.ts";
import { flag, inputPin } from "../setting.ts";

/** What a PIR sensor sees. */
export interface PirReadings {
  /** Whether somebody moves: its output is high then. */
  readonly motion: boolean;
}

/** Where a PIR sensor is. */
export interface PirPlace {
  /** The pin of its output. */
  readonly pin: number;
}

/** What the constructor of `Pir` takes: its place, its readings at the start, its name. */
export type PirSettings = PirPlace & Partial<PirReadings> & DeviceOptions;

/** A PIR sensor such as the HC-SR501. How long its output stays high is up to the script. */
export class Pir extends Device<PirPlace, PirReadings> {
  /** As hardware files know it: `device: pir`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "pir",
    title: "PIR sensor such as the HC-SR501: motion",
    source: "HC-SR501 data sheet",
    place: { pin: inputPin("the pin of its output") },
    readings: { motion: flag("motion", "whether somebody moves: its output is high then") },
    defaults: { motion: false },
    create: (machine, settings) => new Pir(machine, settings as PirSettings),
  };

  /** @throws RangeError for a pin that the board does not have. */
  constructor(machine: Machine, settings: PirSettings) {
    super(machine, Pir.kind, settings);
    this.apply();
  }

  protected apply(): void {
    this.machine.pin(this.place.pin).apply(this.readings.motion ? 1 : 0);
  }
}

/** Whether a touch pad is touched. */
export interface TouchReadings {
  /** Whether somebody touches it. */
  readonly touched: boolean;
}

/** What an ESP32's pad reads: less, the more it is touched. */
const UNTOUCHED = 1000;
const TOUCHED = 100;

/** Where a touch pad is. */
export interface TouchPlace {
  /** The pin of the pad. */
  readonly pin: number;
}

/** What the constructor of `Touch` takes: its place, its readings at the start, its name. */
export type TouchSettings = TouchPlace & Partial<TouchReadings> & DeviceOptions;

/** A touch pad of an ESP32, for `machine.TouchPad`. */
export class Touch extends Device<TouchPlace, TouchReadings> {
  /** As hardware files know it: `device: touch`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "touch",
    title: "touch pad of an ESP32",
    source: "machine.TouchPad.read",
    place: { pin: inputPin("the pin of the pad") },
    readings: { touched: flag("touched", "whether somebody touches it") },
    defaults: { touched: false },
    create: (machine, settings) => new Touch(machine, settings as TouchSettings),
  };

  /** @throws RangeError for a pin that the board does not have. */
  constructor(machine: Machine, settings: TouchSettings) {
    super(machine, Touch.kind, settings);
    this.apply();
  }

  protected apply(): void {
    this.machine.touch(this.place.pin).value = this.readings.touched ? TOUCHED : UNTOUCHED;
  }
}
