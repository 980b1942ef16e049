import type { MacAddress } from "aioespnow";
import type { Decoded, Decoder, Seen, Values } from "../decoders/decoder.ts";
import type { Entity } from "../decoders/entity.ts";
import type { DecoderConfig } from "../decoders/registry.ts";
import { Intervals } from "./intervals.ts";
import type { DecoderSource, NodeDecoderConfig } from "./node-decoder.ts";
import { RepeatFilter } from "./repeat-filter.ts";
import { Sequence } from "./sequence.ts";

/** What a person, or the gateway for them, has decided about a node. It is kept. */
export interface NodeSettings {
  /** In topics; its address at first. */
  readonly name: string;
  /** Only what an accepted node says is published. */
  readonly isAccepted: boolean;
  /** Left out: by the format that its messages look like. */
  readonly decoder?: NodeDecoderConfig | undefined;
  /** It sleeps: what it is sent waits until it is heard. */
  readonly isSleepy: boolean;
  /** The local master key of its messages, 32 hexadecimal digits. */
  readonly lmk?: string | undefined;
  /** How long it may be silent, in ms. Left out: learned. */
  readonly timeoutMs?: number | undefined;
}

/** What is kept of a node, as JSON. Times are in ms since 1970. */
export interface NodeRecord {
  readonly settings: NodeSettings;
  readonly firstSeen: number;
  readonly lastSeen?: number | undefined;
  readonly values: Values;
  readonly events: Readonly<Record<string, readonly string[]>>;
  readonly intervals?: readonly number[];
  readonly rollingCode?: string;
}

/** What was heard of a node. */
export interface NodeCounters {
  /** All but repetitions and replays. */
  messages: number;
  /** Copies that the node sent on purpose. */
  repeated: number;
  /** Recorded messages that somebody sent again, dropped. */
  replayed: number;
  /** Messages that its decoder could not read. */
  undecoded: number;
  /** Messages with a number of the node's. */
  numbered: number;
  /** Messages that were not heard, by these numbers. */
  lost: number;
}

/** How many values and events of a node are remembered. */
const MAX_KEYS = 256;
const MAX_EVENT_TYPES = 64;

/** What a decoder has made of what a node has said. */
interface Described {
  readonly by: Decoder | undefined;
  readonly from: Seen;
  readonly entities: readonly Entity[];
}

const NOTHING_DESCRIBED: Described = { by: undefined, from: { values: {}, events: {} }, entities: [] };

/** A device that the gateway has heard, or that the configuration names. */
export class Node {
  /** Its address. */
  readonly mac: MacAddress;
  /** In ms since 1970. */
  readonly firstSeen: number;
  /** In ms since 1970; undefined: never. */
  lastSeen: number | undefined;
  /** Since the gateway knows it. */
  readonly counters: NodeCounters = {
    messages: 0,
    repeated: 0,
    replayed: 0,
    undecoded: 0,
    numbered: 0,
    lost: 0,
  };
  /** How well each radio, by its number, heard it last, in dBm. */
  readonly rssi: Map<number, number | undefined> = new Map();
  /** How regularly it is heard. @internal */
  readonly intervals: Intervals;
  /** Whether it was heard within its usual time. */
  isOnline = false;
  /** Why its last message could not be read. */
  problem: string | undefined;
  /** How its messages are read now: by the settings, or as they look. */
  decoder: Decoder | undefined;
  /** What messages to it repeat, so that it believes them. Hexadecimal. */
  challenge: string | undefined;
  /** Finds repetitions and replays. @internal */
  filter: RepeatFilter;
  readonly #decoders: DecoderSource;
  #sequence = new Sequence();
  #settings: NodeSettings;
  #values: Values;
  #events: Readonly<Record<string, readonly string[]>>;
  #described: Described = NOTHING_DESCRIBED;

  /** @throws RangeError or TypeError for a decoder with wrong options. @internal */
  constructor(mac: MacAddress, record: NodeRecord, decoders: DecoderSource) {
    const { settings, firstSeen, lastSeen, values, events, intervals, rollingCode } = record;
    this.mac = mac;
    this.#decoders = decoders;
    this.firstSeen = firstSeen;
    this.lastSeen = lastSeen;
    this.#settings = settings;
    this.#values = values;
    this.#events = events;
    this.intervals = new Intervals(intervals, lastSeen);
    this.filter = new RepeatFilter(rollingCode === undefined ? undefined : BigInt(rollingCode));
    if (settings.decoder !== undefined) this.decoder = decoders.create(settings.decoder);
  }

