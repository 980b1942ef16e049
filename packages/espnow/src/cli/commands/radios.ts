import type { SerialPortInfo } from "aioespnow/board";
import type { Command } from "commander";
import { whyNot } from "../doctor/findings.ts";
import { inspectMachine, type Probe, thisMachine } from "../doctor/machine.ts";
import { type SerialProbe, theseSerialPorts } from "../doctor/serial.ts";
import { withContext, withJson } from "../process/command.ts";
import type { Context, Host } from "../process/host.ts";

const WITHOUT_HARDWARE = [
  { url: "air:", text: "a simulated air that the programs of this computer share" },
  { url: "sim:", text: "a simulated air of one process" },
  { url: "replay:FILE", text: "a capture as a radio, for listening" },
] as const;

interface RadiosOptions {
  readonly json?: boolean;
  readonly probe?: boolean;
}

export function radiosCommand(command: Command, host: Host): void {
  withJson(command)
    .option("--probe", "ask each board what it is; this interrupts the program that it runs")
    .action((options: RadiosOptions) =>
      withContext(host, options, (context) => radios(thisMachine, theseSerialPorts, context, options)),
    );
}

export async function radios(
  probe: Probe,
  serial: SerialProbe,
  { output }: Context,
  options: RadiosOptions = {},
): Promise<number> {
  for (const { url, text } of WITHOUT_HARDWARE) {
    output.print(`${url.padEnd(16)}${text}`, { url, usable: true });
  }
  const { interfaces } = await inspectMachine(probe);
  for (const wifi of interfaces) {
    const url = `linux:${wifi.name}`;
    const reason = whyNot(wifi)?.text;
    const acknowledges = wifi.phy?.activeMonitor === true;
    const text = reason === undefined ? `can monitor${acknowledges ? " and acknowledge" : ""}` : `no: ${reason}`;
    const record = {
      url,
      usable: reason === undefined,
      reason: reason ?? null,
      acknowledges,
      channels: wifi.phy?.channels ?? null,
    };
    output.print(`${url.padEnd(16)}${reason === undefined ? text : output.paint("dim", text)}`, record);
  }
  if (interfaces.length === 0) output.remark('no Wi-Fi interface was found; "espnow doctor" says more');
  await serialRadios(serial, output, options.probe === true);
  return 0;
}

async function serialRadios(serial: SerialProbe, output: Context["output"], ask: boolean): Promise<void> {
  const ports = await serial.list();
  if (typeof ports === "string") output.remark(`boards on serial ports: ${ports}`);
  else for (const port of ports) await serialRadio(port, serial, output, ask);
}

async function serialRadio(
  port: SerialPortInfo,
  serial: SerialProbe,
  output: Context["output"],
  ask: boolean,
): Promise<void> {
  const url = `board:${port.path}`;
  const name = [port.usbId, port.manufacturer].filter((part) => part !== undefined).join(" ");
  let reason = serial.refusal(port.path);
  let firmware: string | undefined;
  if (reason === undefined && ask) {
    const answer = await serial.ask(port.path);
    if (typeof answer === "string") reason = answer;
    else firmware = `${answer.firmware} on ${answer.machine || answer.platform}`;
  }
  const likely = port.isBoard
    ? `looks like a board (${name}); --probe asks it`
    : `a serial port (${name || "not on USB"})`;
  const text = reason === undefined ? (firmware ?? likely) : `no: ${reason}`;
  const record = {
    url,
    usable: reason === undefined,
    reason: reason ?? null,
    usbId: port.usbId ?? null,
    isBoard: port.isBoard,
    firmware: firmware ?? null,
  };
  output.print(`${url.padEnd(16)} ${reason === undefined ? text : output.paint("dim", text)}`, record);
}
