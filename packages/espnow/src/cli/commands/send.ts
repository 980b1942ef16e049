import { readFileSync } from "node:fs";
import { type MacAddress, sleep } from "aioespnow";
import type { Command } from "commander";
import { parseHex, parseKey, parseMac, parsePositive, parseRate, wholeNumber } from "../arguments.ts";
import { describeReport, reportRecord } from "../output/report-line.ts";
import { UsageError } from "../process/explain.ts";
import { type Context, type Host, untilStopped } from "../process/host.ts";
import { withFile } from "../process/system-message.ts";
import { type RadioOptions, withRadio, withStation } from "../radio/radio-command.ts";
import { type Station, sendTimed } from "../radio/station.ts";

export interface SendOptions {
  readonly repeat?: number;
  /** Seconds from one to the next. */
  readonly every?: number;
  /** The peer's local master key. */
  readonly encrypt?: Uint8Array;
}

interface Sources {
  readonly hex?: Uint8Array;
  readonly file?: string;
}

export function sendCommand(command: Command, host: Host): void {
  withRadio(command, host)
    .argument("<mac>", 'whom to, or "broadcast"', parseMac)
    .argument("[text]", "the message")
    .option("--hex <digits>", "the message in hexadecimal", parseHex)
    .option("--file <name>", "the message is what is in this file")
    .option("--repeat <number>", "how often", wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option("--every <seconds>", "from one to the next (default: 1)", parsePositive)
    .option("--encrypt <lmk>", "encrypt with this local master key", parseKey)
    .option("--pmk <key>", "the primary master key", parseKey)
    .option("--rate <name>", "the bit rate, such as 1M or 54M", parseRate)
    .action((peer: MacAddress, text: string | undefined, options: RadioOptions & SendOptions & Sources) => {
      const data = messageOf(text, options);
      return withStation(host, options, (station, context) => send(station, peer, data, options, context));
    });
}

/** Returns 1 unless every message was acknowledged, or could not be. */
export async function send(
  station: Station,
  peer: MacAddress,
  data: Uint8Array,
  options: SendOptions,
  { output, signal }: Context,
): Promise<number> {
  const { radio, espnow } = station;
  const { repeat = 1, every = 1, encrypt } = options;
  const { maxDataLength } = radio.capabilities;
  if (data.length < 1 || data.length > maxDataLength) {
    throw new UsageError(`a message has 1 to ${maxDataLength} bytes, not ${data.length}`);
  }
  espnow.addPeer(peer, encrypt === undefined ? {} : { lmk: encrypt });
  let lost = 0;
  const work = async (): Promise<void> => {
    for (let i = 0; i < repeat; i++) {
      if (i > 0) await sleep(every * 1000, { signal, radio });
      const [report, took] = await sendTimed(station, peer, data, signal);
      if (report.status === "no-ack" || report.status === "failed") lost++;
      output.print(`${peer}: ${describeReport(output, report, took)}`, { peer, ...reportRecord(report, took) });
    }
  };
  await untilStopped(signal, work());
  return lost === 0 ? 0 : 1;
}

function messageOf(text: string | undefined, { hex, file }: Sources): Uint8Array {
  if ([text, hex, file].filter((source) => source !== undefined).length !== 1) {
    throw new UsageError("give the message as TEXT, with --hex or with --file, one of them");
  }
  if (file !== undefined) return Uint8Array.from(withFile("read", file, () => readFileSync(file)));
  return hex ?? new TextEncoder().encode(text);
}
