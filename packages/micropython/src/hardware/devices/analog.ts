import type { Machine } from "../../board/machine.ts";
import { Device, type DeviceKind, type DeviceOptions } from "../device.ts";
import { inputPin, number } from "../setting.ts";

const FULL_SCALE = 65_535;

/** Where an analog device is. */
export interface AnalogPlace {
  /** Of an ESP8266: 0. */
  readonly pin: number;
}

/** How far a potentiometer is turned. */
export interface PotentiometerReadings {
  /** 0 to 1. */
  readonly position: number;
}

/** A potentiometer, or an axis of a joystick. */
export class Potentiometer extends Device<AnalogPlace, PotentiometerReadings> {
  /** As hardware files know it: `device: potentiometer`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "potentiometer",
    title: "potentiometer, or an axis of a joystick",
    source: "a voltage divider between ground and full scale",
    place: { pin: inputPin("the pin of the analog input; of an ESP8266: 0") },
    readings: { position: number("position", 0, 1, "how far it is turned, from 0 to 1") },
    defaults: { position: 0.5 },
    create: (machine, settings) => new Potentiometer(machine, settings as AnalogPlace),
  };

  /** @throws RangeError for a pin that the board does not have, and for a position that is not from 0 to 1. */
  constructor(machine: Machine, settings: AnalogPlace & Partial<PotentiometerReadings> & DeviceOptions) {
    super(machine, Potentiometer.kind, settings);
    this.apply();
  }

  protected apply(): void {
    this.machine.adc(this.place.pin).value = this.readings.position * FULL_SCALE;
  }
}

/** What is at an analog input. */
export interface AnalogReadings {
  /** 0 to 65535: full scale. */
  readonly value: number;
}

/** Anything else at an analog input: a photoresistor, soil moisture, a battery. */
export class Analog extends Device<AnalogPlace, AnalogReadings> {
  /** As hardware files know it: `device: analog`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "analog",
    title: "any voltage at an analog input: light, soil moisture, a battery",
    source: "machine.ADC.read_u16",
    place: { pin: inputPin("the pin of the analog input; of an ESP8266: 0") },
    readings: { value: number("value", 0, FULL_SCALE, "what ADC.read_u16() returns, from 0 to 65535") },
    defaults: { value: 0 },
    create: (machine, settings) => new Analog(machine, settings as AnalogPlace),
  };

  /** @throws RangeError for a pin that the board does not have, and for a value that is not from 0 to 65535. */
  constructor(machine: Machine, settings: AnalogPlace & Partial<AnalogReadings> & DeviceOptions) {
    super(machine, Analog.kind, settings);
    this.apply();
  }

  protected apply(): void {
    this.machine.adc(this.place.pin).value = this.readings.value;
  }
}
