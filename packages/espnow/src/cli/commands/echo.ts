import type { MacAddress } from "aioespnow";
import type { Command } from "commander";
import { collectStations, wholeNumber } from "../arguments.ts";
import { printMessage } from "../output/message-line.ts";
import { Timeline } from "../output/timeline.ts";
import { type Context, type Host, untilStopped } from "../process/host.ts";
import { type KeyOptions, withKeys, withStationKeys } from "../radio/keys.ts";
import { type RadioOptions, refuseCapture, withListener, withRadio } from "../radio/radio-command.ts";
import { ensurePeer, type Station, sendTimed } from "../radio/station.ts";

export interface EchoOptions {
  /** Stop after this number of messages. */
  readonly count?: number;
  /** Whose messages are sent back. Left out: everybody's. */
  readonly from?: readonly MacAddress[];
  /** The key of those in `from`. */
  readonly lmk?: Uint8Array;
}

export function echoCommand(command: Command, host: Host): void {
  withKeys(withRadio(command, host), "--lmk", "the local master key of the stations in --from")
    .option("--from <mac>", "only messages of this station (may be repeated)", collectStations)
    .option("--count <number>", "stop after this number of messages", wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .action(async (words: Omit<RadioOptions & EchoOptions, "lmk" | "pmk"> & KeyOptions) => {
      refuseCapture(words.radio);
      const options = await withStationKeys(words, host);
      await withListener(host, options, (station, context) => echo(station, options, context));
    });
}

/** The echo server of MicroPython's aioespnow document. */
export async function echo(
  station: Station,
  { count = Number.POSITIVE_INFINITY, from, lmk }: EchoOptions,
  { output, signal }: Context,
): Promise<number> {
  const { radio, espnow } = station;
  output.remark(`echo server ${radio.address(0)} on channel ${radio.channel}`);
  if (lmk !== undefined) for (const mac of from ?? []) espnow.addPeer(mac, { lmk });
  const times = new Timeline(radio.clock);
  let echoed = 0;
  const work = async (): Promise<void> => {
    for await (const packet of espnow.packets({ signal })) {
      if (from !== undefined && !from.includes(packet.source)) continue;
      printMessage(output, packet, { times });
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
