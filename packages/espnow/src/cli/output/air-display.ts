import type { AirStation, HostedAir, StationCounts } from "aioespnow/air";
import { type AirTraffic, AirTrafficCounter, type NodeTraffic } from "./air-traffic.ts";
import { count, seconds, toSeconds } from "./format.ts";
import type { Output } from "./output.ts";

/** As much of a hosted air as is shown. */
export type ShownAir = Pick<HostedAir, "clock" | "counters" | "observe">;

/** Under the text behind a time. */
const INDENT = " ".repeat(15);

/** Prints which nodes come and go, and, period by period, what is sent and what is lost. */
export class AirDisplay {
  readonly #air: ShownAir;
  readonly #output: Output;
  readonly #startMs: number;
  readonly #traffic: AirTrafficCounter;

  constructor(air: ShownAir, output: Output) {
    this.#air = air;
    this.#output = output;
    this.#startMs = air.clock.now();
    this.#traffic = new AirTrafficCounter(air);
    air.observe((event) => {
      if (event.kind !== "station") return;
      if (event.station.addresses.length > 0) this.#onCome(event.station);
      else this.#onGo(event.station);
    });
  }

  /** Shows what was sent since the last time. People are not told that it was nothing. */
  showTraffic(): void {
    const period = this.#traffic.takePeriod();
    const { messages, frames, received, lost, collided } = period;
    const nodes = period.nodes.map(({ mac, profile, sinceMs, ...counts }) => {
      return { mac, profile, since: this.#at(sinceMs), ...counts };
    });
    const time = this.#at(this.#air.clock.now());
    const air = { messages, frames, received, lost, collided };
    const record = { event: "traffic", time, seconds: toSeconds(period.periodMs), ...air, nodes };
    if (frames === 0) this.#output.record(record);
    else this.#output.print(`${this.#stamp()}  ${this.#describe(period)}`, record);
  }

  #describe(period: AirTraffic): string {
    const rate = (number: number, what: string): string =>
      `${((1000 * number) / period.periodMs).toFixed(1)} ${what}/s`;
    const traffic = ({ messages, frames }: StationCounts | AirTraffic): string =>
      `${rate(messages, "messages")}, ${rate(frames, "frames")}`;
    const line = (node: NodeTraffic): string => {
      const asked = node.acked + node.noAck;
      const share = asked === 0 ? "" : `, ${node.noAck} of ${asked} not acknowledged`;
      const since = this.#at(node.sinceMs).toFixed(1);
      return `\n${INDENT}${node.mac}  ${node.profile} since ${since} s: ${traffic(node)}${share}`;
    };
    const { received, lost, collided, nodes } = period;
    const fate = `${rate(received, "received")}, ${rate(lost, "lost")}, ${rate(collided, "collided")}`;
    const lines = nodes.filter(({ frames }) => frames > 0).map(line);
    return `${count(this.#traffic.nodeCount, "node")}: ${traffic(period)}; ${fate}${lines.join("")}`;
  }

  #onCome(station: AirStation): void {
    const mac = this.#traffic.come(station);
    const { profile, promiscuous } = station;
    const addresses = [...new Set(station.addresses)];
    const text = `${this.#stamp()}  + ${addresses.join(", ")}  ${profile}${promiscuous ? ", hears everything" : ""}`;
    const record = { event: "on", time: this.#at(station.sinceMs), mac, addresses, profile, promiscuous };
    this.#output.print(this.#output.paint("green", text), record);
  }

  #onGo(station: AirStation): void {
    const mac = this.#traffic.go(station);
    if (mac === undefined) return;
    const { messages, frames, acked, noAck } = station.counts;
    const since = this.#at(station.sinceMs);
    const time = this.#at(this.#air.clock.now());
    const sum = `${count(messages, "message")}, ${count(frames, "frame")}, ${noAck} not acknowledged`;
    const text = `${this.#stamp()}  - ${mac}  after ${(time - since).toFixed(1)} s: ${sum}`;
    const record = { event: "off", time, mac, since, messages, frames, acked, noAck };
    this.#output.print(this.#output.paint("dim", text), record);
  }

  /** Seconds since the air is hosted here. */
  #at(ms: number): number {
    return toSeconds(ms - this.#startMs);
  }

  #stamp(): string {
    return seconds(this.#air.clock.now() - this.#startMs);
  }
}
