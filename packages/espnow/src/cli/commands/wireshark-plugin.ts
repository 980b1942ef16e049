import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { withContext, withJson } from "../process/command.ts";
import type { Context, Host } from "../process/host.ts";

const FILE_NAME = "espnow.lua";
const PLUGIN = new URL(`../../../wireshark/${FILE_NAME}`, import.meta.url);

export function wiresharkPluginCommand(command: Command, host: Host): void {
  withJson(command)
    .option("--install [folder]", "write it into Wireshark's folder for Lua plugins")
    .action((options: { readonly json?: boolean; readonly install?: string | true }) =>
      withContext(host, options, (context) => wiresharkPlugin(options, context)),
    );
}

async function wiresharkPlugin(
  { install }: { readonly install?: string | true },
  { output }: Context,
): Promise<number> {
  const script = readFileSync(PLUGIN, "utf8");
  if (install === undefined) {
    output.write(script);
    return 0;
  }
  const folder = install === true ? pluginFolder(process.platform, process.env) : install;
  mkdirSync(folder, { recursive: true });
  const file = join(folder, FILE_NAME);
  writeFileSync(file, script);
  output.print(`installed as ${file}`, { file });
  return 0;
}

/** The folder for a user's Lua plugins (Wireshark User's Guide, "Plugin folders"). */
export function pluginFolder(platform: NodeJS.Platform, env: Readonly<NodeJS.ProcessEnv>): string {
  const appData = env["APPDATA"];
  if (platform === "win32" && appData !== undefined) return join(appData, "Wireshark", "plugins");
  return join(homedir(), ".local", "lib", "wireshark", "plugins");
}
