import type { MacAddress } from "aioespnow";
import type { Command } from "commander";
import { parseChannels, parseStation, wholeNumber } from "../arguments.ts";
import { count } from "../output/format.ts";
import { bar } from "../output/statistics.ts";
import { type Context, type Host, untilStopped } from "../process/host.ts";
import { type RadioOptions, withRadio, withSender } from "../radio/radio-command.ts";
import type { Station } from "../radio/station.ts";

const DEFAULT_CHANNELS = parseChannels("1-13");
const DEFAULT_PINGS = 5;

export interface ScanOptions {
  readonly channels?: readonly number[];
  /** Messages on each channel. */
  readonly pings?: number;
}

export function scanCommand(command: Command, host: Host): void {
  withRadio(command, host)
    .argument("<mac>", "the address to look for", parseStation)
    .option("--channels <list>", "where to look, such as 1-13 or 1,6,11 (default: 1-13)", parseChannels)
    .option("--pings <number>", `messages on each channel (default: ${DEFAULT_PINGS})`, wholeNumber(1, 1000))
    .action((peer: MacAddress, options: RadioOptions & ScanOptions) =>
      withSender(host, options, (station, context) => scan(station, peer, options, context)),
    );
}

/** Returns 1 if the station answers nowhere. */
export async function scan(
  { radio, espnow }: Station,
  peer: MacAddress,
  { channels = DEFAULT_CHANNELS, pings = DEFAULT_PINGS }: ScanOptions,
  { output, signal }: Context,
): Promise<number> {
  espnow.addPeer(peer);
  const answers = new Map<number, number>();
  const work = async (): Promise<void> => {
    for (const channel of channels) {
      radio.channel = channel;
      let acknowledged = 0;
      for (let i = 0; i < pings; i++) {
        const { status } = await espnow.asendReport(peer, "scan", { signal });
        if (status === "acked") acknowledged++;
      }
      answers.set(channel, acknowledged);
      const share = `${acknowledged}/${pings}`.padStart(5);
      output.print(`channel ${String(channel).padStart(2)} ${share} ${bar(acknowledged / pings, 20)}`.trimEnd(), {
        channel,
        pings,
        acknowledged,
      });
    }
  };
  await untilStopped(signal, work());
  const found = homeChannel(answers);
  const where = signal.aborted ? `on the ${count(answers.size, "channel")} asked so far` : "on any channel";
  output.print(found === undefined ? `${peer} did not answer ${where}` : `${peer} is on channel ${found}`, {
    peer,
    found: found ?? null,
  });
  return found === undefined ? 1 : 0;
}

/**
 * The channel of a station that answers on several: neighbouring channels overlap, so a strong signal is understood on
 * those beside its own. It is the middle of the longest run that answers; of two middles the one that answered more.
 */
export function homeChannel(answers: ReadonlyMap<number, number>): number | undefined {
  const runs: number[][] = [];
  for (const channel of [...answers.keys()].sort((a, b) => a - b)) {
    if (answers.get(channel) === 0) continue;
    const run = runs.at(-1);
    if (run?.at(-1) === channel - 1) run.push(channel);
    else runs.push([channel]);
  }
  const [longest = []] = runs.sort((a, b) => b.length - a.length);
  const middles = [longest[(longest.length - 1) >> 1], longest[longest.length >> 1]] as const;
  const [lower, upper] = middles.map((channel) => answers.get(channel ?? 0) ?? 0) as [number, number];
  return upper > lower ? middles[1] : middles[0];
}
