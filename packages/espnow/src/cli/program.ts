import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { COMMANDS } from "./commands.ts";
import { LastingError, messageOf, UsageError } from "./process/explain.ts";
import type { Host } from "./process/host.ts";

/** Exit codes. docs/cli.md lists them. */
const FAILED = 1;
const WRONG_ARGUMENTS = 2;
const LASTING = 3;

/** Runs the command line `args`, without the program's name. Returns the exit code. */
export async function run(args: readonly string[], host: Host): Promise<number> {
  try {
    const words = helpAsOption(args);
    const espnow = await program(words, host);
    await espnow.parseAsync([...words], { from: "user" });
    return host.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : WRONG_ARGUMENTS;
    const { escapeText } = await import("./output/escape.ts");
    host.stderr.write(complaint(escapeText(messageOf(error))));
    if (error instanceof LastingError) return LASTING;
    return error instanceof UsageError ? WRONG_ARGUMENTS : FAILED;
  }
}

/** `help send` is `send --help`. An unknown command stays, for its error. */
function helpAsOption([first, ...rest]: readonly string[]): readonly string[] {
  if (first === undefined) return [];
  if (first !== "help") return [first, ...rest];
  const isKnown = rest.length === 0 || COMMANDS.some(({ name }) => name === rest[0]);
  return isKnown ? [...rest, "--help"] : rest;
}

/** The program, with the command that `args` name. Of the others only the name and the description are loaded. */
async function program(args: readonly string[], host: Host): Promise<Command> {
  const espnow = new Command("espnow")
    .description("ESP-NOW from the command line: on a simulated air, a Linux Wi-Fi card, or a board")
    .version(version())
    .addHelpText("after", '\n"espnow help COMMAND" shows the options of a command.')
    .helpCommand(false);
  const asked = args.find((word) => !word.startsWith("-"));
  for (const { name, description, load } of COMMANDS) {
    const command = espnow.command(name).description(description);
    if (name === asked) (await load())(command, host);
  }
  for (const command of [espnow, ...espnow.commands, ...espnow.commands.flatMap(({ commands }) => commands)]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => void host.stdout.write(text),
      writeErr: (text) => void host.stderr.write(text),
      outputError: (text, write) => write(complaint(`${text.replace(/^error: /, "")} ${hint(command, text)}`)),
    });
  }
  return espnow;
}

/** The address is a part of the radio, where a command has no option for it; a program has a command. */
function hint({ options }: Command, error: string): string {
  const [, program] = /unknown command '([^']*\.py)'/.exec(error) ?? [];
  if (program !== undefined) return `(espnow run ${program} runs a program)`;
  const isAddress = error.includes("unknown option '--mac'") && options.some(({ long }) => long === "--radio");
  return isAddress ? '(an address is a part of the radio: --radio "air:?mac=02:00:00:00:00:0b")' : "";
}

/** One line, whatever is said. */
function complaint(text: string): string {
  const lines = text.split("\n").map((line) => line.trim());
  return `espnow: ${lines.filter((line) => line !== "").join(" ")}\n`;
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  return String(version);
}
