import { DEFAULT_PMK, deriveTemporalKey, type Phy, type ReceivedFrame } from "aioespnow";
import { FrameExplainer, type FrameExplanation } from "aioespnow/inspect";
import type { ByteSink } from "aioespnow/pcap";
import { CapturePhy } from "aioespnow/phy";
import type { Command } from "commander";
import { parseChannels, wholeNumber } from "../arguments.ts";
import { CaptureFile } from "../output/capture-file.ts";
import { count as counted, signal as strength } from "../output/format.ts";
import { frameRecord } from "../output/frame-record.ts";
import type { Output } from "../output/output.ts";
import { Timeline } from "../output/timeline.ts";
import { UsageError } from "../process/explain.ts";
import type { Context, Host } from "../process/host.ts";
import { remarkOnCompany } from "../radio/company.ts";
import { type KeyListOptions, keyListsOf, withKeyLists } from "../radio/keys.ts";
import { hop, listenTo } from "../radio/listening.ts";
import { type RadioOptions, withPhy, withRadio } from "../radio/radio-command.ts";

const DEFAULT_DWELL_MS = 250;

export interface SniffOptions {
  /** A pcapng file; `-` is the output, which then has nothing else. */
  readonly write?: string;
  readonly lmk?: readonly Uint8Array[];
  readonly pmk?: Uint8Array;
  readonly count?: number;
  /** Channels to go round. */
  readonly hop?: readonly number[] | true;
  readonly dwell?: number;
}

export function sniffCommand(command: Command, host: Host): void {
  const radio = withRadio(command, host, "air:, sim:, linux:wlan1 or replay:FILE")
    .option("-w, --write <file>", "also write a pcapng capture; -: to the output, for a pipe into Wireshark")
    .option("--count <number>", "stop after this number of frames", wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option("--hop [channels]", "cycle through these channels (default: 1-13)", parseChannels)
    .option("--dwell <ms>", `with --hop: time on each channel (default: ${DEFAULT_DWELL_MS})`, wholeNumber(10, 60_000));
  withKeyLists(radio, "decrypt with this local master key").action(
    async (words: Omit<RadioOptions & SniffOptions, "lmk" | "pmk"> & KeyListOptions) => {
      if (words.dwell !== undefined && words.hop === undefined)
        throw new UsageError("--dwell has no effect without --hop");
      if (words.write === "-" && words.json)
        throw new UsageError("--json has no effect with -w -: the output is the capture");
      const { lmk, lmkFile, pmk, pmkFile, ...others } = words;
      const options = { ...others, ...(await keyListsOf({ lmk, lmkFile, pmk, pmkFile }, host)) };
      await withPhy(host, options, async (phy, context) => {
        await remarkOnCompany(options.radio, context.output);
        return sniff(phy, options, context);
      });
    },
  );
}

export async function sniff(phy: Phy, options: SniffOptions, { output, signal }: Context): Promise<number> {
  const { write, lmk = [], pmk = DEFAULT_PMK, count = Number.POSITIVE_INFINITY, dwell = DEFAULT_DWELL_MS } = options;
  const explainer = new FrameExplainer(lmk.map((key) => deriveTemporalKey(pmk, key)));
  const file = write === undefined || write === "-" ? undefined : new CaptureFile(write);
  const sink: ByteSink = file === undefined ? (bytes) => output.write(bytes) : file.write;
  const epochMs = phy.clock.kind === "system" ? Date.now() - phy.clock.now() : 0;
  // The capture ends with the last frame that is counted, not with the next turn of the event loop.
  const close = (): void => {
    phy.onFrame = undefined;
  };
  const heard = write === undefined ? phy : new CapturePhy(phy, sink, { name: "espnow", epochMs });
  const stopHopping = options.hop && hop(heard, options.hop === true ? parseChannels("1-13") : options.hop, dwell);
  const times = new Timeline(phy.clock);
  const counts = { frames: 0, espNow: 0, retries: 0 };
  try {
    const listening = listenTo(heard, signal, (frame) => {
      const explained = explainer.explain(frame);
      counts.frames++;
      if (explained.kind === "esp-now" || explained.kind === "encrypted") counts.espNow++;
      if (isRetry(explained)) counts.retries++;
      if (write !== "-") printFrame(output, explained, frame, times);
      if (counts.frames === count) close();
      return counts.frames < count;
    });
    await Promise.race([listening, ...(file === undefined ? [] : [file.failed])]);
  } finally {
    close();
    if (stopHopping) stopHopping();
    file?.close();
  }
  output.remark(`${counted(counts.frames, "frame")}, ${counts.espNow} of ESP-NOW, ${counts.retries} repeated`);
  return 0;
}

function printFrame(output: Output, explained: FrameExplanation, frame: ReceivedFrame, times: Timeline): void {
  const { kind, text } = explained;
  const style = kind === "malformed" ? "red" : isRetry(explained) ? "yellow" : kind === "esp-now" ? undefined : "dim";
  const place = `${times.stamp(frame.timeMs)}  ch ${String(frame.channel).padStart(2)} ${strength(frame.rssi)}`;
  const line = `${place}  ${text}`;
  output.print(style === undefined ? line : output.paint(style, line), frameRecord(explained, frame, times));
}

function isRetry(explained: FrameExplanation): boolean {
  return "header" in explained && explained.header.retry;
}
