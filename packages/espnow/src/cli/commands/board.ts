import { openRadio } from "aioespnow";
import { type BoardIdentity, boardLine, installAgentOn, removeAgentFrom } from "aioespnow/board";
import type { Command } from "commander";
import { wholeNumber } from "../arguments.ts";
import { typeAt } from "../boards/board-terminal.ts";
import { withContext, withJson } from "../process/command.ts";
import { UsageError } from "../process/explain.ts";
import { type Context, type Host, stopped } from "../process/host.ts";

const MAX_BAUD = 4_000_000;

interface BoardOptions {
  readonly json?: boolean;
  readonly baud?: number;
  readonly force?: boolean;
}

export function boardCommand(board: Command, host: Host): void {
  const add = (
    name: string,
    description: string,
    work: (port: string, options: BoardOptions, context: Context) => Promise<number>,
  ): Command => {
    return withJson(board.command(name).description(description))
      .argument("[port]", "/dev/ttyUSB0, COM3, tcp://host:port; default: the only board")
      .option("--baud <speed>", "speed of the serial line (default: 115200)", wholeNumber(300, MAX_BAUD))
      .action((port: string | undefined, options: BoardOptions) =>
        withContext(host, options, (context) => work((port ?? "").replace(/^board:/, ""), options, context)),
      );
  };
  add("info", "connect the board as a radio, and print what it is", info);
  add(
    "install-agent",
    "write the agent to the board as main.py: the board is then a radio whenever it has power",
    install,
  ).option("--force", "replace the main.py of another program");
  add("remove-agent", "remove that main.py", remove);
  add("repl", "type at its REPL; Ctrl-] leaves", (port, { baud }, context) => repl(lineTo(port, baud), context));
}

async function info(port: string, { baud }: BoardOptions, { output, signal }: Context): Promise<number> {
  const radio = await openRadio(`board:${port}${baud === undefined ? "" : `?baud=${baud}`}`, { signal });
  try {
    const { identity, capabilities } = radio;
    const stats = await Promise.race([radio.stats(), stopped(signal)]);
    const station = radio.address(0);
    const accessPoint = radio.address(1);
    const { maxDataLength, rssi } = capabilities;
    const version = maxDataLength > 250 ? "v2" : "v1";
    const lines = [
      describe(identity),
      `station ${station}, access point ${accessPoint}`,
      `ESP-NOW ${version}, messages of at most ${maxDataLength} bytes, ${rssi ? "with" : "without"} signal strength`,
      ...(!stats ? [] : [`memory: ${stats.memoryUsed} bytes used, ${stats.memoryFree} free, with the agent`]),
    ];
    output.print(lines.join("\n"), { ...identity, station, accessPoint, version, maxDataLength, rssi, ...stats });
    return 0;
  } finally {
    await radio[Symbol.asyncDispose]();
  }
}

async function install(
  port: string,
  { baud, force = false }: BoardOptions,
  { output, signal }: Context,
): Promise<number> {
  const identity = await installAgentOn(lineTo(port, baud), { force, signal });
  output.print(`the agent is its main.py now: reset it. ${describe(identity)}`, { ...identity, installed: true });
  return 0;
}

async function remove(port: string, { baud }: BoardOptions, { output, signal }: Context): Promise<number> {
  const identity = await removeAgentFrom(lineTo(port, baud), { signal });
  output.print(`the agent's main.py is gone. ${describe(identity)}`, { ...identity, installed: false });
  return 0;
}

async function repl(line: ReturnType<typeof lineTo>, { output, signal }: Context): Promise<number> {
  output.remark(`${line.name}: Ctrl-] ends it`);
  await typeAt(line, process.stdin, output, signal);
  return 0;
}

function lineTo(port: string, baud: number | undefined): ReturnType<typeof boardLine> {
  try {
    return boardLine(port, baud === undefined ? {} : { baud });
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  }
}

function describe(identity: BoardIdentity | undefined): string {
  if (identity === undefined) return "an agent was on it already";
  return `${identity.firmware} on ${identity.machine || identity.platform}`;
}
