import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { airCommand } from "./commands/air.ts";
import { benchCommand } from "./commands/bench.ts";
import { boardCommand } from "./commands/board.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { echoCommand } from "./commands/echo.ts";
import { listenCommand } from "./commands/listen.ts";
import { pingCommand } from "./commands/ping.ts";
import { radiosCommand } from "./commands/radios.ts";
import { replCommand } from "./commands/repl.ts";
import { replayCommand } from "./commands/replay.ts";
import { runCommand } from "./commands/run.ts";
import { scanCommand } from "./commands/scan.ts";
import { sendCommand } from "./commands/send.ts";
import { sniffCommand } from "./commands/sniff.ts";
import { wiresharkPluginCommand } from "./commands/wireshark-plugin.ts";
import { type Host, UsageError } from "./process/host.ts";

/** Exit codes. docs/cli.md tells them. */
const FAILED = 1;
const WRONG_ARGUMENTS = 2;

const COMMANDS = [
  radiosCommand,
  listenCommand,
  sendCommand,
  pingCommand,
  echoCommand,
  sniffCommand,
  replayCommand,
  scanCommand,
  benchCommand,
  runCommand,
  replCommand,
  airCommand,
  doctorCommand,
  boardCommand,
  wiresharkPluginCommand,
];

/** The command line `args` (without the program's name), run. Returns the exit code. */
export async function run(args: readonly string[], host: Host): Promise<number> {
  try {
    await program(host).parseAsync([...args], { from: "user" });
    return host.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_ARGUMENTS;
    if (error instanceof UsageError) {
      host.stderr.write(complaint(error.message));
      return WRONG_ARGUMENTS;
    }
    host.stderr.write(complaint(messageOf(error)));
    return FAILED;
  }
}

function program(host: Host): Command {
  const espnow = new Command("espnow")
    .description("ESP-NOW from the command line: on a simulated air, a Linux Wi-Fi card, or a board")
    .version(version())
    .helpCommand(false);
  for (const create of COMMANDS) espnow.addCommand(create(host));
  for (const command of [espnow, ...espnow.commands, ...espnow.commands.flatMap(({ commands }) => commands)]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      writeErr: (text) => void host.stderr.write(text),
      outputError: (text, write) => write(complaint(text.replace(/^error: /, ""))),
    });
  }
  return espnow;
}

/** One line, whatever is said. */
function complaint(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return `espnow: ${lines.filter((line) => line !== "").join(" ")}\n`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return String(version);
}
