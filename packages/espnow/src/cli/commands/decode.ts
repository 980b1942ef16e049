import { existsSync, readFileSync } from "node:fs";
import { type MacAddress, toMac } from "aioespnow";
import type { Command } from "commander";
import { parseStation } from "../arguments.ts";
import { type CaptureCounts, capturedMessages } from "../decoding/captured-messages.ts";
import { type DecoderSecretOptions, withDecoderSecretsOf } from "../decoding/decoder-secrets.ts";
import {
  type DecoderOptions,
  type MessageDecoder,
  messageDecoder,
  readingLine,
  readingRecord,
  withDecoderOptions,
} from "../decoding/message-decoder.ts";
import { count, seconds, toSeconds } from "../output/format.ts";
import { type CommandOptions, withContext, withJson } from "../process/command.ts";
import { UsageError } from "../process/explain.ts";
import type { Context, Host } from "../process/host.ts";

export interface DecodeOptions extends DecoderOptions {
  /** Whose message it is: some formats encrypt with their address. */
  readonly source?: MacAddress;
}

/** Where nobody says whose message it is. */
const UNKNOWN_SOURCE = toMac("00:00:00:00:00:00");

export function decodeCommand(command: Command, host: Host): void {
  withDecoderOptions(withJson(command))
    .argument("<message>", "hexadecimal digits, or a pcap or pcapng capture")
    .option("--format <name>", "json, bthome, esphome, struct, ...; left out: what the message looks like")
    .option("--source <mac>", "whose message it is", parseStation)
    .action(
      async (message: string, words: CommandOptions & Omit<DecodeOptions, "key" | "group"> & DecoderSecretOptions) => {
        await withContext(host, words, async (context) => {
          return decode(message, await withDecoderSecretsOf(words, host), context);
        });
      },
    );
}

/** Returns 1 if nothing could be decoded. */
export async function decode(message: string, options: DecodeOptions, context: Context): Promise<number> {
  const decoder = await messageDecoder(options, (line) => context.output.remark(line));
  if (existsSync(message)) return decodeCapture(message, decoder, options, context);
  const digits = message.replaceAll(/[\s:]/g, "");
  if (!/^([0-9a-f]{2})+$/i.test(digits)) {
    throw new UsageError(`${message} is neither a file nor an even number of hexadecimal digits`);
  }
  const reading = decoder(Uint8Array.from(Buffer.from(digits, "hex")), options.source ?? UNKNOWN_SOURCE);
  if (reading === undefined) {
    context.output.printError("it looks like no format; --format names one", { format: null });
    return 1;
  }
  context.output.print(readingLine(reading), readingRecord(reading));
  return "reason" in reading.result ? 1 : 0;
}

function decodeCapture(
  file: string,
  decoder: MessageDecoder,
  { source: only }: DecodeOptions,
  { output, signal }: Context,
): number {
  const counts: CaptureCounts = { encrypted: 0, others: 0, leftOut: [] };
  let messages = 0;
  let decoded = 0;
  for (const { timeMs, source, destination, data } of capturedMessages(file, readFileSync(file), counts)) {
    if (signal.aborted) break;
    if (only !== undefined && source !== only) continue;
    messages++;
    const reading = decoder(data, source);
    if (reading !== undefined && !("reason" in reading.result)) decoded++;
    const line = reading === undefined ? "looks like no format" : readingLine(reading);
    const record = reading === undefined ? { format: null } : readingRecord(reading);
    output.print(`${seconds(timeMs)}  ${source} > ${destination}  ${line}`, {
      time: toSeconds(timeMs),
      source,
      destination,
      hex: Buffer.from(data).toString("hex"),
      ...record,
    });
  }
  const rest = `${counts.encrypted} encrypted, ${counts.others} not of ESP-NOW`;
  output.remark(`${count(messages, "message")}, ${decoded} decoded; ${rest}`);
  for (const sentence of counts.leftOut) output.remark(sentence);
  return decoded > 0 ? 0 : 1;
}
