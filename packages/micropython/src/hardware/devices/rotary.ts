import { Alarm, type TimerState } from "aioespnow";
import { z } from "zod";
import type { Machine } from "../../board/machine.ts";
import type { PinLevel } from "../../board/pin.ts";
import { Device, type DeviceKind, type DeviceOptions } from "../device.ts";
import { flag, inputPin, pin, setting, wrong } from "../setting.ts";

/** Where a rotary encoder is. */
export interface RotaryPlace {
  /** The pin of its output A, on modules CLK. */
  readonly clk: number;
  /** The pin of its output B, on modules DT. */
  readonly dt: number;
  /** The pin of its button, on modules SW. Left out: it is not connected. */
  readonly sw?: number;
}

/** What somebody does with the knob. */
export interface RotaryReadings {
  /** How far it was turned since the start, in clicks; clockwise is positive. */
  readonly position: number;
  /** Whether somebody presses it. */
  readonly pressed: boolean;
}

/** What the constructor of `Rotary` takes: its place, its readings at the start, its name. */
export type RotarySettings = RotaryPlace & Partial<RotaryReadings> & DeviceOptions;

/** The levels of A and B, clockwise from a click to the next: all contacts are open there. */
const STEPS: readonly (readonly [clk: PinLevel, dt: PinLevel])[] = [
  [1, 1],
  [0, 1],
  [0, 0],
  [1, 0],
];
/** From one change of a level to the next: of a hand that turns quickly. */
const STEP_MS = 5;

/** A rotary encoder with a button, such as the KY-040. Its contacts do not bounce. */
export class Rotary extends Device<RotaryPlace, RotaryReadings> {
  /** As hardware files know it: `device: rotary`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "rotary",
    title: "rotary encoder with a button, such as the KY-040",
    source: "Keyes KY-040 data sheet",
    place: {
      clk: inputPin("the pin of its output A, on modules CLK"),
      dt: inputPin("the pin of its output B, on modules DT"),
      sw: setting(
        pin("").optional(),
        "input pin",
        "the pin of its button, on modules SW; left out: it is not connected",
      ),
    },
    readings: {
      position: setting(
        z.int(wrong("a whole number of clicks")).min(-100_000).max(100_000),
        "position",
        "clicks since the start, a whole number; clockwise is positive",
      ),
      pressed: flag("pressed", "whether somebody presses it"),
    },
    defaults: { position: 0, pressed: false },
    create: (machine, settings) => new Rotary(machine, settings as RotarySettings),
  };
  /** How far it has come, in steps. */
  #step: number;
  readonly #alarm: Alarm;

  /** @throws RangeError for a pin that the board does not have, and for what is no whole number of clicks. */
  constructor(machine: Machine, settings: RotarySettings) {
    super(machine, Rotary.kind, settings);
    this.#step = this.readings.position * STEPS.length;
    this.#alarm = new Alarm(machine.radio.clock, (atMs) => this.#turn(atMs));
    this.#show(machine.radio.clock.now());
    this.apply();
  }

  protected apply(): void {
    const { sw } = this.place;
    if (sw !== undefined) this.machine.pin(sw).apply(this.readings.pressed ? 0 : 1);
    if (this.#alarm.atMs === undefined) this.#turn(this.machine.radio.clock.now());
  }

  protected override saveInner(): unknown {
    return { step: this.#step, alarm: this.#alarm.save() };
  }

  protected override loadInner(inner: unknown): void {
    const { step, alarm } = inner as { step: number; alarm: TimerState | undefined };
    this.#step = step;
    this.#alarm.load(alarm);
  }

  /** A step nearer to its position. */
  #turn(atMs: number): void {
    const left = this.readings.position * STEPS.length - this.#step;
    if (left === 0) return;
    this.#step += Math.sign(left);
    this.#show(atMs);
    // From now on, and not from when it was due: in real time the program is to see one change after the other.
    this.#alarm.set(this.machine.radio.clock.now() + STEP_MS);
  }

  #show(atMs: number): void {
    const { clk, dt } = this.place;
    const place = ((this.#step % STEPS.length) + STEPS.length) % STEPS.length;
    const [a, b] = STEPS[place] as (typeof STEPS)[number];
    this.machine.pin(clk).apply(a, atMs);
    this.machine.pin(dt).apply(b, atMs);
  }
}
