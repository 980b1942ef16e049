import type { Readable } from "node:stream";
import { openPhy, openRadio, type Phy, type Radio, type RadioState } from "aioespnow";
import { Command, Option } from "commander";
import { parseChannel } from "../arguments.ts";
import { Output, type Sink } from "../output/output.ts";
import { type Station, type StationOptions, startStation } from "../radio/station.ts";

/** What a command is given beside its arguments. */
export interface Context {
  readonly output: Output;
  /** Aborted by Ctrl-C, and when nobody reads the output any more. */
  readonly signal: AbortSignal;
}

/** The input of a process: a terminal, or a pipe. */
export interface Keyboard extends Readable {
  readonly isTTY?: boolean;
  /** Of a terminal: every key is a byte, also Ctrl-C. */
  setRawMode?(isRaw: boolean): unknown;
}

/** The process that runs a command. */
export interface Host {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin?: Keyboard;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** What the command ended with: 0, or 1 if it did not do what was asked. */
  exitCode: number;
}

/** Arguments that are wrong together, or that only the radio could tell were wrong. */
export class UsageError extends Error {}

/** Why `signal` is aborted where a program that runs here is not asked: nobody reads the output, or the process has to go. */
export class EndAtOnce extends Error {}

/** The options that every command on a radio has. */
export interface RadioOptions extends StationOptions {
  readonly radio: string;
  readonly json?: boolean;
}

/** A command on a radio, with the options that all of those have. */
export function radioCommand(name: string, description: string): Command {
  const radio = new Option("--radio <url>", "sim:, air:, linux:wlan1, board:PORT, replay:FILE")
    .env("ESPNOW_RADIO")
    .default("air:");
  return localCommand(name, description)
    .addOption(radio)
    .option("--channel <number>", "the channel to be on, 1 to 14", parseChannel);
}

/** A command that needs no radio. */
export function localCommand(name: string, description: string): Command {
  return new Command(name).description(description).option("--json", "print a JSON object per line");
}

/** Runs `work` and keeps its exit code. */
export async function withContext(
  host: Host,
  { json }: { readonly json?: boolean },
  work: (context: Context) => Promise<number>,
): Promise<void> {
  const output = new Output(host.stdout, host.stderr, { json, noColor: (host.env["NO_COLOR"] ?? "") !== "" });
  host.exitCode = await work({ output, signal: host.signal });
}

/** Runs `work` with a station on the radio that the options name. */
export function withStation(
  host: Host,
  options: RadioOptions,
  work: (station: Station, context: Context) => Promise<number>,
): Promise<void> {
  return withContext(host, options, async (context) => {
    const radio = await openOrExplain<Radio>(openRadio, options.radio, host.env);
    try {
      const station = startOrExplain(radio, options);
      station.espnow.onState((state) => tellState(context.output, state));
      return await work(station, context);
    } finally {
      await radio[Symbol.asyncDispose]();
    }
  });
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
    try {
      if (options.channel !== undefined) phy.setChannel(options.channel);
      return await work(phy, context);
    } finally {
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

/** A URL that means nothing is a wrong argument, or a wrong ESPNOW_RADIO where the command reads that (`env`). */
export async function openOrExplain<T>(
  opener: (url: string) => Promise<T>,
  url: string,
  env: Host["env"] = {},
): Promise<T> {
  try {
    return await opener(url);
  } catch (error) {
    const source = env["ESPNOW_RADIO"] === url ? "the environment variable ESPNOW_RADIO" : "--radio";
    throw error instanceof RangeError ? new UsageError(`${source}: ${error.message}`) : error;
  }
}

/** So is a channel or rate that the radio does not have. */
function startOrExplain(radio: Radio, options: RadioOptions): Station {
  try {
    return startStation(radio, options);
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}
