import { type MacAddress, sleep } from "aioespnow";
import { isGroup } from "aioespnow/codec";
import type { Command } from "commander";
import { parseMac, parsePositive, parseRate, wholeNumber } from "../arguments.ts";
import { count as counted, milliseconds, rateName } from "../output/format.ts";
import type { Output } from "../output/output.ts";
import { describeReport, reportRecord, round } from "../output/report-line.ts";
import { summarize } from "../output/statistics.ts";
import { type Context, type Host, untilStopped } from "../process/host.ts";
import { type RadioOptions, withRadio, withSender } from "../radio/radio-command.ts";
import { checkLength, type Station, sendTimed } from "../radio/station.ts";

const DEFAULT_SIZE = 32;

export interface PingOptions {
  /** Left out: until it is stopped. */
  readonly count?: number;
  /** Seconds from one to the next; 1 if left out. */
  readonly interval?: number;
  /** Bytes of each message. */
  readonly size?: number;
}

export function pingCommand(command: Command, host: Host): void {
  withRadio(command, host)
    .argument("<mac>", 'the address of the peer, or "broadcast"', parseMac)
    .option("--count <number>", "number of messages (default: until Ctrl-C)", wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option("--interval <seconds>", "time between two messages (default: 1)", parsePositive)
    .option("--size <bytes>", `length of each message (default: ${DEFAULT_SIZE})`, wholeNumber(1, 1470))
    .option("--rate <name>", "bit rate, such as 1M or 54M", parseRate)
    .action((peer: MacAddress, options: RadioOptions & PingOptions) =>
      withSender(host, options, (station, context) => ping(station, peer, options, context)),
    );
}

/** Returns 1 if nothing was acknowledged, though something could have been. */
export async function ping(
  station: Station,
  peer: MacAddress,
  { count = Number.POSITIVE_INFINITY, interval = 1, size = DEFAULT_SIZE }: PingOptions,
  { output, signal }: Context,
): Promise<number> {
  const { radio, espnow } = station;
  checkLength(station, size);
  espnow.addPeer(peer);
  const message = new Uint8Array(size);
  const times: number[] = [];
  let [sent, unknown] = [0, 0];
  const work = async (): Promise<void> => {
    while (sent < count) {
      if (sent > 0) await sleep(interval * 1000, { signal, radio });
      message[0] = ++sent;
      const [report, took] = await sendTimed(station, peer, message, signal);
      if (report.status === "acked") times.push(took);
      else if (report.status === "broadcast" || report.status === "unknown") unknown++;
      output.print(`seq=${sent} ${describeReport(output, report, took)}`, { seq: sent, ...reportRecord(report, took) });
    }
  };
  output.print(`ping ${peer}: ${counted(size, "byte")} at ${rateName(radio.rate)} on channel ${radio.channel}`);
  await untilStopped(signal, work());
  printSummary(output, peer, sent, unknown, times);
  return times.length + unknown > 0 ? 0 : 1;
}

/** @param unknown of how many nobody can tell whether they were heard: those to a group, and where the radio does not say. */
function printSummary(output: Output, peer: MacAddress, sent: number, unknown: number, times: readonly number[]): void {
  if (unknown > 0 && unknown === sent) {
    const what = isGroup(peer) ? " to all in reach" : "; this radio does not tell whether they were acknowledged";
    output.print(`--- ${peer}: ${sent} sent${what}`, { peer, sent, unknown });
    return;
  }
  const acknowledged = times.length;
  const told = sent - unknown;
  const loss = told === 0 ? 0 : Math.round((1000 * (told - acknowledged)) / told) / 10;
  const { min, avg, max, stddev } = summarize(times);
  const figures =
    acknowledged === 0 ? {} : { min: round(min), avg: round(avg), max: round(max), stddev: round(stddev) };
  const record = { peer, sent, acknowledged, loss, ...(unknown > 0 ? { unknown } : {}), ...figures };
  const rest = unknown > 0 ? ` (${unknown} that nothing is known of left out)` : "";
  output.print(`--- ${peer}: ${sent} sent, ${acknowledged} acknowledged, ${loss} % lost${rest}`, record);
  if (acknowledged > 0) {
    output.print(`min/avg/max/stddev = ${[min, avg, max, stddev].map(milliseconds).join(" / ")}`);
  }
}
