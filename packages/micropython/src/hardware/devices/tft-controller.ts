/** The memory of an ILI9341 or ST7789: columns and rows of pixels, seen without rotation. */
export const TFT_COLUMNS = 240;
const TFT_ROWS = 320;
const CHANNELS = 3;

/** Commands (ILI9341 datasheet 8.2, ST7789V datasheet 9.1); all others change nothing that is seen. */
const Command = {
  softwareReset: 0x01,
  sleepIn: 0x10,
  sleepOut: 0x11,
  inversionOff: 0x20,
  inversionOn: 0x21,
  displayOff: 0x28,
  displayOn: 0x29,
  columns: 0x2a,
  rows: 0x2b,
  write: 0x2c,
  access: 0x36,
  format: 0x3a,
  writeOn: 0x3c,
} as const;
/** Bytes of data behind a command. */
const DATA: ReadonlyMap<number, number> = new Map([
  [Command.columns, 4],
  [Command.rows, 4],
  [Command.access, 1],
  [Command.format, 1],
]);

/** Bits of memory access control (MADCTL): row and column order, exchange of both, order of the colors. */
const Access = { rowOrder: 0x80, columnOrder: 0x40, exchange: 0x20, bgr: 0x08 } as const;
/** Bits for a pixel, of the lower half of COLMOD. */
const Format = { rgb565: 5, rgb666: 6 } as const;

/** Settings of a controller, as plain data. */
interface Settings {
  command: number;
  /** Data of the command, or bytes of a pixel, that are not complete. */
  pending: number[];
  firstColumn: number;
  lastColumn: number;
  firstRow: number;
  lastRow: number;
  /** Where the next pixel goes, in the program's order. */
  x: number;
  y: number;
  access: number;
  format: number;
  isAwake: boolean;
  isOn: boolean;
  isInverse: boolean;
}

/** State of a controller, as plain data: the memory is in base64, three bytes for a pixel. */
export interface TftState {
  readonly settings: Settings;
  readonly memory: string;
}

const POWER_ON: Settings = {
  command: 0,
  pending: [],
  firstColumn: 0,
  lastColumn: TFT_COLUMNS - 1,
  firstRow: 0,
  lastRow: TFT_ROWS - 1,
  x: 0,
  y: 0,
  access: 0,
  format: Format.rgb666,
  isAwake: false,
  isOn: false,
  isInverse: false,
};

/** How the glass differs from the memory. */
export interface TftGlass {
  /** Its colors are in the order blue, green, red: right with the bit of MADCTL. */
  readonly isBgr: boolean;
  /** Its colors are right with inversion: IPS. */
  readonly isInverse: boolean;
}

/** What turns commands and data into pixels: an ILI9341 or ST7789. */
export class TftController {
  readonly #memory = new Uint8Array(CHANNELS * TFT_COLUMNS * TFT_ROWS);
  readonly #glass: TftGlass;
  #settings: Settings = structuredClone(POWER_ON);

  constructor(glass: TftGlass) {
    this.#glass = glass;
  }

  /** The color that is seen at a place of the memory, as 0xrrggbb. */
  colorAt(column: number, row: number): number {
    const { isAwake, isOn, isInverse, access } = this.#settings;
    if (!isAwake || !isOn) return 0;
    const at = CHANNELS * (row * TFT_COLUMNS + column);
    const [first = 0, green = 0, last = 0] = this.#memory.subarray(at, at + CHANNELS);
    const isSwapped = ((access & Access.bgr) !== 0) !== this.#glass.isBgr;
    const color = isSwapped ? (last << 16) | (green << 8) | first : (first << 16) | (green << 8) | last;
    return isInverse === this.#glass.isInverse ? color : color ^ 0xff_ff_ff;
  }

  command(bytes: Uint8Array): void {
    for (const command of bytes) {
      this.#settings.command = command;
      this.#settings.pending = [];
      this.#obey(command);
    }
  }

  data(bytes: Uint8Array): void {
    const settings = this.#settings;
    if (settings.command === Command.write || settings.command === Command.writeOn) {
      this.#pixels(bytes);
      return;
    }
    for (const byte of bytes) {
      settings.pending.push(byte);
      if (settings.pending.length === DATA.get(settings.command)) this.#set(settings.pending);
    }
  }

  /** Its reset pin went low: the settings are those of power-on, the memory stays. */
  reset(): void {
    this.#settings = structuredClone(POWER_ON);
  }

  save(): TftState {
    return { settings: structuredClone(this.#settings), memory: Buffer.from(this.#memory).toString("base64") };
  }

  load({ settings, memory }: TftState): void {
    this.#settings = structuredClone(settings);
    this.#memory.set(Buffer.from(memory, "base64"));
  }

  #obey(command: number): void {
    const settings = this.#settings;
    if (command === Command.softwareReset) this.reset();
    else if (command === Command.write) Object.assign(settings, { x: settings.firstColumn, y: settings.firstRow });
    else if (command === Command.sleepIn || command === Command.sleepOut) settings.isAwake = (command & 1) === 1;
    else if (command === Command.displayOff || command === Command.displayOn) settings.isOn = (command & 1) === 1;
    else if (command === Command.inversionOff || command === Command.inversionOn) {
      settings.isInverse = (command & 1) === 1;
    }
  }

  #set([a = 0, b = 0, c = 0, d = 0]: readonly number[]): void {
    const settings = this.#settings;
    const [first, last] = [(a << 8) | b, (c << 8) | d];
    if (settings.command === Command.columns) Object.assign(settings, { firstColumn: first, lastColumn: last });
    else if (settings.command === Command.rows) Object.assign(settings, { firstRow: first, lastRow: last });
    else if (settings.command === Command.access) settings.access = a;
    else settings.format = a & 7;
  }

  #pixels(bytes: Uint8Array): void {
    const { pending, format } = this.#settings;
    const length = format === Format.rgb565 ? 2 : 3;
    for (const byte of bytes) {
      if (pending.push(byte) < length) continue;
      const [a = 0, b = 0, c = 0] = pending;
      pending.length = 0;
      if (format === Format.rgb565) this.#put(a >> 3, ((a & 7) << 3) | (b >> 5), b & 0x1f, 5, 6);
      else this.#put(a >> 2, b >> 2, c >> 2, 6, 6);
    }
  }

  /** A pixel, whose red and blue have `bits` bits, and whose green has `greenBits`. */
  #put(red: number, green: number, blue: number, bits: number, greenBits: number): void {
    const settings = this.#settings;
    const { x, y, access } = settings;
    const isExchanged = (access & Access.exchange) !== 0;
    const [across, down] = isExchanged ? [y, x] : [x, y];
    const column = (access & Access.columnOrder) === 0 ? across : TFT_COLUMNS - 1 - across;
    const row = (access & Access.rowOrder) === 0 ? down : TFT_ROWS - 1 - down;
    if (column >= 0 && column < TFT_COLUMNS && row >= 0 && row < TFT_ROWS) {
      const at = CHANNELS * (row * TFT_COLUMNS + column);
      this.#memory[at] = wide(red, bits);
      this.#memory[at + 1] = wide(green, greenBits);
      this.#memory[at + 2] = wide(blue, bits);
    }
    if (settings.x++ < settings.lastColumn) return;
    settings.x = settings.firstColumn;
    settings.y = settings.y < settings.lastRow ? settings.y + 1 : settings.firstRow;
  }
}

/** Eight bits of a color that has fewer. */
function wide(value: number, bits: number): number {
  return (value << (8 - bits)) | (value >> (2 * bits - 8));
}
