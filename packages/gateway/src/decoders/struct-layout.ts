/** One number or text of a layout. */
export interface LayoutItem {
  readonly offset: number;
  readonly size: number;
  readonly kind: "unsigned" | "signed" | "float" | "bool" | "text";
}

/** A layout as Python's `struct` writes it, taken apart. */
export interface Layout {
  readonly items: readonly LayoutItem[];
  /** In bytes. */
  readonly length: number;
  readonly isLittleEndian: boolean;
}

/** What a letter is (docs.python.org, "struct: Format Characters"), with the sizes of a 32-bit board. */
const LETTERS: Readonly<Record<string, Pick<LayoutItem, "size" | "kind">>> = {
  "?": { size: 1, kind: "bool" },
  b: { size: 1, kind: "signed" },
  B: { size: 1, kind: "unsigned" },
  h: { size: 2, kind: "signed" },
  H: { size: 2, kind: "unsigned" },
  i: { size: 4, kind: "signed" },
  I: { size: 4, kind: "unsigned" },
  l: { size: 4, kind: "signed" },
  L: { size: 4, kind: "unsigned" },
  q: { size: 8, kind: "signed" },
  Q: { size: 8, kind: "unsigned" },
  e: { size: 2, kind: "float" },
  f: { size: 4, kind: "float" },
  d: { size: 8, kind: "float" },
};

/** The longest ESP-NOW message. */
const MAX_LENGTH = 1470;

/**
 * Takes a format string of Python's `struct` apart: `<Hhf`, `>BB8s`. `<` little-endian, `>` and `!` big-endian, `=` the board's
 * own order (little-endian); without these, and with `@`, numbers are aligned as a C compiler aligns them on an ESP32.
 * @throws RangeError for what is no such string, or is longer than a message.
 */
export function parseLayout(format: string): Layout {
  const [, order = "@", rest = ""] = /^([<>=!@]?)(.*)$/s.exec(format) ?? [];
  const isAligned = order === "@" || order === "";
  const items: LayoutItem[] = [];
  let offset = 0;
  for (const [part, digits, letter] of rest.matchAll(/(\d*)(.)/gsu)) {
    if (/\s/.test(part)) continue;
    const count = digits === "" ? 1 : Number(digits);
    if (!(count <= MAX_LENGTH)) throw tooLong(format);
    if (letter === "x") offset += count;
    else if (letter === "s") offset = add(items, offset, { size: count, kind: "text" }, 1);
    else offset = addNumbers(items, offset, count, letterOf(letter as string, format), isAligned);
    if (offset > MAX_LENGTH) throw tooLong(format);
  }
  if (items.length === 0) throw new RangeError(`layout ${JSON.stringify(format)} has no values`);
  return { items, length: offset, isLittleEndian: order !== ">" && order !== "!" };
}

function addNumbers(
  items: LayoutItem[],
  start: number,
  count: number,
  item: Pick<LayoutItem, "size" | "kind">,
  isAligned: boolean,
): number {
  let offset = start;
  for (let i = 0; i < count; i++) offset = add(items, offset, item, isAligned ? item.size : 1);
  return offset;
}

/** Returns the offset behind it. */
function add(items: LayoutItem[], offset: number, item: Pick<LayoutItem, "size" | "kind">, alignment: number): number {
  const start = Math.ceil(offset / alignment) * alignment;
  items.push({ ...item, offset: start });
  return start + item.size;
}

function letterOf(letter: string, format: string): Pick<LayoutItem, "size" | "kind"> {
  const item = Object.hasOwn(LETTERS, letter) ? LETTERS[letter] : undefined;
  if (item !== undefined) return item;
  const accepted = `${Object.keys(LETTERS).join(" ")} s x`;
  throw new RangeError(`layout ${JSON.stringify(format)} has ${JSON.stringify(letter)}; the letters are ${accepted}`);
}

function tooLong(format: string): RangeError {
  return new RangeError(`layout ${JSON.stringify(format.slice(0, 40))} is longer than a message (${MAX_LENGTH} bytes)`);
}

/** The value of an item. The caller has checked that the whole layout is there. Numbers of 64 bits may lose digits. */
export function readItem(
  view: DataView,
  { offset, size, kind }: LayoutItem,
  isLittleEndian: boolean,
): number | boolean {
  switch (kind) {
    case "bool":
      return view.getUint8(offset) !== 0;
    case "float":
      if (size === 2) return readHalf(view.getUint16(offset, isLittleEndian));
      return size === 4 ? view.getFloat32(offset, isLittleEndian) : view.getFloat64(offset, isLittleEndian);
    case "signed":
      if (size === 1) return view.getInt8(offset);
      if (size === 2) return view.getInt16(offset, isLittleEndian);
      return size === 4 ? view.getInt32(offset, isLittleEndian) : Number(view.getBigInt64(offset, isLittleEndian));
    default:
      if (size === 1) return view.getUint8(offset);
      if (size === 2) return view.getUint16(offset, isLittleEndian);
      return size === 4 ? view.getUint32(offset, isLittleEndian) : Number(view.getBigUint64(offset, isLittleEndian));
  }
}

/** Writes a number that fits (`fits`). */
export function writeItem(
  view: DataView,
  { offset, size, kind }: LayoutItem,
  value: number,
  isLittleEndian: boolean,
): void {
  if (kind === "float") {
    if (size === 4) view.setFloat32(offset, value, isLittleEndian);
    else view.setFloat64(offset, value, isLittleEndian);
  } else if (size === 1) view.setUint8(offset, value);
  else if (size === 2) view.setUint16(offset, value, isLittleEndian);
  else if (size === 4) view.setUint32(offset, value, isLittleEndian);
  else view.setBigUint64(offset, BigInt(value), isLittleEndian);
}

/** Whether an item can hold `value`. Half floats are read only. */
export function fits({ size, kind }: LayoutItem, value: number): boolean {
  if (kind === "float") return size > 2;
  if (kind === "bool") return value === 0 || value === 1;
  if (kind === "text" || !Number.isSafeInteger(value)) return false;
  const range = 2 ** (8 * size);
  return kind === "signed" ? value >= -range / 2 && value < range / 2 : value >= 0 && value < range;
}

/** IEEE 754 binary16 (MicroPython's `e`). */
function readHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * 2 ** -24 * fraction : sign * 2 ** (exponent - 25) * (1024 + fraction);
}
