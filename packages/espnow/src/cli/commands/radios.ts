import type { Command } from "commander";
import { type Context, type Host, localCommand, withContext } from "../host.ts";
import { whyNot } from "../machine/findings.ts";
import { inspectMachine, type Probe, thisMachine } from "../machine/machine.ts";

const WITHOUT_HARDWARE = [
  { url: "air:", text: "a simulated air that the programs of this computer share" },
  { url: "sim:", text: "a simulated air of one process" },
  { url: "replay:FILE", text: "a capture as a radio, for listening" },
] as const;

export function radiosCommand(host: Host): Command {
  return localCommand("radios", "list the radios that could be used here").action(
    (options: { readonly json?: boolean }) => withContext(host, options, (context) => radios(thisMachine, context)),
  );
}

export async function radios(probe: Probe, { output }: Context): Promise<number> {
  for (const { url, text } of WITHOUT_HARDWARE) {
    output.print(`${url.padEnd(16)}${text}`, { url, usable: true });
  }
  const { interfaces } = await inspectMachine(probe);
  for (const wifi of interfaces) {
    const url = `linux:${wifi.name}`;
    const reason = whyNot(wifi)?.text;
    const acknowledges = wifi.phy?.activeMonitor === true;
    const text = reason === undefined ? `can monitor${acknowledges ? " and acknowledge" : ""}` : `no: ${reason}`;
    const record = { url, usable: reason === undefined, reason, acknowledges, channels: wifi.phy?.channels };
    output.print(`${url.padEnd(16)}${reason === undefined ? text : output.paint("dim", text)}`, record);
  }
  if (interfaces.length === 0) output.remark('no Wi-Fi interface was found; "espnow doctor" says more');
  return 0;
}
