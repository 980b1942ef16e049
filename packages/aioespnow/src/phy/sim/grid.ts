/** Cells are counted along two axes and named by one number. Two cells of one name only make the search longer. */
const ROW_SPAN = 2 ** 26;
const NOWHERE = Number.NaN;

/** Stations by the square cell of the ground that they are in, to find those near a place among a hundred thousand. */
export class Grid {
  readonly #side: number;
  readonly #cells = new Map<number, number[]>();
  /** Of each station: the name of its cell, NaN without a position, undefined when it has been removed. */
  readonly #names: (number | undefined)[] = [];
  readonly #unplaced: number[] = [];
  readonly #found: (readonly number[])[] = [];

  /** `side`: of a cell, meters. */
  constructor(side: number) {
    this.#side = side;
  }

  /** Puts a station at a place, or among those that have none (NaN). */
  place(station: number, x: number, y: number): void {
    const name = this.#nameOf(x, y);
    if (Object.is(this.#names[station], name)) return;
    this.remove(station);
    this.#names[station] = name;
    const cell = this.#cellOf(name);
    if (cell !== undefined) cell.push(station);
    else this.#cells.set(name, [station]);
  }

  /** Takes a station out; nothing happens if it is not in. */
  remove(station: number): void {
    const name = this.#names[station];
    if (name === undefined) return;
    this.#names[station] = undefined;
    const cell = this.#cellOf(name) as number[];
    const last = cell.pop() as number;
    if (last !== station) cell[cell.indexOf(station)] = last;
    if (cell.length === 0) this.#cells.delete(name);
  }

  /**
   * All stations within `reach` of a place, by cells, and some that are farther; those without a position are among them.
   * Valid until the next call.
   */
  near(x: number, y: number, reach: number): readonly (readonly number[])[] {
    const found = this.#found;
    found.length = 0;
    found.push(this.#unplaced);
    const left = Math.floor((x - reach) / this.#side);
    const low = Math.floor((y - reach) / this.#side);
    const columns = Math.floor((x + reach) / this.#side) - left + 1;
    const rows = Math.floor((y + reach) / this.#side) - low + 1;
    // Not so for NaN and Infinity: a station without a position is near everybody.
    if (columns * rows <= this.#cells.size) {
      for (let i = 0; i < columns; i++) {
        for (let k = 0; k < rows; k++) {
          const cell = this.#cells.get((left + i) * ROW_SPAN + low + k);
          if (cell !== undefined) found.push(cell);
        }
      }
    } else {
      for (const cell of this.#cells.values()) found.push(cell);
    }
    return found;
  }

  #nameOf(x: number, y: number): number {
    if (Number.isNaN(x)) return NOWHERE;
    return Math.floor(x / this.#side) * ROW_SPAN + Math.floor(y / this.#side);
  }

  #cellOf(name: number): number[] | undefined {
    return Number.isNaN(name) ? this.#unplaced : this.#cells.get(name);
  }
}
