import type { MacAddress } from "aioespnow";
import type { AirCounters, AirStation, HostedAir, StationCounts } from "aioespnow/air";

/** As much of a hosted air as is counted. */
export type WatchedAir = Pick<HostedAir, "clock" | "counters">;

/** What a node sent in a period. */
export interface NodeTraffic extends StationCounts {
  readonly mac: MacAddress;
  readonly profile: string;
  /** Milliseconds on the clock of the air. */
  readonly sinceMs: number;
}

/** What happened on the air in a period. */
export interface AirTraffic {
  /** Milliseconds. */
  readonly periodMs: number;
  readonly messages: number;
  readonly frames: number;
  /** Receptions: handed to a node, lost by chance, spoiled by another frame. */
  readonly received: number;
  readonly lost: number;
  readonly collided: number;
  /** Those that are gone first. */
  readonly nodes: readonly NodeTraffic[];
}

/** A station that is on, and what it had sent when it was counted last. */
interface Node {
  readonly mac: MacAddress;
  readonly station: AirStation;
  counted: StationCounts;
}

/** Counts, period by period, what the nodes of an air send and what becomes of it. Prints nothing. */
export class AirTrafficCounter {
  readonly #air: WatchedAir;
  readonly #nodes = new Map<AirStation, Node>();
  /** What was sent in this period by nodes that are gone. */
  #gone: NodeTraffic[] = [];
  #periodStartMs: number;
  #before: AirCounters;

  constructor(air: WatchedAir) {
    this.#air = air;
    this.#periodStartMs = air.clock.now();
    this.#before = { ...air.counters };
  }

  /** How many nodes are on. */
  get nodeCount(): number {
    return this.#nodes.size;
  }

  /** A station was switched on. Returns the address that it goes by from now on. */
  come(station: AirStation): MacAddress {
    const [mac] = station.addresses as readonly [MacAddress];
    this.#nodes.set(station, { mac, station, counted: { ...station.counts } });
    return mac;
  }

  /** A station was switched off. Returns its address; undefined for one that never came. */
  go(station: AirStation): MacAddress | undefined {
    const node = this.#nodes.get(station);
    if (node === undefined) return undefined;
    this.#nodes.delete(station);
    this.#gone.push(take(node));
    return node.mac;
  }

  /** What was sent since the last time. The next period begins. */
  takePeriod(): AirTraffic {
    const nodes = byAddress([...this.#gone, ...[...this.#nodes.values()].map(take)]);
    const nowMs = this.#air.clock.now();
    const periodMs = nowMs - this.#periodStartMs;
    const counters = { ...this.#air.counters };
    const { frames, delivered, lost, corrupted } = difference(counters, this.#before);
    this.#gone = [];
    this.#periodStartMs = nowMs;
    this.#before = counters;
    const messages = nodes.reduce((sum, node) => sum + node.messages, 0);
    return { periodMs, messages, frames, received: delivered, lost, collided: corrupted, nodes };
  }
}

/** A program that is started again and again is one node: its counts are added up. */
function byAddress(nodes: readonly NodeTraffic[]): readonly NodeTraffic[] {
  const sums = new Map<MacAddress, NodeTraffic>();
  for (const node of nodes) {
    const before = sums.get(node.mac);
    const { mac, profile, sinceMs } = node;
    sums.set(mac, before === undefined ? node : { mac, profile, sinceMs, ...sum(before, node) });
  }
  return [...sums.values()];
}

function sum(a: StationCounts, b: StationCounts): StationCounts {
  return {
    messages: a.messages + b.messages,
    frames: a.frames + b.frames,
    acked: a.acked + b.acked,
    noAck: a.noAck + b.noAck,
  };
}

/** What a node has sent since it was counted. */
function take(node: Node): NodeTraffic {
  const { mac, station, counted } = node;
  const counts = { ...station.counts };
  node.counted = counts;
  return { mac, profile: station.profile, sinceMs: station.sinceMs, ...difference(counts, counted) };
}

/** How much each count has grown. */
function difference<T extends { readonly [K in keyof T]: number }>(now: T, before: T): T {
  const grown = Object.entries<number>(now).map(([name, value]) => [name, value - before[name as keyof T]]);
  return Object.fromEntries(grown) as T;
}
