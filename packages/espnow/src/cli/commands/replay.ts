import { readFileSync } from "node:fs";
import { type Phy, Rate, type ReceivedFrame, randomStationAddress } from "aioespnow";
import { FrameExplainer } from "aioespnow/inspect";
import { readCapture } from "aioespnow/pcap";
import { ReplayPhy } from "aioespnow/phy";
import type { Command } from "commander";
import { parsePositive } from "../arguments.ts";
import { count, seconds } from "../output/format.ts";
import { frameRecord } from "../output/frame-record.ts";
import { tellLeftOut } from "../output/left-out.ts";
import { Timeline } from "../output/timeline.ts";
import type { Context, Host } from "../process/host.ts";
import { withFile } from "../process/system-message.ts";
import { listenTo } from "../radio/listening.ts";
import { type RadioOptions, refuseCapture, withPhy, withRadio } from "../radio/radio-command.ts";

export interface ReplayOptions {
  /** 2: twice as fast. */
  readonly speed?: number;
}

export function replayCommand(command: Command, host: Host): void {
  withRadio(command, host, "air:, sim: or linux:wlan1")
    .argument("<file>", "a pcap or pcapng capture")
    .option("--speed <factor>", "speed of replay: 2 is twice as fast as the capture (default: 1)", parsePositive)
    .action((file: string, options: RadioOptions & ReplayOptions) => {
      refuseCapture(options.radio);
      return withPhy(host, options, (phy, context) => replay(phy, file, options, context));
    });
}

/**
 * Plays the capture on the clock of the radio, and hands what is heard of it to the radio. Frames keep their sender,
 * their sequence number and their rate; none is repeated by the radio, as the capture has the repetitions itself.
 */
export async function replay(
  phy: Phy,
  file: string,
  { speed = 1 }: ReplayOptions,
  { output, signal }: Context,
): Promise<number> {
  const capture = withFile("read", file, () => readFileSync(file));
  checkCapture(file, capture);
  phy.setAckAddresses([randomStationAddress()]);
  const player = new ReplayPhy(readCapture(capture), { clock: phy.clock, speed });
  const explainer = new FrameExplainer();
  const times = new Timeline(phy.clock);
  const start = phy.clock.now();
  const sending: Promise<boolean>[] = [];
  let [others, tooLong] = [0, 0];
  await listenTo(player, signal, (frame) => {
    const explained = explainer.explain(frame);
    const { kind, text } = explained;
    if (frame.bytes.length > phy.capabilities.maxFrameLength) {
      tooLong++;
    } else if (kind === "esp-now" || kind === "encrypted") {
      sending.push(transmit(phy, frame));
      output.print(`${seconds(frame.timeMs - start)}  ${text}`, frameRecord(explained, frame, times));
    } else {
      others++;
    }
    return true;
  });
  await player[Symbol.asyncDispose]();
  const sent = (await Promise.all(sending)).filter((isSent) => isSent).length;
  const refused = sending.length - sent;
  output.remark(`${count(sent, "frame")} sent, ${refused} refused, ${others} not of ESP-NOW`);
  if (tooLong > 0) output.remark(`${count(tooLong, "frame")} left out: longer than the radio can send`);
  tellLeftOut(output, player);
  return refused === 0 ? 0 : 1;
}

/** Whether it went out. A frame whose rate the capture does not tell goes at 1 Mbit/s. */
function transmit(phy: Phy, { bytes, rate = Rate.RATE_1M }: ReceivedFrame): Promise<boolean> {
  return new Promise((resolve) => {
    phy.transmit(bytes, { rate, noAck: true }, ({ status }) => resolve(status !== "busy" && status !== "failed"));
  });
}

/** @throws Error for a file that is no capture. One that is broken later is played up to there. */
function checkCapture(file: string, bytes: Uint8Array): void {
  const reader = readCapture(bytes);
  if (reader.read() !== undefined) return;
  const { ending } = reader;
  if (ending.status === "malformed") throw new Error(`${file} at byte ${ending.offset}: ${ending.reason}`);
}
