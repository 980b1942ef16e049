import { Alarm, type Radio, type TimerState } from "aioespnow";
import type { BoardRestart, ResetCause } from "../bridge/exit.ts";
import type { PinLevel } from "./pin.ts";

/** What woke a board: the numbers of `machine.wake_reason()`. */
export const WakeReason = { none: 0, ext0: 2, ext1: 3, timer: 4, touch: 5 } as const;
export type WakeReason = (typeof WakeReason)[keyof typeof WakeReason];

/** Pins that wake a sleeping board. */
export interface WakePins {
  readonly reason: WakeReason;
  readonly pins: readonly number[];
  readonly level: PinLevel;
  /** Every one of them has to be at the level; otherwise any. */
  readonly all: boolean;
}

/**
 * What a reset takes at least. A board needs some 100 ms; here it only keeps a program that resets itself at once from
 * making virtual time stand still.
 */
const MIN_RESET_MS = 1;

type Interface = Radio["capabilities"]["interfaces"][number];

/** How a board sleeps, and what it is to begin with. */
export interface SleepState {
  readonly resetCause: ResetCause;
  readonly wakeReason: WakeReason;
  readonly wakePins: readonly WakePins[];
  /** Whether a touch pad wakes it. */
  readonly touchWakes: boolean;
  /** The interfaces that come up when a light sleep ends; undefined: there is none. */
  readonly light: readonly Interface[] | undefined;
  readonly pending: PendingStart | undefined;
  readonly alarm: TimerState | undefined;
}

/** A program that is to begin. */
interface PendingStart {
  readonly cause: ResetCause;
  readonly reason: WakeReason;
  /** Whether a pin may wake the board before its time. */
  readonly pinsWake: boolean;
}

/**
 * How a board sleeps and restarts. Asleep its radio is off: it neither hears nor acknowledges. After a light sleep it
 * is as it was, peers included; after a deep one, or a reset, its interfaces are down.
 */
export class Sleep {
  /** A pin has ended the light sleep. */
  onWoken: (() => void) | undefined;
  readonly #radio: Radio;
  readonly #levelOf: (pin: number) => PinLevel;
  readonly #isTouched: () => boolean;
  readonly #alarm: Alarm;
  #resetCause: ResetCause = "power-on";
  #wakeReason: WakeReason = WakeReason.none;
  #wakePins: readonly WakePins[] = [];
  /** Whether a touch pad wakes the board. */
  touchWakes = false;
  #light: readonly Interface[] | undefined;
  #pending: PendingStart | undefined;
  #boot: () => void = () => undefined;
  #release: () => void = () => undefined;

  constructor(radio: Radio, levelOf: (pin: number) => PinLevel, isTouched: () => boolean) {
    this.#radio = radio;
    this.#isTouched = isTouched;
    this.#levelOf = levelOf;
    this.#alarm = new Alarm(radio.clock, () => this.#start());
  }

  /** Why the program that runs was started. */
  get resetCause(): ResetCause {
    return this.#resetCause;
  }

  get wakeReason(): WakeReason {
    return this.#wakeReason;
  }

  get isAsleep(): boolean {
    return this.#light !== undefined || this.#pending?.pinsWake === true;
  }

  /** Replaces the pins that wake for the same reason. No pins: none. */
  setWakePins(wake: WakePins): void {
    this.#wakePins = this.#wakePins.filter(({ reason }) => reason !== wake.reason);
    if (wake.pins.length > 0) this.#wakePins = [...this.#wakePins, wake];
  }

  /** A light sleep. A pin ends it (`onWoken` is called), or `end` is called: the time is over. */
  begin(): void {
    this.#light = this.#radio.capabilities.interfaces.filter((iface) => this.#radio.isInterfaceActive(iface));
    this.#switchOff(this.#light);
    this.lookAtInputs();
  }

  /** The time of the light sleep is over; nothing happens if a pin was first. */
  end(reason: WakeReason = WakeReason.timer): void {
    const interfaces = this.#light;
    if (interfaces === undefined) return;
    this.#light = undefined;
    this.#wakeReason = reason;
    for (const iface of interfaces) this.#radio.setInterfaceActive(iface, true);
  }

  /**
   * The program is over and the board restarts: `boot` is called when its time has come. Returns the way to prevent it.
   */
  restart({ cause, afterMs }: BoardRestart, boot: () => void): () => void {
    this.#light = undefined;
    this.#switchOff(this.#radio.capabilities.interfaces);
    const isTimed = cause === "deepsleep";
    const reason = isTimed ? WakeReason.timer : WakeReason.none;
    this.#pend({ cause, reason, pinsWake: isTimed }, boot);
    if (afterMs !== Number.POSITIVE_INFINITY) this.#startAfter(afterMs);
    if (isTimed) this.lookAtInputs();
    return () => this.#cancel();
  }

  /** The level of a pin, or a touch pad, has changed: it may be one that wakes. */
  lookAtInputs(): void {
    if (!this.isAsleep) return;
    const isAt = (wake: WakePins) => (pin: number) => this.#levelOf(pin) === wake.level;
    const wake = this.#wakePins.find((wake) => (wake.all ? wake.pins.every(isAt(wake)) : wake.pins.some(isAt(wake))));
    if (wake !== undefined) this.#wake(wake.reason);
    else if (this.touchWakes && this.#isTouched()) this.#wake(WakeReason.touch);
  }

  save(): SleepState {
    return {
      resetCause: this.#resetCause,
      wakeReason: this.#wakeReason,
      wakePins: this.#wakePins,
      touchWakes: this.touchWakes,
      light: this.#light,
      pending: this.#pending,
      alarm: this.#alarm.save(),
    };
  }

  /** `boot` is called when a program that is to begin then begins. Returns the way to prevent it. */
  load(state: SleepState, boot: () => void): () => void {
    this.#cancel();
    this.#resetCause = state.resetCause;
    this.#wakeReason = state.wakeReason;
    this.#wakePins = state.wakePins;
    this.touchWakes = state.touchWakes;
    this.#light = state.light;
    if (state.pending !== undefined) this.#pend(state.pending, boot);
    this.#alarm.load(state.alarm);
    return () => this.#cancel();
  }

  #wake(reason: WakeReason): void {
    if (this.#light !== undefined) {
      this.end(reason);
      this.onWoken?.();
    } else if (this.#pending !== undefined) {
      this.#pending = { ...this.#pending, reason, pinsWake: false };
      this.#startAfter(MIN_RESET_MS);
    }
  }

  #pend(pending: PendingStart, boot: () => void): void {
    this.#release();
    this.#release = this.#radio.clock.keepAlive();
    this.#pending = pending;
    this.#boot = boot;
  }

  #startAfter(delayMs: number): void {
    this.#alarm.set(this.#radio.clock.now() + Math.max(delayMs, MIN_RESET_MS));
  }

  #start(): void {
    const { cause, reason } = this.#pending as PendingStart;
    const boot = this.#boot;
    this.#cancel();
    this.#resetCause = cause;
    this.#wakeReason = reason;
    boot();
  }

  #cancel(): void {
    this.#pending = undefined;
    this.#wakePins = [];
    this.touchWakes = false;
    this.#alarm.clear();
    this.#release();
  }

  #switchOff(interfaces: readonly Interface[]): void {
    for (const iface of interfaces) this.#radio.setInterfaceActive(iface, false);
  }
}
