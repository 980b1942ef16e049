import { z } from "zod";
import type { Machine } from "../../board/machine.ts";
import type { DeviceKind, DeviceOptions } from "../device.ts";
import { type Connected, connected, I2cPart, type I2cPlace } from "../i2c.ts";
import { braille } from "../picture.ts";
import { bus, setting, wrong } from "../setting.ts";

/** Where an LCD is, and its size. */
export interface LcdPlace extends I2cPlace {
  /** Characters in a line. Default 16. */
  readonly columns?: 16 | 20;
  /** Lines. Default 2. */
  readonly lines?: 2 | 4;
}

/** The pins of the display at the expander's outputs, as backpacks have them; data lines 4 to 7 are the high bits. */
const Wire = { registerSelect: 1, enable: 4, backlight: 8 } as const;
/** Where the lines begin in the display's memory (HD44780U, table 6; of four lines the third goes on where the first ends). */
const SECOND_LINE = 0x40;
const MEMORY = 0x80;
const SPACE = 0x20;
/** Characters of the program's own: eight, each of eight lines of five dots, the highest bit at the left (table 5). */
const OWN = { count: 8, lines: 8, dots: 5 } as const;
/** They have the numbers 0 to 7, and 8 to 15 again (table 4). */
const OWN_NUMBERS = 2 * OWN.count;
/** What stands for the first of them in a text. */
const CIRCLED_ZERO = "⓪";
const CIRCLED_ONE = 0x2460;

interface Inner {
  /** What the expander's outputs are. */
  outputs: number;
  /** Whether nibbles are pairs: the program has chosen 4 bits. */
  isFourBit: boolean;
  high: number | null;
  cursor: number;
  step: number;
  isOn: boolean;
  /** Where in the memory of the program's own characters the next line goes; null: what is written goes to the display. */
  drawing: number | null;
  memory: readonly number[];
  /** The lines of the program's own characters, one after another. */
  drawn: readonly number[];
}

const POWER_ON: Inner = {
  outputs: 0xff,
  isFourBit: false,
  high: null,
  cursor: 0,
  step: 1,
  isOn: false,
  drawing: null,
  memory: Array<number>(MEMORY).fill(SPACE),
  drawn: Array<number>(OWN.count * OWN.lines).fill(0),
};

const EXPANDERS = [0x27, 0x3f, ...Array.from({ length: 16 }, (_, i) => (i < 8 ? 0x20 + i : 0x30 + i))];

/** A character LCD (HD44780) with a PCF8574 backpack on I2C. */
export class Lcd extends I2cPart<Connected> {
  /** As hardware files know it: `device: lcd`, with its settings, their ranges and units. */
  static readonly kind: DeviceKind = {
    name: "lcd",
    title: "character LCD (HD44780) with a PCF8574 on I2C",
    source: "Hitachi HD44780U and NXP PCF8574 datasheets",
    place: {
      address: setting(
        z
          .int(wrong("one of 0x20 to 0x27, 0x38 to 0x3f"))
          .refine((value) => EXPANDERS.includes(value), {
            error: "it must be one of 0x20 to 0x27, 0x38 to 0x3f",
          })
          .default(0x27),
        "address",
        "the I2C address: 0x27, of a PCF8574A 0x3f; 0x20 to 0x27 and 0x38 to 0x3f with its jumpers",
      ),
      bus: bus("I2C", 1),
      columns: setting(z.literal([16, 20], wrong("16 or 20")).default(16), "columns", "characters in a line: 16 or 20"),
      lines: setting(z.literal([2, 4], wrong("2 or 4")).default(2), "lines", "2 or 4"),
    },
    readings: { connected },
    defaults: { connected: true },
    create: (machine, settings) => new Lcd(machine, settings),
  };
  #inner: Inner = { ...POWER_ON };

  /** @throws RangeError for an address that is taken. */
  constructor(machine: Machine, settings: LcdPlace & Partial<Connected> & DeviceOptions = {}) {
    super(machine, Lcd.kind, settings);
  }

  /**
   * What it shows: its lines, without spaces at their ends. Off it shows nothing. The characters that the program has drawn
   * are ⓪ to ⑦.
   */
  get text(): readonly string[] {
    return this.#cells.map((cells) => cells.map(characterOf).join("").trimEnd());
  }

