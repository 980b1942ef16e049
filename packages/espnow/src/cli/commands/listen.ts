import type { MacAddress } from "aioespnow";
import type { Command } from "commander";
import { collectStations, wholeNumber } from "../arguments.ts";
import { type DecoderSecretOptions, withDecoderSecretsOf } from "../decoding/decoder-secrets.ts";
import {
  type DecoderOptions,
  type MessageDecoder,
  messageDecoder,
  withDecoderOptions,
} from "../decoding/message-decoder.ts";
import { tellUnread } from "../output/left-out.ts";
import { printMessage } from "../output/message-line.ts";
import { Timeline } from "../output/timeline.ts";
import { type Context, type Host, untilStopped } from "../process/host.ts";
import { type KeyOptions, withKeys, withStationKeys } from "../radio/keys.ts";
import { type RadioOptions, withListener, withRadio } from "../radio/radio-command.ts";
import type { Station } from "../radio/station.ts";

export interface ListenOptions extends Omit<DecoderOptions, "format"> {
  /** Whose messages are printed. Left out: everybody's. */
  readonly from?: readonly MacAddress[];
  /** Stop after this number of messages. */
  readonly count?: number;
  /** The key of those in `from`. */
  readonly lmk?: Uint8Array;
  readonly hex?: boolean;
  /** Prints what messages mean: by the format of this name, or (true) by the one that each looks like. */
  readonly decode?: string | true;
}

/** The options as they are on the command line. */
type ListenWords = Omit<RadioOptions & ListenOptions, "lmk" | "pmk" | "key" | "group"> &
  KeyOptions &
  DecoderSecretOptions;

export function listenCommand(command: Command, host: Host): void {
  withKeys(withDecoderOptions(withRadio(command, host)), "--lmk", "the local master key of the stations in --from")
    .option("--from <mac>", "only messages of this station (may be repeated)", collectStations)
    .option("--count <number>", "stop after this number of messages", wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option("--hex", "print messages in hexadecimal")
    .option("--decode [format]", "print what messages mean, by the format they look like or by this one")
    .action(async (words: ListenWords) => {
      const options = await withDecoderSecretsOf(await withStationKeys(words, host), host);
      await withListener(host, options, (station, context) => listen(station, options, context));
    });
}

export async function listen({ radio, espnow }: Station, options: ListenOptions, context: Context): Promise<number> {
  const { from, lmk, hex, count = Number.POSITIVE_INFINITY } = options;
  const { output, signal } = context;
  if (lmk !== undefined) for (const mac of from ?? []) espnow.addPeer(mac, { lmk });
  const reader = await readerOf(options, context);
  output.remark(`listening as ${radio.address(0)} on channel ${radio.channel}`);
  const times = new Timeline(radio.clock);
  let heard = 0;
  const work = async (): Promise<void> => {
    for await (const packet of espnow.packets({ signal })) {
      if (from !== undefined && !from.includes(packet.source)) continue;
      printMessage(output, packet, { times, asHex: hex, reading: reader?.(packet.data, packet.source) });
      if (++heard >= count) return;
    }
  };
  await untilStopped(signal, work());
  tellUnread(output, radio);
  return 0;
}

/** The decoders are loaded only where messages are decoded. */
async function readerOf(options: ListenOptions, { output }: Context): Promise<MessageDecoder | undefined> {
  const { decode, key, group, layout, fields, script } = options;
  const isAsked = [decode, key, group, layout, fields, script].some((option) => option !== undefined);
  if (!isAsked) return undefined;
  const asked = typeof decode === "string" ? { ...options, format: decode } : options;
  return messageDecoder(asked, (line) => output.remark(line));
}
