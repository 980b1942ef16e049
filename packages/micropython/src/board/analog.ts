const FULL_SCALE = 65_535;

/** An analog input. */
export class BoardAdc {
  /** The pin. */
  readonly id: number;
  #value = 0;

  constructor(id: number) {
    this.id = id;
  }

  /** What it measures, 0..65535: `ADC.read_u16()`; `read()` and `read_uv()` follow. */
  get value(): number {
    return this.#value;
  }

  /** Its state, for `load`. @internal */
  save(): number {
    return this.#value;
  }

  /** Takes what `save` returned. @internal */
  load(value: number): void {
    this.#value = value;
  }

  /** @throws RangeError for anything but a number from 0 to 65535. */
  set value(value: number) {
    if (!(value >= 0 && value <= FULL_SCALE)) {
      throw new RangeError(`an analog input is from 0 to ${FULL_SCALE} (full scale), not ${String(value)}`);
    }
    this.#value = Math.round(value);
  }
}

/** What is on the output. */
export interface PwmState {
  readonly freq: number;
  readonly dutyU16: number;
}

/** A PWM output, read only. */
export class BoardPwm {
  /** The pin. */
  readonly id: number;
  /** Called when the program has changed frequency or duty cycle, or has switched it off. */
  onChange: ((pwm: BoardPwm) => void) | undefined;
  readonly #observers = new Set<(pwm: BoardPwm) => void>();
  #freq = 0;
  #dutyU16 = 0;

  constructor(id: number) {
    this.id = id;
  }

  /** Hz; 0: off. */
  get freq(): number {
    return this.#freq;
  }

  /** The part of the time that it is high, 0..65535. */
  get dutyU16(): number {
    return this.#dutyU16;
  }

  /** The part of the time that it is high, 0..1. */
  get duty(): number {
    return this.#dutyU16 / FULL_SCALE;
  }

  /** Calls `observer` after each change, as `onChange`. Returns how to end it. */
  observe(observer: (pwm: BoardPwm) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** The program's side. */
  write(freq: number, dutyU16: number): void {
    if (freq === this.#freq && dutyU16 === this.#dutyU16) return;
    this.#freq = freq;
    this.#dutyU16 = dutyU16;
    this.onChange?.(this);
    for (const observer of this.#observers) observer(this);
  }

  /** As after power on. */
  reset(): void {
    this.write(0, 0);
  }

  /** Its state, for `load`. @internal */
  save(): PwmState {
    return { freq: this.#freq, dutyU16: this.#dutyU16 };
  }

  /** `onChange` is not told. @internal */
  load({ freq, dutyU16 }: PwmState): void {
    this.#freq = freq;
    this.#dutyU16 = dutyU16;
  }
}

const UNTOUCHED = 1000;

/** What is read of a touch pad, and what wakes the board. */
export interface TouchState {
  readonly value: number;
  readonly threshold: number;
}

/** A touch pad. */
export class BoardTouch {
  /** For the board: the reading has changed. */
  onChange: (() => void) | undefined;
  #value = UNTOUCHED;
  #threshold = 0;

  /** What `TouchPad.read()` returns: of an ESP32 about 1000, and below 200 while it is touched. */
  get value(): number {
    return this.#value;
  }

  /** Somebody touches it, or lets go. */
  set value(value: number) {
    this.#value = value;
    this.onChange?.();
  }

  /** Whether it reads less than what the program gave to `TouchPad.config`. */
  get isBelowThreshold(): boolean {
    return this.#value < this.#threshold;
  }

  /** The program's side: `TouchPad.config`; 0: it never wakes the board. */
  configure(threshold: number): void {
    this.#threshold = threshold;
  }

  /** Its state, for `load`. @internal */
  save(): TouchState {
    return { value: this.#value, threshold: this.#threshold };
  }

  /** Takes what `save` returned. @internal */
  load({ value, threshold }: TouchState): void {
    this.#value = value;
    this.#threshold = threshold;
  }
}

/** What a DHT11 or DHT22 measures. */
export interface Climate {
  /** Degrees Celsius. */
  readonly temperature: number;
  /** Per cent. */
  readonly humidity: number;
}

/** A sensor of temperature and humidity. */
export class BoardDht {
  /** What the program will measure; undefined: no sensor answers, and `measure()` raises ETIMEDOUT. */
  measured: Climate | undefined;

  /** Its state, for `load`. @internal */
  save(): Climate | undefined {
    return this.measured;
  }

  /** Takes what `save` returned. @internal */
  load(measured: Climate | undefined): void {
    this.measured = measured;
  }
}

/** A ROM code of a DS18B20: its family first. The last byte is a checksum, which nobody looks at here. */
const ROM_CODE = /^28[0-9a-f]{14}$/;

/** A 1-Wire bus with DS18B20 thermometers. */
export class BoardOneWire {
  readonly #celsius = new Map<string, number>();

  /**
   * A thermometer measures this many degrees Celsius from now on.
   * @param rom its ROM code: 16 hexadecimal digits that begin with `28`
   * @throws RangeError for another code, or what is no temperature of -55 to 125 degrees.
   */
  set(rom: string, celsius: number): void {
    if (!ROM_CODE.test(rom)) throw new RangeError(`a ROM code is 28 and 14 more hexadecimal digits, not "${rom}"`);
    if (!(celsius >= -55 && celsius <= 125)) {
      throw new RangeError(`a DS18B20 measures from -55 to 125 degrees, not ${String(celsius)}`);
    }
    this.#celsius.set(rom, celsius);
  }

  /** A thermometer is taken off the bus. */
  remove(rom: string): void {
    this.#celsius.delete(rom);
  }

  /** Its state, for `load`. @internal */
  save(): readonly (readonly [rom: string, celsius: number])[] {
    return [...this.#celsius];
  }

  /** Takes what `save` returned. @internal */
  load(thermometers: readonly (readonly [rom: string, celsius: number])[]): void {
    this.#celsius.clear();
    for (const [rom, celsius] of thermometers) this.#celsius.set(rom, celsius);
  }

  /** The numbers of its devices, as 16 hexadecimal digits. */
  get roms(): readonly string[] {
    return [...this.#celsius.keys()];
  }

  /** What a thermometer measures; undefined: it is not there. */
  at(rom: string): number | undefined {
    return this.#celsius.get(rom);
  }
}
