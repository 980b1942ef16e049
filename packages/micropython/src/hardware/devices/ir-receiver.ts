import { Alarm, type TimerState } from "aioespnow";
import { z } from "zod";
import type { Machine } from "../../board/machine.ts";
import type { PinLevel } from "../../board/pin.ts";
import { Device, type DeviceKind, type DeviceOptions } from "../device.ts";
import { inputPin, setting, wrong } from "../setting.ts";

/** Where an infrared receiver is, and which remote control it hears. */
export interface IrReceiverPlace {
  /** The pin of its output. */
  readonly pin: number;
  /** The address of the remote control, 0 to 255. Default 0. */
  readonly remote?: number;
}

/** What somebody does with the remote control. */
export interface IrReceiverReadings {
  /** The command of the key that is held, 0 to 255; null: none. */
  readonly key: number | null;
}

/** What the constructor of `IrReceiver` takes: its place, its readings at the start, its name. */
export type IrReceiverSettings = IrReceiverPlace & Partial<IrReceiverReadings> & DeviceOptions;

const byte = z.int(wrong("a whole number from 0 to 255")).min(0).max(255);

/** Microseconds of the NEC protocol: carrier and pause that begin a frame, of a repetition, of bits, and from one to the next. */
const [LEADER_US, PAUSE_US, REPEAT_PAUSE_US, MARK_US, ONE_US, PERIOD_US] = [9000, 4500, 2250, 562.5, 1687.5, 108_000];

/** An infrared receiver such as the VS1838B, and a remote control that speaks NEC. Its output is low while it hears the carrier. */
export class IrReceiver extends Device<Required<IrReceiverPlace>, IrReceiverReadings> {
  /** As hardware files know it: `device: ir-receiver`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "ir-receiver",
    title: "infrared receiver such as the VS1838B, with a remote control that speaks NEC",
    source: "NEC uPD6121 data sheet",
    place: {
      pin: inputPin("the pin of its output"),
      remote: setting(byte.default(0), "address", "that of the remote control, a whole number from 0 to 255"),
    },
    readings: { key: setting(byte.nullable(), "key", "the command of the key that is held, 0 to 255, or null") },
    defaults: { key: null },
    create: (machine, settings) => new IrReceiver(machine, settings as IrReceiverSettings),
  };
  /** When the output changes: to low, to high, and so on; milliseconds of the clock. */
  #edges: number[] = [];
  /** When the frame began that is sent, and whether a repetition follows it. */
  #beganMs = Number.NEGATIVE_INFINITY;
  #held: number | null = null;
  readonly #alarm: Alarm;

  /** @throws RangeError for a pin that the board does not have, and for a key out of range. */
  constructor(machine: Machine, settings: IrReceiverSettings) {
    super(machine, IrReceiver.kind, settings);
    this.#alarm = new Alarm(machine.radio.clock, (atMs) => this.#change(atMs));
    machine.pin(this.place.pin).apply(1);
    this.apply();
  }

  /** A frame that is sent is sent to its end. */
  protected apply(): void {
    if (this.#alarm.atMs === undefined) this.#begin(this.machine.radio.clock.now());
  }

  protected override saveInner(): unknown {
    return { edges: [...this.#edges], beganMs: this.#beganMs, held: this.#held, alarm: this.#alarm.save() };
  }

  protected override loadInner(inner: unknown): void {
    const saved = inner as { edges: number[]; beganMs: number; held: number | null; alarm: TimerState | undefined };
    this.#edges = [...saved.edges];
    this.#beganMs = saved.beganMs;
    this.#held = saved.held;
    this.#alarm.load(saved.alarm);
  }

  /** A frame of the key that is held, or a repetition of it. */
  #begin(atMs: number): void {
    const { key } = this.readings;
    const isHeld = key === this.#held;
    this.#held = key;
    if (key === null) return;
    let edgeMs = atMs;
    this.#beganMs = atMs;
    this.#edges = [edgeMs, ...(isHeld ? REPETITION : frame(this.place.remote, key)).map((us) => (edgeMs += us / 1000))];
    this.#alarm.set(atMs);
  }

  #change(atMs: number): void {
    if (this.#edges.length === 0) {
      this.#begin(atMs);
      return;
    }
    this.#edges.shift();
    const level = (this.#edges.length & 1) as PinLevel;
    this.machine.pin(this.place.pin).apply(level === 1 ? 0 : 1, atMs);
    this.#alarm.set(this.#edges[0] ?? this.#beganMs + PERIOD_US / 1000);
  }
}

const REPETITION: readonly number[] = [LEADER_US, REPEAT_PAUSE_US, MARK_US];

/** Carrier and pause in turn, microseconds: both bytes with their complements, the low bit first. */
function frame(address: number, command: number): readonly number[] {
  const bytes = [address, ~address & 0xff, command, ~command & 0xff];
  const bits = bytes.flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1));
  return [LEADER_US, PAUSE_US, ...bits.flatMap((bit) => [MARK_US, bit === 1 ? ONE_US : MARK_US]), MARK_US];
}
