import type { Command } from "commander";
import { withContext, withJson } from "../process/command.ts";
import { UsageError } from "../process/explain.ts";
import type { Context, Host } from "../process/host.ts";

interface HardwareOptions {
  readonly schema?: boolean;
  readonly json?: boolean;
}

export function hardwareCommand(command: Command, host: Host): void {
  withJson(command)
    .argument("[device]", "a kind of device, such as bme280: shows its settings")
    .option("--schema", "print the JSON schema of hardware files")
    .action((device: string | undefined, options: HardwareOptions) =>
      withContext(host, options, (context) => hardware(device, options, context)),
    );
}

async function hardware(
  device: string | undefined,
  { schema = false }: HardwareOptions,
  { output }: Context,
): Promise<number> {
  const { DEVICE_KINDS, hardwareSchema, settingsOf } = await import("espnow-micropython/hardware");
  if (schema) {
    output.write(`${JSON.stringify(hardwareSchema(), undefined, 2)}\n`);
    return 0;
  }
  if (device === undefined) {
    for (const { name, title } of DEVICE_KINDS) output.print(`${name.padEnd(14)} ${title}`, { device: name, title });
    return 0;
  }
  const kind = DEVICE_KINDS.find(({ name }) => name === device);
  if (kind === undefined) {
    throw new UsageError(
      `there is no device "${device}"; there are ${DEVICE_KINDS.map(({ name }) => name).join(", ")}`,
    );
  }
  output.print(`${kind.title}\nsource: ${kind.source}`);
  for (const { name, description, isReading } of settingsOf(kind)) {
    const text = `  ${name.padEnd(12)} ${description}${isReading ? " (a script can set it)" : ""}`;
    output.print(text, { device, setting: name, description, reading: isReading });
  }
  return 0;
}
