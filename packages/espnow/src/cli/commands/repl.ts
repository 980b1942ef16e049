import { statSync } from "node:fs";
import type { MacAddress } from "aioespnow";
import type { Command } from "commander";
import type { AccessPoint, BoardName, ComputerNetwork, EspNowName, ProgramSource } from "espnow-micropython";
import { Program } from "espnow-micropython";
import { openBoardRadio } from "espnow-micropython/command";
import { oneOf, type Place, parsePlace } from "../arguments.ts";
import { BoardServer } from "../boards/board-server.ts";
import { parseAccessPoint, parseBoard, parseBoardAddress } from "../boards/board-settings.ts";
import { type NetworkOptions, ofNetwork, openNetwork, withNetwork } from "../boards/network-options.ts";
import { SavedFiles } from "../boards/saved-files.ts";
import { Terminal } from "../boards/terminal.ts";
import { withContext, withJson } from "../process/command.ts";
import { openOrExplain } from "../process/explain.ts";
import { type Context, type Host, stopped } from "../process/host.ts";
import { userPacketNumbers } from "../radio/packet-numbers.ts";
import { radioOption } from "../radio/radio-command.ts";

interface ReplOptions extends NetworkOptions {
  readonly radio: string;
  readonly mac?: MacAddress;
  readonly board: BoardName;
  readonly espnow: EspNowName;
  readonly accessPoint?: AccessPoint;
  readonly listen?: Place;
  readonly save?: string;
}

export function replCommand(command: Command, host: Host): void {
  withNetwork(withJson(command))
    .argument(
      "[path]",
      "a program to run first, whose folder is the board's; or a folder with main.py (default: empty)",
    )
    .addOption(radioOption(host.env, "air:, sim: or linux:wlan1"))
    .option("--mac <mac>", "the board's address", parseBoardAddress)
    .option("--access-point <ssid:password@channel>", "the access point in reach of it", parseAccessPoint)
    .option("--board <name>", "model: esp32 or esp8266", parseBoard, "esp32")
    .option("--espnow <version>", "version of ESP-NOW: v2, or v1 (messages up to 250 bytes)", oneOf("v1", "v2"), "v2")
    .option(
      "--listen <place>",
      "be there for tools, one at a time, in place of the terminal: a Unix socket (./board.sock) or HOST:PORT",
      parsePlace,
    )
    .option("--save <folder>", "keep the files that are written on the board")
    .action((path: string | undefined, options: ReplOptions & { readonly json?: boolean }) =>
      withContext(host, options, (context) => repl(programOf(path), options, context, host)),
    );
}

async function repl(program: ProgramSource, options: ReplOptions, context: Context, host: Host): Promise<number> {
  const { mac, board, espnow, accessPoint, listen, save } = options;
  const station = { mac, board, espnow, packetNumbers: userPacketNumbers(host.env) };
  const radio = await openOrExplain((url) => openBoardRadio(url, station), options.radio, host.env);
  let network: ComputerNetwork | undefined;
  try {
    network = await openNetwork(options, context.output);
    await using running = new Program(radio, {
      ...program,
      board,
      espnow,
      ...(accessPoint === undefined ? {} : { accessPoint }),
      ...ofNetwork(network, options),
      repl: true,
    });
    const saved = save === undefined ? undefined : new SavedFiles(save);
    saved?.add(running);
    const address = radio.address(0);
    if (listen === undefined) await new Terminal(host, context).talk(running, `a board with the address ${address}`);
    else await serve(running, listen, address, context);
    saved?.save();
    return 0;
  } finally {
    await network?.[Symbol.asyncDispose]();
    await radio[Symbol.asyncDispose]();
  }
}

async function serve(board: Program, listen: Place, address: MacAddress, { output, signal }: Context): Promise<void> {
  const told = new Set<string>();
  await using server = await BoardServer.open(board, listen, (because) => {
    if (told.has(because)) return; // a page may try again and again
    told.add(because);
    output.remark(`refused a connection that began with ${because}: only a terminal may type at the board`);
  });
  const place = "path" in listen ? listen.path : `${server.address?.address}:${server.address?.port}`;
  if (server.address !== undefined && !isLoopback(server.address.address))
    output.remark(`anybody on the network who reaches ${place} can type at the board, without a password`);
  output.print(`listening on ${place}: a board with the address ${address}`, { listening: place, address });
  await stopped(signal);
}

function isLoopback(address: string): boolean {
  return /^(?:::ffff:)?127\.|^::1$/.test(address);
}

function programOf(path: string | undefined): ProgramSource {
  if (path === undefined) return { source: "" };
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? { folder: path } : { file: path };
}
