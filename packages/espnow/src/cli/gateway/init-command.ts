// cli/gateway: What belongs to `espnow gateway` beside running one: a new configuration, and the unit of systemd. It
// never writes over a file.

import { createInterface } from "node:readline";
import type { Command } from "commander";
import { thisMachine } from "../doctor/machine.ts";
import { theseSerialPorts } from "../doctor/serial.ts";
import { type CommandOptions, withContext } from "../process/command.ts";
import { messageOf, UsageError } from "../process/explain.ts";
import type { Context, Host } from "../process/host.ts";
import { askForConfig, findRadios, refuseToOverwrite, writeNewFile } from "./new-config.ts";

const CONFIG = "gateway.yaml";

/** Adds `init` to the command `gateway`, whose option `--config` names the file to write. */
export function addInitCommand(gateway: Command, host: Host): void {
  gateway
    .command("init")
    .description(`ask for a radio and a broker, and write a configuration to --config FILE (default: ${CONFIG})`)
    .action(() => {
      const options = gateway.opts<CommandOptions & { readonly config?: string }>();
      return withContext(host, options, (context) => init(options.config ?? CONFIG, host, context));
    });
}

async function init(file: string, host: Host, { output }: Context): Promise<number> {
  refuseToOverwrite(file);
  const { parseConfig } = await import("espnow-gateway/service");
  const radios = await findRadios(thisMachine, theseSerialPorts);
  writeNewFile(file, await questions(host, (ask) => askForConfig(radios, ask, parseConfig)));
  output.print(`wrote ${file}: espnow gateway --config ${file} starts a gateway with it`, { event: "written", file });
  return 0;
}

/** Runs `work` with a function that asks at the terminal, or reads answers line by line. */
async function questions(
  { stdin, stderr, signal }: Host,
  work: (ask: Parameters<typeof askForConfig>[1]) => Promise<string>,
): Promise<string> {
  if (stdin === undefined) throw new UsageError("there is no input to read answers from");
  const reader = createInterface({ input: stdin, terminal: false, signal });
  const lines = reader[Symbol.asyncIterator]();
  try {
    return await work(async (question, preset, check) => {
      for (;;) {
        stderr.write(`${question}${preset === "" ? "" : ` [${preset}]`}: `);
        const { value, done } = await lines.next();
        if (done === true) stderr.write("\n"); // the question is without an answer on its line
        if (signal.aborted) throw signal.reason;
        if (done === true)
          throw new UsageError("the input ended before all questions were answered: nothing was written");
        const answer = value.trim() || preset;
        try {
          check(answer);
          return answer;
        } catch (error) {
          stderr.write(`${messageOf(error)}\n`);
        }
      }
    });
  } finally {
    reader.close();
  }
}
