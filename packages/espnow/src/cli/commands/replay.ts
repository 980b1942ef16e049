import { readFileSync } from "node:fs";
import type { Phy, ReceivedFrame } from "aioespnow";
import { decodeMpdu, EspNowFrame, packetNumber, summarizeFrame } from "aioespnow/codec";
import { readCapture } from "aioespnow/pcap";
import { ReplayPhy } from "aioespnow/sim";
import type { Command } from "commander";
import { parsePositive } from "../arguments.ts";
import { count, rateName, seconds } from "../format.ts";
import { type Context, type Host, type RadioOptions, radioCommand, withPhy } from "../host.ts";
import { listenTo, randomAddress } from "../listening.ts";

export interface ReplayOptions {
  /** 2: twice as fast. */
  readonly speed?: number;
}

export function replayCommand(host: Host): Command {
  return radioCommand("replay", "send the ESP-NOW frames of a capture again, as they were")
    .argument("<file>", "a pcap or pcapng capture")
    .option("--speed <factor>", "2: twice as fast as they were captured (default: 1)", parsePositive)
    .action((file: string, options: RadioOptions & ReplayOptions) =>
      withPhy(host, options, (phy, context) => replay(phy, file, options, context)),
    );
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
  const capture = readFileSync(file);
  checkCapture(file, capture);
  phy.setAckAddresses([randomAddress()]);
  const player = new ReplayPhy(readCapture(capture), { clock: phy.clock, speed });
  const start = phy.clock.now();
  let [sent, refused, others] = [0, 0, 0];
  const pending: Promise<void>[] = [];
  const send = ({ bytes, rate, timeMs }: ReceivedFrame): Promise<void> =>
    new Promise((resolve) => {
      phy.transmit(bytes, { rate, noAck: true }, ({ status }) => {
        if (status === "busy" || status === "failed") refused++;
        else sent++;
        resolve();
      });
      const time = seconds(timeMs - start);
      const record = { time: (timeMs - start) / 1000, rate: rateName(rate), length: bytes.length };
      output.print(`${time}  ${rateName(rate)}  ${summarizeFrame(bytes, "802.11")}`, record);
    });
  await listenTo(player, signal, (frame) => {
    if (isEspNow(frame.bytes)) pending.push(send(frame));
    else others++;
    return true;
  });
  await player[Symbol.asyncDispose]();
  const { badFcs, skipped } = player.counters;
  if (!signal.aborted) await Promise.all(pending);
  output.remark(`${count(sent, "frame")} sent, ${refused} refused, ${others + badFcs + skipped} not of ESP-NOW`);
  return refused === 0 ? 0 : 1;
}

/** Whether it is a message, or an encrypted frame of the kind that ESP-NOW sends. */
function isEspNow(bytes: Uint8Array): boolean {
  const reason = decodeMpdu(bytes, 0, bytes.length, "v2", new EspNowFrame());
  return reason === undefined || (reason === "protected" && packetNumber(bytes) >= 0);
}

/** @throws Error for a file that is no capture. */
function checkCapture(file: string, bytes: Uint8Array): void {
  const reader = readCapture(bytes);
  while (reader.read() !== undefined);
  const { ending } = reader;
  if (ending.status === "malformed") throw new Error(`${file} at byte ${ending.offset}: ${ending.reason}`);
}
