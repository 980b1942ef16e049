import type { Command } from "commander";
import { wholeNumber } from "../arguments.ts";
import { printMessage } from "../output/message-line.ts";
import { type Context, type Host, untilStopped } from "../process/host.ts";
import { type RadioOptions, withRadio, withStation } from "../radio/radio-command.ts";
import { ensurePeer, type Station, sendTimed } from "../radio/station.ts";

export interface EchoOptions {
  /** The end, after so many messages. */
  readonly count?: number;
}

export function echoCommand(command: Command, host: Host): void {
  withRadio(command, host)
    .option("--count <number>", "end after so many messages", wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .action((options: RadioOptions & EchoOptions) =>
      withStation(host, options, (station, context) => echo(station, options, context)),
    );
}

/** The echo server of MicroPython's aioespnow document. */
export async function echo(
  station: Station,
  { count = Number.POSITIVE_INFINITY }: EchoOptions,
  { output, signal }: Context,
): Promise<number> {
  const { radio, espnow } = station;
  output.remark(`echo server ${radio.address(0)} on channel ${radio.channel}`);
  let echoed = 0;
  const work = async (): Promise<void> => {
    for await (const packet of espnow.packets({ signal })) {
      printMessage(output, packet);
      if (packet.data.length > radio.capabilities.maxDataLength) {
        output.remark(`${packet.source} sent more bytes than this radio can send back`);
        continue;
      }
      ensurePeer(espnow, packet.source);
      const [{ status }] = await sendTimed(station, packet.source, packet.data, signal);
      if (status === "no-ack" || status === "failed") output.remark(`${packet.source} did not acknowledge the echo`);
      if (++echoed >= count) return;
    }
  };
  await untilStopped(signal, work());
  return 0;
}
