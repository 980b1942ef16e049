import { LOOPS } from "./loops.ts";
import { POWER } from "./power.ts";

/** One number for each station: stations.ts says what it is. */
export interface StationColumns {
  power: Float64Array;
  tolerated: Float64Array;
  idleAt: Float64Array;
  navUntil: Float64Array;
  eifsUntil: Float64Array;
  accessAt: Float64Array;
  lockedAt: Float64Array;
  lock: Int32Array;
  door: Int32Array;
  slots: Int32Array;
  window: Int32Array;
  slotUs: Int32Array;
  tuned: Uint8Array;
  hearing: Uint8Array;
  deafTo: Uint8Array;
  sending: Uint8Array;
  contention: Uint8Array;
  addressed: Uint8Array;
}

/** What the loops work on beside that. */
export interface LoopLists {
  /** By level: `POWER`. */
  readonly powers: Float64Array;
  /** By level: `Limits.mostPower` of the frame that begins. */
  readonly mostPower: Float64Array;
  /** By level of the frame that is being received: the gate. */
  readonly gates: Uint8Array;
  /** By `Count`: what a loop counts beside what it returns. */
  readonly counts: Int32Array;
  /** Who senses the frame that begins or ends. */
  readonly row: Uint32Array;
  /** Entries of the row: who takes the frame, who has received it, who hands it up, one after the other. */
  readonly takers: Uint32Array;
  /** Stations that wait for the medium, which becomes busy or idle for them. */
  readonly waiting: Uint32Array;
  /** Stations that locked on another frame in the microsecond in which one begins, and cannot take this one. */
  readonly drowned: Uint32Array;
}

/** Places in `counts`. */
export const Count = { waiting: 0, drowned: 1, locked: 2, lockedNow: 3 } as const;

/** The functions of assembly/loops.ts, where they are described. */
interface Loops {
  arrive(
    length: number,
    channel: number,
    startUs: number,
    isAlone: boolean,
    minLevel: number,
    preambleSir: number,
    shared: number,
    sharedPower: number,
  ): number;
  drown(count: number, preambleSir: number, shared: number): number;
  lockOn(
    count: number,
    id: number,
    channel: number,
    startUs: number,
    isAlone: boolean,
    modulation: number,
    shared: number,
  ): number;
  unlock(count: number, id: number, channel: number, spoiledUntil: number): number;
  receive(count: number, wanted: number, reservedUntil: number): number;
  depart(length: number, channel: number, shared: number, sharedPower: number, nowUs: number): number;
}

type Kind = typeof Float64Array | typeof Int32Array | typeof Uint32Array | typeof Uint8Array;

const COLUMNS: Record<keyof StationColumns, Kind> = {
  power: Float64Array,
  tolerated: Float64Array,
  idleAt: Float64Array,
  navUntil: Float64Array,
  eifsUntil: Float64Array,
  accessAt: Float64Array,
  lockedAt: Float64Array,
  lock: Int32Array,
  door: Int32Array,
  slots: Int32Array,
  window: Int32Array,
  slotUs: Int32Array,
  tuned: Uint8Array,
  hearing: Uint8Array,
  deafTo: Uint8Array,
  sending: Uint8Array,
  contention: Uint8Array,
  addressed: Uint8Array,
};

export const COLUMN_NAMES: readonly (keyof StationColumns)[] = Object.keys(COLUMNS) as (keyof StationColumns)[];

/** The kind of each list, and its length if that is not the number of stations that there is room for. */
const LISTS: Record<keyof LoopLists, readonly [kind: Kind, length?: number]> = {
  powers: [Float64Array, POWER.length],
  mostPower: [Float64Array, POWER.length],
  gates: [Uint8Array, POWER.length],
  counts: [Int32Array, Object.keys(Count).length],
  row: [Uint32Array],
  takers: [Uint32Array],
  waiting: [Uint32Array],
  drowned: [Uint32Array],
};

