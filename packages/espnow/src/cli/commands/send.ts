// cli/commands: One file for each command: it parses, calls and prints. A command is loaded when it is asked for, and
// what it needs is loaded with it: `send` loads no MicroPython.

import { readFileSync } from "node:fs";
import { PassThrough, type Readable } from "node:stream";
import { type MacAddress, type SendReport, sleep } from "aioespnow";
import { isGroup } from "aioespnow/codec";
import type { Command } from "commander";
import { parseHex, parseMac, parsePositive, parseRate, wholeNumber } from "../arguments.ts";
import { describeReport, reportRecord } from "../output/report-line.ts";
import { UsageError } from "../process/explain.ts";
import { type Context, type Host, untilStopped } from "../process/host.ts";
import { withFile } from "../process/system-message.ts";
import { type KeyOptions, withKeys, withKeysOf } from "../radio/keys.ts";
import { lineMessages } from "../radio/line-messages.ts";
import { type RadioOptions, withRadio, withSender } from "../radio/radio-command.ts";
import { checkLength, ensurePeer, lengthFault, type Station, sendTimed } from "../radio/station.ts";

export interface SendOptions {
  readonly repeat?: number;
  /** Seconds from one to the next. */
  readonly every?: number;
  /** The peers' local master key: messages to stations are encrypted. */
  readonly lmk?: Uint8Array;
}

interface SendArguments extends Omit<RadioOptions, "pmk">, Omit<SendOptions, "lmk">, KeyOptions {
  readonly encrypt?: Uint8Array | true;
  readonly hex?: Uint8Array;
  readonly file?: string;
  readonly lines?: true;
}

export function sendCommand(command: Command, host: Host): void {
  const radio = withRadio(command, host)
    .argument("[mac]", 'the address of the peer, or "broadcast"', parseMac)
    .argument("[text]", "the message")
    .option("--hex <digits>", "the message in hexadecimal", parseHex)
    .option("--file <name>", "send the content of this file; -: of the input")
    .option("--lines", "send each line of the input as a message; without <mac> lines are JSON (docs/cli.md)")
    .option("--repeat <number>", "number of times to send", wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option("--every <seconds>", "time between two messages (default: 1; with --lines: none)", parsePositive)
    .option("--rate <name>", "bit rate, such as 1M or 54M", parseRate);
  withKeys(radio, "--encrypt", "encrypt with this local master key").action(
    async (peer: MacAddress | undefined, text: string | undefined, options: SendArguments) => {
      checkTogether(peer, text, options);
      const { encrypt, ...others } = options;
      const settings = await withKeysOf(encrypt === undefined ? others : { ...others, lmk: encrypt }, host);
      const data = options.lines ? undefined : await messageOf(text, options, host);
      await withSender(host, settings, (station, context) =>
        data === undefined || peer === undefined
          ? sendLines(station, peer, inputOf(host), settings, context)
          : send(station, peer, data, settings, context),
      );
    },
  );
}

function checkTogether(peer: MacAddress | undefined, text: string | undefined, options: SendArguments): void {
  const { hex, file, lines, repeat, every, encrypt, lmkFile } = options;
  const sources = [text, hex, file, lines].filter((source) => source !== undefined).length;
  if (peer === undefined && !lines) throw new UsageError("missing required argument 'mac'");
  if (sources !== 1)
    throw new UsageError("give the message as TEXT, with --hex, with --file or with --lines, one of them");
  const isKeyGiven = encrypt !== undefined || lmkFile !== undefined;
  if (isKeyGiven && peer !== undefined && isGroup(peer)) throw new UsageError("a broadcast cannot be encrypted");
  if (lines && repeat !== undefined) throw new UsageError("--repeat has no effect with --lines");
  if (!lines && every !== undefined && repeat === undefined)
    throw new UsageError("--every has no effect without --repeat");
}

/** Returns 1 unless every message was acknowledged, or could not be. */
export async function send(
  station: Station,
  peer: MacAddress,
  data: Uint8Array,
  { repeat = 1, every = 1, lmk }: SendOptions,
  { output, signal }: Context,
): Promise<number> {
  const { radio, espnow } = station;
  checkLength(station, data.length);
  espnow.addPeer(peer, lmk === undefined || isGroup(peer) ? {} : { lmk });
  let lost = 0;
  const work = async (): Promise<void> => {
    for (let i = 0; i < repeat; i++) {
      if (i > 0) await sleep(every * 1000, { signal, radio });
      const [report, took] = await sendTimed(station, peer, data, signal);
      if (isLost(report)) lost++;
      output.print(`${peer}: ${describeReport(output, report, took)}`, { peer, ...reportRecord(report, took) });
    }
  };
  await untilStopped(signal, work());
  return lost === 0 ? 0 : 1;
}

/** Sends the messages of an input, one after another. Returns 1 unless all of them were sent as `send` wants it. */
export async function sendLines(
  station: Station,
  peer: MacAddress | undefined,
  input: Readable,
  { every, lmk }: SendOptions,
  { output, signal }: Context,
): Promise<number> {
  const { radio, espnow } = station;
  let [sent, lost] = [0, 0];
  const work = async (): Promise<void> => {
    for await (const message of lineMessages(input, peer)) {
      signal.throwIfAborted();
      const { line } = message;
      const fault = "fault" in message ? message.fault : lengthFault(station, message.data.length);
      if (fault !== undefined || "fault" in message) {
        lost++;
        output.printError(`line ${line}: ${fault}`, { line, status: "refused", error: fault });
        continue;
      }
      if (every !== undefined && sent++ > 0) await sleep(every * 1000, { signal, radio });
      ensurePeer(espnow, message.peer, lmk === undefined || isGroup(message.peer) ? {} : { lmk });
      const [report, took] = await sendTimed(station, message.peer, message.data, signal);
      if (isLost(report)) lost++;
      const record = { line, peer: message.peer, ...reportRecord(report, took) };
      output.print(`${message.peer}: ${describeReport(output, report, took)}`, record);
    }
  };
  const stopReading = (): void => void input.destroy();
  signal.addEventListener("abort", stopReading, { once: true });
  await untilStopped(signal, work()).catch((error) => {
    if (!signal.aborted) throw error; // the input, which was destroyed
  });
  return lost === 0 ? 0 : 1;
}

function isLost({ status }: SendReport): boolean {
  return status === "no-ack" || status === "failed";
}

async function messageOf(text: string | undefined, { hex, file }: SendArguments, host: Host): Promise<Uint8Array> {
  if (file === "-") return readAll(inputOf(host));
  if (file !== undefined) return Uint8Array.from(withFile("read", file, () => readFileSync(file)));
  return hex ?? new TextEncoder().encode(text);
}

function inputOf({ stdin }: Host): Readable {
  return stdin ?? new PassThrough().end();
}

/** What is more than any message needs not be read to its end. */
const MAX_INPUT_LENGTH = 65_536;

async function readAll(input: Readable): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > MAX_INPUT_LENGTH) break;
  }
  return Uint8Array.from(Buffer.concat(chunks));
}
