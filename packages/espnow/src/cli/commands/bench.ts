import { openRadio, type Radio } from "aioespnow";
import type { Command } from "commander";
import { parseRate, wholeNumber } from "../arguments.ts";
import { count as counted, milliseconds, rateName, toSeconds } from "../output/format.ts";
import type { Output } from "../output/output.ts";
import { round } from "../output/report-line.ts";
import { bar, histogram, percentile, summarize } from "../output/statistics.ts";
import { openOrExplain } from "../process/explain.ts";
import type { Context, Host } from "../process/host.ts";
import { measureLatency, measureThroughput, type Throughput } from "../radio/measurement.ts";
import { type RadioOptions, withRadio, withSender } from "../radio/radio-command.ts";
import { checkLength, type Station, startStation } from "../radio/station.ts";

const DEFAULT_COUNT = 500;
const DEFAULT_SIZE = 250;
const PROGRESS_WIDTH = 30;

export interface BenchOptions {
  /** Messages in each of the two runs. */
  readonly count?: number;
  /** Bytes of each. */
  readonly size?: number;
}

export function benchCommand(command: Command, host: Host): void {
  withRadio(command, host)
    .option("--peer <url>", "radio that receives (default: a second one of --radio)")
    .option("--count <number>", `messages in each run (default: ${DEFAULT_COUNT})`, wholeNumber(1, 1_000_000))
    .option("--size <bytes>", `length of each message (default: ${DEFAULT_SIZE})`, wholeNumber(1, 1470))
    .option("--rate <name>", "bit rate, such as 1M or 54M", parseRate)
    .action((options: RadioOptions & BenchOptions & { readonly peer?: string }) =>
      withSender(host, options, async (sender, context) => {
        const url = options.peer ?? options.radio;
        const radio = await openOrExplain<Radio>(openRadio, url, {}, options.peer === undefined ? "--radio" : "--peer");
        try {
          return await bench(sender, startStation(radio, options), options, context);
        } finally {
          await radio[Symbol.asyncDispose]();
        }
      }),
    );
}

/** Returns 1 if nothing arrived. */
export async function bench(
  sender: Station,
  receiver: Station,
  { count = DEFAULT_COUNT, size = DEFAULT_SIZE }: BenchOptions,
  { output, signal }: Context,
): Promise<number> {
  checkLength(sender, size);
  sender.espnow.addPeer(receiver.radio.address(0));
  const onProgress = (done: number): void => output.progress(progressBar(done, count));
  const run = { sender, receiver, count, size, signal, onProgress };
  const what = `${counted(count, "message")} of ${counted(size, "byte")} at ${rateName(sender.radio.rate)}`;

  output.print(`${what}, one after another:`);
  const times = await measureLatency(run);
  output.progress("");
  printLatency(output, times, count);
  if (signal.aborted) return times.length > 0 ? 0 : 1;
  output.print(`${what}, as fast as the radio takes them:`);
  const throughput = await measureThroughput(run);
  output.progress("");
  printThroughput(output, throughput, size);
  return throughput.received > 0 ? 0 : 1;
}

function progressBar(done: number, count: number): string {
  return `[${bar(done / count, PROGRESS_WIDTH).padEnd(PROGRESS_WIDTH)}] ${Math.floor((100 * done) / count)} %`;
}

function printLatency(output: Output, times: readonly number[], count: number): void {
  if (times.length === 0) {
    output.print("  nothing was acknowledged", { run: "latency", count, acknowledged: 0 });
    return;
  }
  const { min, avg, max, stddev } = summarize(times);
  const p99 = percentile(times, 0.99);
  const record = { min: round(min), avg: round(avg), max: round(max), stddev: round(stddev), p99: round(p99) };
  for (const line of histogram(times)) output.print(`  ${line}`);
  const figures = [min, avg, max, stddev, p99].map(milliseconds).join(" / ");
  output.print(`  ${times.length} acknowledged; min/avg/max/stddev/p99 = ${figures}`, {
    run: "latency",
    count,
    acknowledged: times.length,
    ...record,
  });
}

function printThroughput(output: Output, { sent, received, seconds }: Throughput, size: number): void {
  const perSecond = seconds === 0 ? 0 : Math.round(received / seconds);
  const kbps = Math.round((8 * size * perSecond) / 1000);
  const text = `  ${received} of ${sent} arrived in ${seconds.toFixed(2)} s: ${perSecond} messages/s, ${kbps} kbit/s`;
  output.print(text, { run: "throughput", sent, received, seconds: toSeconds(1000 * seconds), perSecond, kbps });
}
