import type { Clock } from "aioespnow";

/** Low or high. */
export type PinLevel = 0 | 1;

/** What a program uses a pin for, by the ESP32's numbers. */
export const PinMode = {
  /** The program has not set up the pin. */
  none: 0,
  /** `Pin.IN` */
  in: 1,
  /** `Pin.OUT` */
  out: 3,
  /** `Pin.OPEN_DRAIN` */
  openDrain: 7,
} as const;
export type PinMode = (typeof PinMode)[keyof typeof PinMode];

const PULL_UP = 2;
const WORD_BYTES = 4;

/** Bits of the trigger of an irq, by the ESP32's numbers; the two levels are numbers of their own. */
const Trigger = { rising: 1, falling: 2, low: 4, high: 5 } as const;

/** One of the pulses that `esp32.RMT` sends. */
export interface Pulse {
  /** Its level. */
  readonly level: PinLevel;
  /** How long it lasts, in whole microseconds. */
  readonly us: number;
}

/** What a pin is set up for, and what both sides do with it. */
export interface PinState {
  readonly mode: PinMode;
  readonly pull: number;
  readonly latch: PinLevel;
  readonly applied: PinLevel | undefined;
  readonly trigger: number;
  readonly value: PinLevel;
  readonly cameMs: readonly [low: number | undefined, high: number | undefined];
  readonly bitstream: Uint8Array;
  readonly pulses: readonly Pulse[];
}

/**
 * A GPIO pin between the program and the test. Its level is what the program drives; if it does not, what the test
 * applies; if it does not either, what the pull resistor makes of it, without one 0.
 */
export class BoardPin {
  /** Its number, as in `Pin(4)`. */
  readonly id: number;
  /** Called when the level has changed, by the program or by the test. */
  onChange: ((level: PinLevel, timeMs: number) => void) | undefined;
  /** The last bits that the program sent by `machine.bitstream`: the colours of a `NeoPixel`, 3 or 4 bytes each. */
  bitstream: Uint8Array = new Uint8Array(0);
  /** For the device at the pin: the program has sent bits. */
  onBitstream: ((bits: Uint8Array) => void) | undefined;
  /** The pulses that the program sent last by `esp32.RMT`. The level of the pin does not follow them. */
  pulses: readonly Pulse[] = [];
  /** For the board: an edge that the program waits for, and any change from outside. */
  onIrq: (() => void) | undefined;
  /** Called before the program reads the pin. */
  onInput: (() => void) | undefined;
  readonly #clock: Clock;
  readonly #observers = new Set<(level: PinLevel, timeMs: number) => void>();
  #mode: PinMode = PinMode.none;
  #pull = 0;
  #latch: PinLevel = 0;
  /** When it came to each level last, on the radio's clock. */
  readonly #cameMs: [low: number | undefined, high: number | undefined] = [undefined, undefined];
  #applied: PinLevel | undefined;
  #trigger = 0;
  #value: PinLevel = 0;

  constructor(id: number, clock: Clock) {
    this.id = id;
    this.#clock = clock;
  }

  /** The level on the pin. */
  get value(): PinLevel {
    return this.#value;
  }

  /** Whether the program drives it. */
  get isOutput(): boolean {
    return this.#mode === PinMode.out || (this.#mode === PinMode.openDrain && this.#latch === 0);
  }

  /**
   * Applies a level from outside: a button, a sensor. It raises the program's irq.
   * @throws Error where the program drives the pin: that is read with `value`, and not set.
   */
  set(level: PinLevel | boolean): void {
    if (level !== 0 && level !== 1 && typeof level !== "boolean") {
      throw new TypeError(`the level of a pin is 0 or 1, not ${String(level)}`);
    }
    if (this.isOutput) {
      throw new Error(`pin ${this.id} is an output of the program: read it with .value instead of setting it`);
    }
    this.#apply(level ? 1 : 0);
  }

  /** Whether something outside sets its level. */
  get isApplied(): boolean {
    return this.#applied !== undefined;
  }

  /** Lets go of it: its pull resistor decides. */
  release(): void {
    this.#apply(undefined);
  }

