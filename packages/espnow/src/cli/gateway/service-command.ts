import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import type { Host } from "../process/host.ts";
import { hiddenPaths, systemdUnit } from "./systemd-unit.ts";

const CONFIG = "/etc/espnow/gateway.yaml";

/** Adds `service` to the command `gateway`, whose option `--config` names the configuration of the service. */
export function addServiceCommand(gateway: Command, host: Host): void {
  gateway
    .command("service")
    .description(`print a systemd unit for a gateway with --config FILE (default: ${CONFIG})`)
    .requiredOption("--print", "print it; installing it is up to you")
    .action(() => {
      const { config = CONFIG } = gateway.opts<{ readonly config?: string }>();
      const script = fileURLToPath(new URL("../../../bin/espnow.js", import.meta.url));
      const paths = { node: process.execPath, script, config: resolve(config) };
      host.stdout.write(systemdUnit(paths));
      for (const path of hiddenPaths(paths)) {
        host.stderr.write(`note: the service cannot read ${path}: move it out of ${folderOf(path)}\n`);
      }
    });
}

/** What it is in that a service does not see. */
function folderOf(path: string): string {
  return /^(\/var)?\/tmp(?=\/)/.exec(path)?.[0] ?? "the home folder";
}