  /** What a person has set. */
  get settings(): NodeSettings {
    return this.#settings;
  }

  /**
   * Another decoder begins with no values. @throws RangeError or TypeError for a decoder with wrong options; nothing is
   * changed then.
   */
  set settings(settings: NodeSettings) {
    const isSame = JSON.stringify(settings.decoder) === JSON.stringify(this.#settings.decoder);
    if (!isSame) {
      this.decoder = settings.decoder === undefined ? undefined : this.#decoders.create(settings.decoder);
      this.filter = new RepeatFilter(undefined);
      this.challenge = undefined;
      this.#sequence = new Sequence();
      this.#values = {};
      this.#events = {};
    }
    this.#settings = settings;
    this.#described = NOTHING_DESCRIBED; // a script may have become another one
  }

  /** The format that its messages look like is its format from now on. */
  pinDecoder(): void {
    if (this.#settings.decoder !== undefined || this.decoder === undefined) return;
    this.#settings = { ...this.#settings, decoder: { format: this.decoder.format } as DecoderConfig };
  }

  /** In topics. */
  get name(): string {
    return this.#settings.name;
  }

  /** The newest value of each key. */
  get seen(): Seen {
    return { values: this.#values, events: this.#events };
  }

  /** What it has, from all that it has said. A decoder is asked once for each message: it may be a script. */
  get entities(): readonly Entity[] {
    const { decoder, seen } = this;
    const { by, from, entities } = this.#described;
    if (by === decoder && from.values === seen.values && from.events === seen.events) return entities;
    this.#described = { by: decoder, from: seen, entities: decoder?.describe(seen) ?? [] };
    return this.#described.entities;
  }

  /** When it listens to what is sent to it. */
  get listening(): "always" | "heard" | "asking" | "asking-only" {
    const { isSleepy } = this.#settings;
    if (this.decoder?.asks === undefined) return isSleepy ? "heard" : "always";
    return isSleepy ? "asking-only" : "asking";
  }

  /** How long it may be silent. */
  get timeoutMs(): number {
    return this.#settings.timeoutMs ?? this.intervals.timeoutMs;
  }

  /** Takes what a message says. Returns whether there are keys, or types of events, that were not there before. */
  take({ values, events, sequence }: Decoded): boolean {
    if (sequence !== undefined) {
      this.counters.numbered++;
      this.counters.lost += this.#sequence.heard(sequence);
    }
    let isNew = Object.keys(values).some((key) => !Object.hasOwn(this.#values, key));
    const all = { ...this.#values, ...values };
    this.#values = isNew ? lastKeys(all) : all;
    for (const { key, type } of events) {
      const types = Object.hasOwn(this.#events, key) ? (this.#events[key] ?? []) : [];
      if (types.includes(type) || types.length >= MAX_EVENT_TYPES) continue;
      this.#events = lastKeys({ ...this.#events, ...Object.fromEntries([[key, [...types, type]]]) });
      isNew = true;
    }
    return isNew;
  }

  /** What it said last, where that was not kept. Keys that it never had are left out. */
  restore(values: Values, lastSeen: number): void {
    const known = Object.entries(values).filter(([key]) => Object.hasOwn(this.#values, key));
    this.#values = { ...this.#values, ...Object.fromEntries(known) };
    this.lastSeen = Math.max(lastSeen, this.lastSeen ?? 0);
  }

  /** The number of the radio that hears it best; 0 if none has heard it. */
  get bestRadio(): number {
    let [best, strongest] = [0, Number.NEGATIVE_INFINITY];
    for (const [radio, rssi = -127] of this.rssi) if (rssi > strongest) [best, strongest] = [radio, rssi];
    return best;
  }

  /** What the store keeps of it. @internal */
  get record(): NodeRecord {
    const { code } = this.filter;
    return {
      settings: this.#settings,
      firstSeen: this.firstSeen,
      lastSeen: this.lastSeen,
      values: this.#values,
      events: this.#events,
      intervals: this.intervals.latest,
      ...(code === undefined ? {} : { rollingCode: String(code) }),
    };
  }
}

function lastKeys<T>(object: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const entries = Object.entries(object);
  return entries.length <= MAX_KEYS ? object : Object.fromEntries(entries.slice(-MAX_KEYS));
}
