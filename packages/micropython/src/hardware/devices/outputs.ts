import { z } from "zod";
import type { Machine } from "../../board/machine.ts";
import { Device, type DeviceKind, type DeviceOptions } from "../device.ts";
import { number, pin, setting, wrong } from "../setting.ts";

/** Where a relay is. */
export interface RelayPlace {
  /** The pin of its input. */
  readonly pin: number;
  /** The level that switches it on. Default `"high"`. */
  readonly active?: "high" | "low";
}

/** A relay module: a pump, a heater, a door opener. */
export class Relay extends Device<Required<RelayPlace>> {
  /** As hardware files know it: `device: relay`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "relay",
    title: "relay: a pump, a heater, a door opener",
    source: "a level at a pin",
    place: {
      pin: pin("the pin of its input"),
      active: setting(
        z.enum(["high", "low"], wrong("high or low")).default("high"),
        "active level",
        "the level that switches it on: high or low",
      ),
    },
    readings: {},
    defaults: {},
    create: (machine, settings) => new Relay(machine, settings as RelayPlace),
  };
  #switched = 0;

  /** @throws RangeError for a pin that the board does not have. */
  constructor(machine: Machine, settings: RelayPlace & DeviceOptions) {
    super(machine, Relay.kind, settings);
    machine.pin(this.place.pin).observe(() => {
      if (this.isOn) this.#switched++;
    });
  }

  /** A pin that the program does not drive leaves it off. */
  get isOn(): boolean {
    const { isOutput, value } = this.machine.pin(this.place.pin);
    return isOutput && value === (this.place.active === "high" ? 1 : 0);
  }

  /** How many times it was switched on. */
  get switched(): number {
    return this.#switched;
  }

  override shown(): readonly string[] {
    const times = this.#switched === 1 ? "time" : "times";
    return [`${this.isOn ? "on" : "off"}, was switched on ${this.#switched} ${times}`];
  }

  protected apply(): void {}

  protected override saveInner(): unknown {
    return this.#switched;
  }

  protected override loadInner(inner: unknown): void {
    this.#switched = inner as number;
  }
}

/** Where a lamp is. */
export interface LampPlace {
  /** The pin, or PWM output, that lights it. */
  readonly pin: number;
}

/** A lamp at a pin, or at a PWM output. */
export class Lamp extends Device<LampPlace> {
  /** As hardware files know it: `device: lamp`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "lamp",
    title: "lamp or LED, at a pin or a PWM output",
    source: "a level at a pin, or its duty cycle",
    place: { pin: pin("the pin of the lamp") },
    readings: {},
    defaults: {},
    create: (machine, settings) => new Lamp(machine, settings as LampPlace),
  };

  /** @throws RangeError for a pin that the board does not have. */
  constructor(machine: Machine, settings: LampPlace & DeviceOptions) {
    super(machine, Lamp.kind, settings);
    machine.pin(this.place.pin); // refuses one that is not there
  }

  /** 0 to 1. */
  get brightness(): number {
    const { freq, duty } = this.machine.pwm(this.place.pin);
    return freq > 0 ? duty : this.machine.pin(this.place.pin).value;
  }

  override shown(): readonly string[] {
    return [`${Math.round(this.brightness * 100)} %`];
  }

  protected apply(): void {}
}

/** Where a servo is, and how long its pulses are. */
export interface ServoPlace {
  /** The pin of the PWM output. */
  readonly pin: number;
  /** The pulse for 0 degrees, in microseconds. Default 500. */
  readonly min?: number;
  /** The pulse for 180 degrees, in microseconds. Default 2500. */
  readonly max?: number;
}

/** A servo at a PWM output. */
export class Servo extends Device<Required<ServoPlace>> {
  /** As hardware files know it: `device: servo`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "servo",
    title: "servo at a PWM output",
    source: "pulses of 500 to 2500 us, as an SG90 takes them",
    place: {
      pin: pin("the pin of the PWM output"),
      min: setting(number("shortest pulse", 100, 5000, "").default(500), "shortest pulse", "us for 0 degrees"),
      max: setting(number("longest pulse", 100, 5000, "").default(2500), "longest pulse", "us for 180 degrees"),
    },
    readings: {},
    defaults: {},
    create: (machine, settings) => new Servo(machine, settings as ServoPlace),
  };

  /** @throws RangeError for a pin that the board does not have. */
  constructor(machine: Machine, settings: ServoPlace & DeviceOptions) {
    super(machine, Servo.kind, settings);
    machine.pwm(this.place.pin); // refuses one that is not there
  }

  /** Degrees, 0 to 180; undefined without pulses. */
  get angle(): number | undefined {
    const { freq, duty } = this.machine.pwm(this.place.pin);
    if (freq === 0) return undefined;
    const { min, max } = this.place;
    const pulse = (duty / freq) * 1_000_000;
    return Math.max(0, Math.min(180, ((pulse - min) / (max - min)) * 180));
  }

  override shown(): readonly string[] {
    const { angle } = this;
    return [angle === undefined ? "no pulses" : `${Math.round(angle)} degrees`];
  }

  protected apply(): void {}
}

/** Where a motor is: its driver's two inputs. */
export interface MotorPlace {
  /** The pin that turns it forward. */
  readonly forward: number;
  /** The pin that turns it backward. */
  readonly backward: number;
}

/** A motor at an H-bridge with two inputs, such as a DRV8833 or half an L298N. */
export class Motor extends Device<MotorPlace> {
  /** As hardware files know it: `device: motor`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "motor",
    title: "motor at an H-bridge with two inputs, such as a DRV8833",
    source: "the difference of two levels or duty cycles",
    place: { forward: pin("the pin that turns it forward"), backward: pin("the pin that turns it backward") },
    readings: {},
    defaults: {},
    create: (machine, settings) => new Motor(machine, settings as MotorPlace),
  };

  /** @throws RangeError for a pin that the board does not have. */
  constructor(machine: Machine, settings: MotorPlace & DeviceOptions) {
    super(machine, Motor.kind, settings);
    machine.pin(this.place.forward); // refuses one that is not there
    machine.pin(this.place.backward);
  }

  /** -1 (backward) to 1 (forward). */
  get speed(): number {
    return this.#level(this.place.forward) - this.#level(this.place.backward);
  }

  override shown(): readonly string[] {
    return [`${Math.round(this.speed * 100)} %`];
  }

  protected apply(): void {}

  #level(id: number): number {
    const { freq, duty } = this.machine.pwm(id);
    return freq > 0 ? duty : this.machine.pin(id).value;
  }
}
