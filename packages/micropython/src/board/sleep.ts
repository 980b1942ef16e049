import type { Radio } from "aioespnow";
import type { ResetCause, Restart } from "../bridge/exit.ts";
import type { PinLevel } from "./pin.ts";

/** What woke a board: the numbers of `machine.wake_reason()`. */
export const WakeReason = { none: 0, ext0: 2, ext1: 3, timer: 4 } as const;
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

/**
 * How a board sleeps and begins anew. Asleep its radio is off: it neither hears nor acknowledges. After a light sleep it
 * is as it was, peers included; after a deep one, or a reset, its interfaces are down.
 */
export class Sleep {
  readonly #radio: Radio;
  readonly #levelOf: (pin: number) => PinLevel;
  #resetCause: ResetCause = "power-on";
  #wakeReason: WakeReason = WakeReason.none;
  #wakePins: readonly WakePins[] = [];
  #onWoken: ((reason: WakeReason) => void) | undefined;

  constructor(radio: Radio, levelOf: (pin: number) => PinLevel) {
    this.#radio = radio;
    this.#levelOf = levelOf;
  }

  /** Why the program that runs was started. */
  get resetCause(): ResetCause {
    return this.#resetCause;
  }

  get wakeReason(): WakeReason {
    return this.#wakeReason;
  }

  get isAsleep(): boolean {
    return this.#onWoken !== undefined;
  }

  /** Replaces the pins that wake for the same reason. No pins: none. */
  setWakePins(wake: WakePins): void {
    this.#wakePins = this.#wakePins.filter(({ reason }) => reason !== wake.reason);
    if (wake.pins.length > 0) this.#wakePins = [...this.#wakePins, wake];
  }

  /**
   * A light sleep. A pin ends it, which `onWoken` is told of, or the time is over and the function that is returned is
   * called (after a pin was first, it does nothing).
   */
  begin(onWoken: () => void): () => void {
    const interfaces = this.#radio.capabilities.interfaces.filter((iface) => this.#radio.isInterfaceActive(iface));
    this.#switchOff(interfaces);
    let isOver = false;
    const end = (reason: WakeReason): void => {
      if (isOver) return;
      isOver = true;
      this.#onWoken = undefined;
      this.#wakeReason = reason;
      for (const iface of interfaces) this.#radio.setInterfaceActive(iface, true);
    };
    this.#onWoken = (reason) => {
      end(reason);
      onWoken();
    };
    this.lookAtPins();
    return () => end(WakeReason.timer);
  }

  /**
   * The program is over and the board begins anew: `boot` is called when its time has come. Returns the way to prevent it.
   */
  restart({ cause, afterMs }: Restart, boot: () => void): () => void {
    const { clock, capabilities } = this.#radio;
    this.#switchOff(capabilities.interfaces);
    const release = clock.keepAlive();
    let cancelTimer = (): void => {};
    const cancel = (): void => {
      this.#onWoken = undefined;
      this.#wakePins = [];
      cancelTimer();
      release();
    };
    const startAfter = (delayMs: number, reason: WakeReason): void => {
      cancelTimer();
      cancelTimer = clock.schedule(clock.now() + Math.max(delayMs, MIN_RESET_MS), () => {
        cancel();
        this.#resetCause = cause;
        this.#wakeReason = reason;
        boot();
      });
    };
    const isTimed = cause === "deepsleep";
    if (afterMs !== Number.POSITIVE_INFINITY) startAfter(afterMs, isTimed ? WakeReason.timer : WakeReason.none);
    if (isTimed) {
      this.#onWoken = (reason) => {
        this.#onWoken = undefined;
        startAfter(MIN_RESET_MS, reason);
      };
      this.lookAtPins();
    }
    return cancel;
  }

  /** The level of a pin has changed: it may be one that wakes. */
  lookAtPins(): void {
    const isAt = (wake: WakePins) => (pin: number) => this.#levelOf(pin) === wake.level;
    const wake = this.#wakePins.find((wake) => (wake.all ? wake.pins.every(isAt(wake)) : wake.pins.some(isAt(wake))));
    if (wake !== undefined) this.#onWoken?.(wake.reason);
  }

  #switchOff(interfaces: readonly Interface[]): void {
    for (const iface of interfaces) this.#radio.setInterfaceActive(iface, false);
  }
}
