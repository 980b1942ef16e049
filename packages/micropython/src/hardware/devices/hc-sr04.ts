import { Alarm, type TimerState } from "aioespnow";
import type { Machine } from "../../board/machine.ts";
import { Device, type DeviceKind, type DeviceOptions } from "../device.ts";
import { type Connected, connected } from "../i2c.ts";
import { inputPin, number, pin } from "../setting.ts";

/** Where an HC-SR04 is. */
export interface HcSr04Place {
  /** The pin at which the program starts a measurement. */
  readonly trigger: number;
  /** The pin that is high as long as the sound travels. */
  readonly echo: number;
}

/** What an HC-SR04 measures. */
export interface HcSr04Readings extends Connected {
  /** Centimeters; beyond 400 it hears no echo. */
  readonly distance: number;
}

/** From the end of the trigger to the echo's beginning: eight waves of 40 kHz, and a while more. */
const DELAY_MS = 0.45;
/** Of the sound, there and back. */
const MS_PER_CM = 0.0583;
const RANGE_CM = 400;
/** How long the echo lasts where there is none. */
const NO_ECHO_MS = 38;

/** What the constructor of `HcSr04` takes: its place, its readings at the start, its name. */
export type HcSr04Settings = HcSr04Place & Partial<HcSr04Readings> & DeviceOptions;

/** An HC-SR04: distance by ultrasound, for `machine.time_pulse_us`. */
export class HcSr04 extends Device<HcSr04Place, HcSr04Readings> {
  /** As hardware files know it: `device: hcsr04`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "hcsr04",
    title: "HC-SR04: distance by ultrasound",
    source: "Elecfreaks HC-SR04 user guide",
    place: { trigger: pin("the pin of the trigger"), echo: inputPin("the pin of the echo") },
    readings: { distance: number("distance", 2, 1000, "centimeters; beyond 400 it hears no echo"), connected },
    defaults: { distance: 100, connected: true },
    create: (machine, settings) => new HcSr04(machine, settings as HcSr04Settings),
  };
  /** The echo that is on its way: when it ends, and null once it has begun. */
  #endMs: number | null = null;
  readonly #alarm: Alarm;

  /** @throws RangeError for a pin that the board does not have, and for a distance out of range. */
  constructor(machine: Machine, settings: HcSr04Settings) {
    super(machine, HcSr04.kind, settings);
    this.#alarm = new Alarm(machine.radio.clock, (atMs) => this.#change(atMs));
    machine.pin(this.place.trigger).observe((level, timeMs) => {
      if (level === 0 && this.#alarm.atMs === undefined && this.readings.connected) this.#begin(timeMs);
    });
    machine.pin(this.place.echo).apply(0);
  }

  protected apply(): void {}

  protected override saveInner(): unknown {
    return { endMs: this.#endMs, alarm: this.#alarm.save() };
  }

  protected override loadInner(inner: unknown): void {
    const { endMs, alarm } = inner as { endMs: number | null; alarm: TimerState | undefined };
    this.#endMs = endMs;
    this.#alarm.load(alarm);
  }

  #begin(triggerMs: number): void {
    const { distance } = this.readings;
    const lengthMs = distance > RANGE_CM ? NO_ECHO_MS : distance * MS_PER_CM;
    const atMs = triggerMs + DELAY_MS;
    this.#endMs = atMs + lengthMs;
    this.#alarm.set(atMs);
  }

  /** The echo begins or ends. */
  #change(atMs: number): void {
    const endMs = this.#endMs;
    this.machine.pin(this.place.echo).apply(endMs === null ? 0 : 1, atMs);
    this.#endMs = null;
    if (endMs !== null) this.#alarm.set(endMs);
  }
}