  /**
   * As `set` and `release` (undefined), of a device: while the program drives the pin, the program wins. `timeMs` is when
   * the level changes, for devices whose pulses have a length: a timer of real time is late.
   */
  apply(level: PinLevel | undefined, timeMs: number = this.#clock.now()): void {
    this.#apply(level, timeMs);
  }

  /** When it came to a level last, in milliseconds of the radio's clock; undefined: it never did. */
  cameMs(level: PinLevel): number | undefined {
    return this.#cameMs[level];
  }

  /** Calls `observer` after each change of the level, as `onChange`. Returns how to end it. */
  observe(observer: (level: PinLevel, timeMs: number) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** The program's side: `Pin.init`. A pull of 1 is down, 2 up. */
  setUp(mode: PinMode, pull: number): void {
    this.#mode = mode;
    this.#pull = pull;
    this.#settle();
  }

  /** The program's side: the level it drives, as soon as the pin is an output. */
  write(level: PinLevel): void {
    this.#latch = level;
    this.#settle();
  }

  /** The program's side: `machine.bitstream`. */
  sendBits(bits: Uint8Array): void {
    this.bitstream = Uint8Array.from(bits);
    this.onBitstream?.(this.bitstream);
  }

  /** The program's side: `RMT.write_pulses`, a word of 32 bits each, its upper bit the level. */
  sendPulses(words: Uint8Array): void {
    const view = new DataView(words.buffer, words.byteOffset, words.byteLength);
    this.pulses = Array.from({ length: words.length / WORD_BYTES }, (_, index) => {
      const word = view.getUint32(index * WORD_BYTES, true);
      return { level: (word >>> 31) as PinLevel, us: word & 0x7fff_ffff };
    });
  }

  /** The program's side: bits of `Trigger`, 0 for none. */
  setTrigger(trigger: number): void {
    this.#trigger = trigger;
    if (trigger === Trigger.low + this.#value) this.onIrq?.();
  }

  /** The program is over: it drives nothing, and has no irq. Pull resistors stay, as those of pins that wake a board. */
  letGo(): void {
    this.#trigger = 0;
    this.#latch = 0;
    this.setUp(PinMode.none, this.#pull);
  }

  /** A program begins. What is applied from outside stays. */
  reset(): void {
    this.bitstream = new Uint8Array(0);
    this.pulses = [];
    this.setUp(PinMode.none, 0);
  }

  /** Its state, for `load`. @internal */
  save(): PinState {
    return {
      mode: this.#mode,
      pull: this.#pull,
      latch: this.#latch,
      applied: this.#applied,
      trigger: this.#trigger,
      value: this.#value,
      cameMs: [...this.#cameMs],
      bitstream: this.bitstream,
      pulses: this.pulses,
    };
  }

  /** Nobody is told: neither the program nor observers. @internal */
  load(state: PinState): void {
    this.#mode = state.mode;
    this.#pull = state.pull;
    this.#latch = state.latch;
    this.#applied = state.applied;
    this.#trigger = state.trigger;
    this.#value = state.value;
    this.#cameMs.splice(0, 2, ...state.cameMs);
    this.bitstream = state.bitstream;
    this.pulses = state.pulses;
  }

  #apply(level: PinLevel | undefined, timeMs = this.#clock.now()): void {
    this.#applied = level;
    this.#settle(timeMs);
    this.onInput?.();
  }

  #settle(timeMs = this.#clock.now()): void {
    const level = this.#level();
    if (level === this.#value) return;
    this.#value = level;
    this.#cameMs[level] = timeMs;
    if (this.#hits(level)) this.onIrq?.();
    this.onChange?.(level, timeMs);
    for (const observer of this.#observers) observer(level, timeMs);
  }

  #level(): PinLevel {
    if (this.isOutput) return this.#latch;
    return this.#applied ?? ((this.#pull & PULL_UP) !== 0 || this.#mode === PinMode.openDrain ? 1 : 0);
  }

  #hits(level: PinLevel): boolean {
    if (this.#trigger >= Trigger.low) return this.#trigger === Trigger.low + level;
    return (this.#trigger & (level === 1 ? Trigger.rising : Trigger.falling)) !== 0;
  }
}
