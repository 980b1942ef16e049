import type { MacAddress } from "aioespnow";
import type { AirCounters, AirStation, HostedAir, StationCounts } from "aioespnow/air";
import { count, seconds } from "./format.ts";
import type { Output } from "./output.ts";

/** What is shown of a hosted air. */
export type WatchedAir = Pick<HostedAir, "clock" | "counters" | "onStation">;

/** A station that is on, and what it had sent when it was shown last. */
interface Node {
  readonly mac: MacAddress;
  readonly station: AirStation;
  shown: StationCounts;
}

/** What a node sent in a period. */
interface NodeTraffic extends StationCounts {
  readonly mac: MacAddress;
  readonly profile: string;
  readonly since: number;
}

/** What happened on the air in a period. */
interface AirTraffic {
  readonly messages: number;
  readonly frames: number;
  /** Receptions: handed to a node, lost by chance, spoiled by another frame. */
  readonly received: number;
  readonly lost: number;
  readonly collided: number;
}

/** Under the text behind a time. */
const INDENT = " ".repeat(15);

/** Prints which nodes come and go, and, period by period, what is sent and what is lost. */
export class AirDisplay {
  readonly #air: WatchedAir;
  readonly #output: Output;
  readonly #startMs: number;
  readonly #nodes = new Map<AirStation, Node>();
  /** What was sent in this period by nodes that are gone. */
  #gone: NodeTraffic[] = [];
  #periodMs: number;
  #before: AirCounters;

  constructor(air: WatchedAir, output: Output) {
    this.#air = air;
    this.#output = output;
    this.#startMs = air.clock.now();
    this.#periodMs = this.#startMs;
    this.#before = { ...air.counters };
    air.onStation = (station) => (station.addresses.length > 0 ? this.#onCome(station) : this.#onGo(station));
  }

  /** Shows what was sent since the last time. People are not told that it was nothing. */
  showTraffic(): void {
    const nodes = [...this.#gone, ...[...this.#nodes.values()].map((node) => this.#take(node))];
    const nowMs = this.#air.clock.now();
    const period = (nowMs - this.#periodMs) / 1000;
    const counters = { ...this.#air.counters };
    const { frames, delivered, lost, corrupted } = difference(counters, this.#before);
    this.#gone = [];
    this.#periodMs = nowMs;
    this.#before = counters;
    const messages = nodes.reduce((sum, node) => sum + node.messages, 0);
    const air = { messages, frames, received: delivered, lost, collided: corrupted };
    const record = { event: "traffic", time: this.#at(nowMs), seconds: period, ...air, nodes };
    if (frames === 0) this.#output.record(record);
    else this.#output.print(`${this.#stamp()}  ${this.#describe(air, nodes, period)}`, record);
  }

  #describe(air: AirTraffic, nodes: readonly NodeTraffic[], period: number): string {
    const rate = (number: number, what: string): string => `${(number / period).toFixed(1)} ${what}/s`;
    const traffic = ({ messages, frames }: StationCounts | AirTraffic): string =>
      `${rate(messages, "messages")}, ${rate(frames, "frames")}`;
    const fate = `${rate(air.received, "received")}, ${rate(air.lost, "lost")}, ${rate(air.collided, "collided")}`;
    const lines = nodes
      .filter(({ frames }) => frames > 0)
      .map((node) => {
        const asked = node.acked + node.noAck;
        const share = asked === 0 ? "" : `, ${node.noAck} of ${asked} not acknowledged`;
        return `\n${INDENT}${node.mac}  ${node.profile} since ${node.since.toFixed(1)} s: ${traffic(node)}${share}`;
      });
    return `${count(this.#nodes.size, "node")}: ${traffic(air)}; ${fate}${lines.join("")}`;
  }

  #onCome(station: AirStation): void {
    const [mac] = station.addresses as readonly [MacAddress];
    this.#nodes.set(station, { mac, station, shown: { ...station.counts } });
    const { addresses, profile, promiscuous } = station;
    const text = `${this.#stamp()}  + ${addresses.join(", ")}  ${profile}${promiscuous ? ", hears everything" : ""}`;
    const record = { event: "on", time: this.#at(station.sinceMs), mac, addresses, profile, promiscuous };
    this.#output.print(this.#output.paint("green", text), record);
  }

  #onGo(station: AirStation): void {
    const node = this.#nodes.get(station);
    if (node === undefined) return;
    this.#nodes.delete(station);
    this.#gone.push(this.#take(node));
    const { messages, frames, acked, noAck } = station.counts;
    const since = this.#at(station.sinceMs);
    const time = this.#at(this.#air.clock.now());
    const sum = `${count(messages, "message")}, ${count(frames, "frame")}, ${noAck} not acknowledged`;
    const text = `${this.#stamp()}  - ${node.mac}  after ${(time - since).toFixed(1)} s: ${sum}`;
    const record = { event: "off", time, mac: node.mac, since, messages, frames, acked, noAck };
    this.#output.print(this.#output.paint("dim", text), record);
  }

  /** What a node has sent since it was shown. */
  #take(node: Node): NodeTraffic {
    const { mac, station, shown } = node;
    const counts = { ...station.counts };
    node.shown = counts;
    return { mac, profile: station.profile, since: this.#at(station.sinceMs), ...difference(counts, shown) };
  }

  /** Seconds since the air is hosted here. */
  #at(ms: number): number {
    return (ms - this.#startMs) / 1000;
  }

  #stamp(): string {
    return seconds(this.#air.clock.now() - this.#startMs);
  }
}

/** How much each count has grown. */
function difference<T extends { readonly [K in keyof T]: number }>(now: T, before: T): T {
  const grown = Object.entries<number>(now).map(([name, value]) => [name, value - before[name as keyof T]]);
  return Object.fromEntries(grown) as T;
}
