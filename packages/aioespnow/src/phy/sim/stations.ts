import { understands } from "../../codec/rate.ts";
import type { ReceivedFrame } from "../phy.ts";
import { COLUMN_NAMES, LoopMemory, type StationColumns } from "./loop-memory.ts";
import { MAX_STATIONS } from "./rows.ts";

/** What `contention` can be. */
export const Contention = {
  /** No backoff is under way, no frame waits for the medium. */
  none: 0,
  /** The backoff after a transmission, no frame yet (IEEE 802.11-2020, 10.3.4.3). */
  postBackoff: 1,
  /** A frame waits for the medium. */
  ready: 2,
} as const;

/** Values of `lock`. */
export const Lock = {
  free: 0,
  /** The station transmits: it is deaf. */
  transmitting: 1,
  /** From here on they are numbers of transmissions. */
  receiving: 2,
} as const;

/** A gate that is above all levels. */
export const CLOSED = 255;

/**
 * In one number: the channel that a receiver listens to, the least level that can take it (0 while it is free, `CLOSED` while
 * the station transmits), and the level of what is being received.
 */
export function doorOf(channel: number, gate: number, level: number): number {
  return (channel << 16) | (gate << 8) | level;
}

/** Bits of `hearing`. */
export const Hearing = {
  /** Group-addressed frames are handed up. */
  group: 1,
  /** Every frame is handed up, ACKs too: a monitor. */
  all: 2,
} as const;

/** Kinds of modulation that a station can be without: bits of `deafTo`. */
export const Modulation = { standard: 1, longRange: 2 } as const;

const FIRST_CAPACITY = 64;

/** Valid only during the call, and so is the frame. */
export type Listener = (frame: ReceivedFrame) => void;

/**
 * The state of all stations, one typed array per property: what the beginning and the end of a frame touch at thousands
 * of neighbours lies close together. Times are whole microseconds, powers are in the units of power.ts. All arrays are
 * other ones when there was no room for a station that was added or loaded, and the former ones are empty then.
 */
export class Stations implements StationColumns {
  /** How many there ever were at a time. */
  count = 0;
  capacity = 0;
  /** Where the arrays below are, for loops that visit thousands of stations. */
  readonly memory: LoopMemory = new LoopMemory();
  /** The channel that the receiver listens to; 0: off, asleep or closed. */
  tuned: Uint8Array = new Uint8Array(0);
  hearing: Uint8Array = new Uint8Array(0);
  /** Bits of `Modulation`: frames of that kind are only noise to its receiver. */
  deafTo: Uint8Array = new Uint8Array(0);
  /** Transmissions of its own that are on the air. */
  sending: Uint8Array = new Uint8Array(0);
  /** The sum of the powers of all others that it senses, less `shared`: exact, so that it returns to 0. */
  power: Float64Array = new Float64Array(0);
  /** By channel: the sum of the powers of the frames that all sense equally. */
  readonly shared: Float64Array = new Float64Array(256);
  /** The transmission that is being received, or one of `Lock`. */
  lock: Int32Array = new Int32Array(0);
  /** When that transmission began. Of no meaning while nothing is received. */
  lockedAt: Float64Array = new Float64Array(0);
  /** What has to be known of a receiver when a frame begins (`doorOf`). */
  door: Int32Array = new Int32Array(0);
  /**
   * More power than this, itself included, spoils what is being received; 0: it is spoiled. Of no meaning while nothing is
   * received.
   */
  tolerated: Float64Array = new Float64Array(0);
  /** When the last transmission that was sensed here ended: if the medium is idle, it became so then. */
  idleAt: Float64Array = new Float64Array(0);
  /** Until when other stations' Duration fields reserve the medium (10.3.2.4). */
  navUntil: Float64Array = new Float64Array(0);
  /** Until when a frame received in error delays the count of DIFS: EIFS - DIFS after it (10.3.2.3.7). */
  eifsUntil: Float64Array = new Float64Array(0);
  /** One of `Contention`. */
  contention: Uint8Array = new Uint8Array(0);
  /** The slots that remain of the backoff. */
  slots: Int32Array = new Int32Array(0);
  /** When the waiting frame goes out if the medium stays idle. */
  accessAt: Float64Array = new Float64Array(0);
  /** The contention window of the waiting frame's attempt. */
  window: Int32Array = new Int32Array(0);
  slotUs: Int32Array = new Int32Array(0);
  /** 1 for the stations that a frame is addressed to, while its end is handled. */
  addressed: Uint8Array = new Uint8Array(0);
  /** Who is shown what a station hears. */
  readonly listeners: (Listener | undefined)[] = [];
  /** Numbers of stations that are gone. */
  readonly #free: number[] = [];

  /** A new station that hears nothing yet, in the place of one that is gone, if there is one. Returns its number. */
  add(slotUs: number): number {
    const station = this.#free.pop() ?? this.#append();
    this.lock[station] = Lock.free;
    this.deafTo[station] = 0;
    this.slotUs[station] = slotUs;
    this.contention[station] = Contention.none;
    this.slots[station] = 0;
    this.idleAt[station] = 0;
    this.navUntil[station] = 0;
    this.eifsUntil[station] = 0;
    this.listeners[station] = undefined;
    return station;
  }

  /** The station is gone, and nothing that is still to happen concerns it: its number is the next new one's. */
  release(station: number): void {
    this.#free.push(station);
  }

  /** What its receiver understands: bits of `Protocol`. */
  setProtocol(station: number, protocol: number): void {
    const standard = understands(protocol, false) ? 0 : Modulation.standard;
    const longRange = understands(protocol, true) ? 0 : Modulation.longRange;
    this.deafTo[station] = standard | longRange;
  }

  /** Whether nothing is on the air here. */
  isIdle(station: number): boolean {
    if (this.sending[station] !== 0) return false;
    return (this.power[station] as number) + (this.shared[this.tuned[station] as number] as number) === 0;
  }

  save(): StationsState {
    const entries = PROPERTIES.map((name) => [name, [...this[name].subarray(0, this.count)]] as const);
    const properties = Object.fromEntries(entries) as unknown as StationsState["properties"];
    return { count: this.count, free: [...this.#free], shared: [...this.shared], properties };
  }

  /** Who is shown what is heard stays. */
  load({ count, free, shared, properties }: StationsState): void {
    if (this.capacity < count) this.#grow(Math.max(FIRST_CAPACITY, count));
    this.count = count;
    this.#free.splice(0, this.#free.length, ...free);
    this.shared.set(shared);
    for (const name of PROPERTIES) this[name].set(properties[name]);
  }

  #append(): number {
    if (this.count === MAX_STATIONS) throw new RangeError(`an air holds ${MAX_STATIONS} stations at a time`);
    if (this.count === this.capacity) this.#grow(Math.min(Math.max(FIRST_CAPACITY, 2 * this.capacity), MAX_STATIONS));
    return this.count++;
  }

  #grow(capacity: number): void {
    Object.assign(this, this.memory.resize(capacity));
    this.capacity = capacity;
  }
}

type StationProperty = Exclude<keyof StationColumns, "addressed" | "lockedAt">;

/** What is saved. The others last for a moment, or follow from the frames on the air. */
const PROPERTIES: readonly StationProperty[] = COLUMN_NAMES.filter(
  (name): name is StationProperty => name !== "addressed" && name !== "lockedAt",
);

/** All stations, by property. */
export interface StationsState {
  readonly count: number;
  readonly free: readonly number[];
  /** By channel. */
  readonly shared: readonly number[];
  readonly properties: Readonly<Record<StationProperty, readonly number[]>>;
}