  /**
   * A character that the program has drawn: eight lines of five dots, `#` for a dark one.
   * @throws RangeError for a number that is not 0 to 7.
   */
  drawnCharacter(number: number): readonly string[] {
    if (!Number.isInteger(number) || number < 0 || number >= OWN.count) {
      throw new RangeError(`a character of the program's own is a whole number from 0 to 7, not ${number}`);
    }
    return Array.from({ length: OWN.lines }, (_, y) =>
      Array.from({ length: OWN.dots }, (_, x) => (this.#isDark(number, x, y) ? "#" : ".")).join(""),
    );
  }

  /** Whether its light is on. */
  get isLit(): boolean {
    return (this.#inner.outputs & Wire.backlight) !== 0;
  }

  /** Its text, and below it the characters of the program's own that are in it, in characters of Braille. */
  override shown(): readonly string[] {
    const used = new Set(
      this.#cells
        .flat()
        .filter(isOwn)
        .map((number) => number % OWN.count),
    );
    const drawings = [...used].sort().flatMap((number) => {
      const picture = {
        width: OWN.dots,
        height: OWN.lines,
        isLit: (x: number, y: number) => this.#isDark(number, x, y),
      };
      return braille(picture).map((line, index) => `${index === 0 ? characterOf(number) : " "} ${line}`);
    });
    return [...this.text, ...drawings];
  }

  /** The program reads. */
  read(length: number): Uint8Array {
    return new Uint8Array(length).fill(this.#inner.outputs);
  }

  /** A nibble is taken where `enable` falls. */
  write(bytes: Uint8Array): void {
    for (const outputs of bytes) {
      const before = this.#inner.outputs;
      this.#inner.outputs = outputs;
      if ((before & Wire.enable) !== 0 && (outputs & Wire.enable) === 0) this.#take(before);
    }
  }

  protected override saveInner(): unknown {
    return structuredClone(this.#inner);
  }

  protected override loadInner(inner: unknown): void {
    this.#inner = structuredClone(inner as Inner);
  }

  /** The numbers of the characters of each line; none while it is off. */
  get #cells(): readonly (readonly number[])[] {
    const { columns, lines } = this.place as unknown as Required<LcdPlace>;
    const { memory, isOn } = this.#inner;
    return Array.from({ length: lines }, (_, line) => {
      const start = (line % 2) * SECOND_LINE + (line > 1 ? columns : 0);
      return isOn ? memory.slice(start, start + columns) : [];
    });
  }

  #isDark(character: number, x: number, y: number): boolean {
    if (x >= OWN.dots) return false;
    const line = this.#inner.drawn[character * OWN.lines + y] ?? 0;
    return ((line >> (OWN.dots - 1 - x)) & 1) === 1;
  }

  #take(outputs: number): void {
    const inner = this.#inner;
    const nibble = outputs >> 4;
    const isData = (outputs & Wire.registerSelect) !== 0;
    if (!inner.isFourBit) this.#command(nibble << 4);
    else if (inner.high === null) inner.high = nibble;
    else {
      const byte = (inner.high << 4) | nibble;
      inner.high = null;
      if (isData) this.#put(byte);
      else this.#command(byte);
    }
  }

  /** Instructions are told by their highest bit (table 6). */
  #command(byte: number): void {
    const inner = this.#inner;
    if (byte >= 0x80) this.#goTo(byte & 0x7f);
    else if (byte >= 0x40) inner.drawing = byte & 0x3f;
    else if (byte >= 0x20) inner.isFourBit = (byte & 0x10) === 0;
    else if (byte >= 0x10) this.#move(byte);
    else if (byte >= 0x08) inner.isOn = (byte & 4) !== 0;
    else if (byte >= 0x04) inner.step = (byte & 2) === 0 ? -1 : 1;
    else if (byte >= 0x02) this.#goTo(0);
    else if (byte === 0x01) this.#clear();
  }

  #clear(): void {
    this.#inner = { ...this.#inner, memory: POWER_ON.memory, step: 1 };
    this.#goTo(0);
  }

  #goTo(cursor: number): void {
    this.#inner.cursor = cursor;
    this.#inner.drawing = null;
  }

  /** Moves the cursor; the display itself is not shifted here. */
  #move(byte: number): void {
    if ((byte & 8) === 0) this.#inner.cursor = (this.#inner.cursor + ((byte & 4) === 0 ? -1 : 1)) & (MEMORY - 1);
  }

  #put(character: number): void {
    const inner = this.#inner;
    if (inner.drawing !== null) {
      inner.drawn = inner.drawn.with(inner.drawing, character);
      inner.drawing = (inner.drawing + inner.step) & (OWN.count * OWN.lines - 1);
      return;
    }
    inner.memory = inner.memory.with(inner.cursor, character);
    inner.cursor = (inner.cursor + inner.step) & (MEMORY - 1);
  }
}

function isOwn(number: number): boolean {
  return number < OWN_NUMBERS;
}

function characterOf(number: number): string {
  if (!isOwn(number)) return String.fromCharCode(number);
  const own = number % OWN.count;
  return own === 0 ? CIRCLED_ZERO : String.fromCharCode(CIRCLED_ONE + own - 1);
}