/** As much of the platform's WebAssembly as is used: TypeScript has its types in the library `dom` only. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

type Name = keyof StationColumns | keyof LoopLists;

interface LoopExports extends Loops, Readonly<Record<Name, { value: number } | undefined>> {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

const PAGE = 65536;
/** Where an array may begin, bytes: as the widest numbers need it. */
const ALIGNMENT = 8;

const SWITCHED_OFF =
  "do not start Node with --jitless, and in a page allow 'wasm-unsafe-eval' in its Content-Security-Policy";
/** V8 reserves 10 GB of addresses for each memory, so that it need not check each access. */
const WITHOUT_ADDRESSES =
  "there are no addresses left for it: raise their limit (ulimit -v), or start Node with --disable-wasm-trap-handler";

/** Compiled when the first air needs it. */
let compiled: object | undefined;

/** Loops with a memory of their own. @throws Error where there is no WebAssembly, and says what to do */
function newLoops(): LoopExports {
  try {
    compiled ??= new WebAssembly.Module(Uint8Array.from(atob(LOOPS), (char) => char.charCodeAt(0)));
    return new WebAssembly.Instance(compiled).exports as LoopExports;
  } catch (cause) {
    const way = cause instanceof RangeError ? WITHOUT_ADDRESSES : SWITCHED_OFF;
    throw new Error(`a simulated air needs WebAssembly: ${way}`, { cause });
  }
}

/** The loops of one air, and the memory that they share with it. */
export class LoopMemory {
  readonly loops: Loops;
  /** All arrays, by name: other ones after each `resize`, and the former ones are empty then. */
  arrays: StationColumns & LoopLists;
  readonly #exports: LoopExports;

  constructor() {
    this.#exports = newLoops();
    this.loops = this.#exports;
    this.arrays = this.#layOut(0);
    this.arrays.powers.set(POWER);
  }

  /** Makes room for `capacity` stations; all numbers stay. Returns the columns. */
  resize(capacity: number): StationColumns {
    const former = Object.entries(this.arrays).map(([name, array]) => [name as Name, array.slice()] as const);
    this.arrays = this.#layOut(capacity);
    for (const [name, array] of former) this.arrays[name].set(array);
    return Object.fromEntries(COLUMN_NAMES.map((name) => [name, this.arrays[name]])) as unknown as StationColumns;
  }

  /** Arrays of zeros, of which the loops are told where they begin. */
  #layOut(capacity: number): StationColumns & LoopLists {
    const { memory } = this.#exports;
    const plan = planFor(capacity);
    const size = plan.reduce((sum, planned) => sum + sizeOf(planned), 0);
    memory.grow(Math.max(0, Math.ceil((size - memory.buffer.byteLength) / PAGE)));
    let offset = 0;
    const arrays = plan.map((planned) => {
      const { name, kind, length } = planned;
      const place = this.#exports[name];
      if (place !== undefined) place.value = offset;
      const array = new kind(memory.buffer, offset, length).fill(0);
      offset += sizeOf(planned);
      return [name, array] as const;
    });
    return Object.fromEntries(arrays) as unknown as StationColumns & LoopLists;
  }
}

interface Planned {
  readonly name: Name;
  readonly kind: Kind;
  /** How many numbers. */
  readonly length: number;
}

/** All arrays, in the order in which they lie in the memory. */
function planFor(capacity: number): Planned[] {
  const columns = Object.entries(COLUMNS).map(([name, kind]) => ({ name: name as Name, kind, length: capacity }));
  const lists = Object.entries(LISTS).map(([name, [kind, length = capacity]]) => ({
    name: name as Name,
    kind,
    length,
  }));
  return [...columns, ...lists];
}

/** Bytes from the beginning of an array to the next. */
function sizeOf({ kind, length }: Planned): number {
  return Math.ceil((kind.BYTES_PER_ELEMENT * length) / ALIGNMENT) * ALIGNMENT;
}
