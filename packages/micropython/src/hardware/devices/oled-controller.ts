/** Which controller a display has. */
export type OledModel = "ssd1306" | "sh1106";

/** Memory and settings of a controller, as plain data. */
export interface OledState {
  /** Bytes of eight pixels downwards, the lowest bit at the top; page after page. */
  memory: number[];
  /** Of a command that is not complete. */
  pending: number[];
  mode: number;
  column: number;
  page: number;
  firstColumn: number;
  lastColumn: number;
  firstPage: number;
  lastPage: number;
  startLine: number;
  isOn: boolean;
  isInverse: boolean;
  isAllLit: boolean;
  /** Whether columns and rows are as modules are mounted: 0xa1, 0xc8. */
  isMirrored: boolean;
  isFlipped: boolean;
}

/** Columns of the memory, and the one at the left edge of the glass. */
const MODELS = { ssd1306: { columns: 128, left: 0 }, sh1106: { columns: 132, left: 2 } } as const;
const PAGES = 8;
const Mode = { horizontal: 0, vertical: 1, page: 2 } as const;

/** Commands of an SSD1306 that have bytes behind them (table 9), and how many. */
const ARGUMENTS: ReadonlyMap<number, number> = new Map([
  [0x20, 1],
  [0x21, 2],
  [0x22, 2],
  [0x26, 6],
  [0x27, 6],
  [0x29, 5],
  [0x2a, 5],
  [0x81, 1],
  [0x8d, 1],
  [0xa3, 2],
  [0xa8, 1],
  [0xad, 1],
  [0xd3, 1],
  [0xd5, 1],
  [0xd9, 1],
  [0xda, 1],
  [0xdb, 1],
]);
/** An SH1106 has the page mode only: what sets others is not there. */
const NOT_OF_SH1106: ReadonlySet<number> = new Set([0x20, 0x21, 0x22, 0x26, 0x27, 0x29, 0x2a, 0xa3]);

/** What turns commands and data into pixels: an SSD1306 or SH1106. */
export class OledController {
  readonly #columns: number;
  readonly #left: number;
  readonly #height: number;
  readonly #isSh1106: boolean;
  readonly #powerOn: Omit<OledState, "memory">;
  #state: OledState;

  constructor(model: OledModel, height: number) {
    const { columns, left } = MODELS[model];
    this.#columns = columns;
    this.#left = left;
    this.#height = height;
    this.#isSh1106 = model === "sh1106";
    this.#powerOn = {
      pending: [],
      mode: Mode.page,
      column: 0,
      page: 0,
      firstColumn: 0,
      lastColumn: columns - 1,
      firstPage: 0,
      lastPage: PAGES - 1,
      startLine: 0,
      isOn: false,
      isInverse: false,
      isAllLit: false,
      isMirrored: false,
      isFlipped: false,
    };
    this.#state = { ...structuredClone(this.#powerOn), memory: Array<number>(columns * PAGES).fill(0) };
  }

  isLit(x: number, y: number): boolean {
    const { isOn, isAllLit, isInverse, isMirrored, isFlipped, startLine, memory } = this.#state;
    if (!isOn || x < 0 || y < 0 || x >= 128 || y >= this.#height) return false;
    if (isAllLit) return true;
    const column = isMirrored ? this.#left + x : this.#columns - 1 - this.#left - x;
    const row = ((isFlipped ? y : this.#height - 1 - y) + startLine) % (PAGES * 8);
    const isSet = (((memory[(row >> 3) * this.#columns + column] ?? 0) >> (row & 7)) & 1) === 1;
    return isSet !== isInverse;
  }

  command(bytes: Uint8Array): void {
    for (const byte of bytes) {
      const { pending } = this.#state;
      pending.push(byte);
      const [command = 0, ...values] = pending;
      const isKnown = !(this.#isSh1106 && NOT_OF_SH1106.has(command));
      if (values.length < (isKnown ? (ARGUMENTS.get(command) ?? 0) : 0)) continue;
      this.#state.pending = [];
      if (isKnown) this.#obey(command, values);
    }
  }

  data(bytes: Uint8Array): void {
    const state = this.#state;
    for (const byte of bytes) {
      if (state.column < this.#columns) state.memory[state.page * this.#columns + state.column] = byte;
      this.#advance();
    }
  }

  /** Its reset pin went low: the settings are those of power-on, the memory stays. */
  reset(): void {
    this.#state = { ...structuredClone(this.#powerOn), memory: this.#state.memory };
  }

  save(): OledState {
    return structuredClone(this.#state);
  }

  load(state: OledState): void {
    this.#state = structuredClone(state);
  }

  #advance(): void {
    const state = this.#state;
    if (state.mode === Mode.page) {
      // An SSD1306 begins again in the line; an SH1106 stays behind its end.
      state.column = this.#isSh1106 ? state.column + 1 : (state.column + 1) % this.#columns;
    } else if (state.mode === Mode.vertical) {
      if (state.page++ < state.lastPage) return;
      state.page = state.firstPage;
      state.column = state.column < state.lastColumn ? state.column + 1 : state.firstColumn;
    } else {
      if (state.column++ < state.lastColumn) return;
      state.column = state.firstColumn;
      state.page = state.page < state.lastPage ? state.page + 1 : state.firstPage;
    }
  }

  #obey(command: number, [a = 0, b = 0]: readonly number[]): void {
    const state = this.#state;
    if (command < 0x10) state.column = (state.column & 0xf0) | command;
    else if (command < 0x20) state.column = (state.column & 0x0f) | ((command & 0x0f) << 4);
    else if (command >= 0x40 && command < 0x80) state.startLine = command & 0x3f;
    else if (command >= 0xb0 && command < 0xb8) state.page = command & 7;
    else if (command === 0x20) state.mode = a & 3;
    else if (command === 0x21) Object.assign(state, { firstColumn: a & 0x7f, lastColumn: b & 0x7f, column: a & 0x7f });
    else if (command === 0x22) Object.assign(state, { firstPage: a & 7, lastPage: b & 7, page: a & 7 });
    else this.#switch(command);
  }

  #switch(command: number): void {
    const isSet = (command & 1) === 1;
    const state = this.#state;
    if (command === 0xa0 || command === 0xa1) state.isMirrored = isSet;
    else if (command === 0xa4 || command === 0xa5) state.isAllLit = isSet;
    else if (command === 0xa6 || command === 0xa7) state.isInverse = isSet;
    else if (command === 0xae || command === 0xaf) state.isOn = isSet;
    else if (command >= 0xc0 && command < 0xd0) state.isFlipped = (command & 8) !== 0;
  }
}
