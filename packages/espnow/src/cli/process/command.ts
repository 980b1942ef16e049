// cli/process: The process as a command sees it: streams, signals, keyboard, exit codes, and errors in words. Commands
// are functions of it, so that tests run them without a process.

import type { Command } from "commander";
import { count } from "../output/format.ts";
import { Output } from "../output/output.ts";
import type { Context, Host } from "./host.ts";

/** Adds arguments, options and the action of a command to `command`, which has its name and description already. */
export type Configure = (command: Command, host: Host) => void;

/** The option that every command has. */
export interface CommandOptions {
  readonly json?: boolean;
}

/** Adds the options of `CommandOptions`. */
export function withJson(command: Command): Command {
  return command.option("--json", "print a JSON object per line");
}

/** Runs `work` and keeps its exit code. That the signal stopped it is no failure. */
export async function withContext(
  host: Host,
  { json }: CommandOptions,
  work: (context: Context) => Promise<number>,
): Promise<void> {
  const output = new Output(host.stdout, host.stderr, { json, noColor: (host.env["NO_COLOR"] ?? "") !== "" });
  const { signal } = host;
  try {
    host.exitCode = await work({ output, signal });
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  }
  if (output.dropped > 0) {
    output.remark(`note: dropped ${count(output.dropped, "line")}: the reader of the output is too slow`);
  }
}
