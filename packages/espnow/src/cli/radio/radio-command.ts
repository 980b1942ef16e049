// cli/radio: How commands get radios, keys and stations from their options. What was opened is closed, whatever
// happens. It knows no single command.

import { openPhy, openRadio, type Phy, type Radio, type RadioState } from "aioespnow";
import { type Command, Option } from "commander";
import { parseChannel } from "../arguments.ts";
import { tellLeftOut } from "../output/left-out.ts";
import type { Output } from "../output/output.ts";
import { type CommandOptions, withContext, withJson } from "../process/command.ts";
import { asUsage, openOrExplain, UsageError } from "../process/explain.ts";
import type { Context, Host } from "../process/host.ts";
import { remarkOnCompany } from "./company.ts";
import { userPacketNumbers } from "./packet-numbers.ts";
import { type Station, type StationOptions, startStation } from "./station.ts";

/** The options that every command on a radio has. */
export interface RadioOptions extends StationOptions, CommandOptions {
  readonly radio: string;
}

/** Adds the options of `RadioOptions`. `radios` are examples of URLs. */
export function withRadio(
  command: Command,
  { env }: Host,
  radios = "air:, sim:, linux:wlan1, board:PORT or replay:FILE",
): Command {
  return withJson(command)
    .addOption(radioOption(env, radios))
    .option("--channel <number>", "the channel to use, 1 to 14", parseChannel);
}

/** `--radio`. Without it the radio is the one that ESPNOW_RADIO names; an empty one is as good as none. */
export function radioOption(env: Host["env"], radios: string): Option {
  const url = env["ESPNOW_RADIO"] || "air:";
  return new Option("--radio <url>", radios).default(url, `${url}, set ESPNOW_RADIO to change it`);
}

/** @throws UsageError for the URL of a capture, for a command that sends. */
export function refuseCapture(url: string): void {
  if (url.startsWith("replay:")) throw new UsageError(`${url} is a capture, which cannot send: name another radio`);
}

/** Runs `work` with a station on the radio that the options name. */
export function withStation(
  host: Host,
  options: RadioOptions,
  work: (station: Station, context: Context) => Promise<number>,
): Promise<void> {
  return withContext(host, options, async (context) => {
    const packetNumbers = userPacketNumbers(host.env);
    const radio = await openOrExplain<Radio>(
      (url) => openRadio(url, { packetNumbers, signal: host.signal }),
      options.radio,
      host.env,
    );
    const endPacing = context.output.pace(radio.clock);
    try {
      // So is a channel or rate that the radio does not have.
      const station = await asUsage(() => startStation(radio, options));
      station.espnow.onState((state) => tellState(context.output, state));
      return await work(station, context);
    } finally {
      endPacing();
      await radio[Symbol.asyncDispose]();
    }
  });
}

/** The same for a command that hears: it says why it may be alone. */
export async function withListener(...[host, options, work]: Parameters<typeof withStation>): Promise<void> {
  await withStation(host, options, async (station, context) => {
    await remarkOnCompany(options.radio, context.output);
    return work(station, context);
  });
}

/** The same for a command that sends. */
export async function withSender(...[host, options, work]: Parameters<typeof withStation>): Promise<void> {
  refuseCapture(options.radio);
  await withStation(host, options, work);
}

/** Runs `work` with the medium of the radio that the options name, frames and all. */
export function withPhy(
  host: Host,
  options: RadioOptions,
  work: (phy: Phy, context: Context) => Promise<number>,
): Promise<void> {
  return withContext(host, options, async (context) => {
    const phy = await openOrExplain<Phy>(openPhy, options.radio, host.env);
    const release = phy.clock.keepAlive();
    const endPacing = context.output.pace(phy.clock);
    try {
      const { channel } = options;
      if (channel !== undefined) await asUsage(() => phy.setChannel(channel));
      const code = await work(phy, context);
      tellLeftOut(context.output, phy);
      return code;
    } finally {
      endPacing();
      release();
      await phy[Symbol.asyncDispose]();
    }
  });
}

/** What happens to a radio while a command waits for it. */
function tellState(output: Output, state: RadioState): void {
  if (state.state === "down") output.remark(`the radio is down: ${state.reason}`);
  else if (state.state === "up") output.remark("the radio is up again");
  else if (state.state === "refused") output.remark(`the radio refused something: ${state.error.message}`);
}
