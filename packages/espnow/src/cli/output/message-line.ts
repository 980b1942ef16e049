import type { MessageInfo } from "aioespnow";
import { type Reading, readingLine, readingRecord } from "../decoding/message-decoder.ts";
import { printableText, rateName, signal, toHex } from "./format.ts";
import { nullable } from "./frame-record.ts";
import type { Output } from "./output.ts";
import type { Timeline } from "./timeline.ts";

export interface MessageStyle {
  readonly times: Timeline;
  readonly asHex?: boolean | undefined;
  /** What the message means, in place of its text. */
  readonly reading?: Reading | undefined;
}

/** Prints a received message: time, source, destination, signal, rate, and its text. */
export function printMessage(
  output: Output,
  message: MessageInfo,
  { times, asHex = false, reading }: MessageStyle,
): void {
  const { source, destination, data, rssi, channel, rate, timeMs, encrypted, replayed } = message;
  const text = printableText(data);
  const hex = toHex(data);
  const marks = `${encrypted ? " encrypted" : ""}${replayed ? " replayed" : ""}`;
  const reception = output.paint("dim", `${signal(rssi)}  ${rateName(rate)}${marks}`);
  const content = reading === undefined || asHex ? (asHex ? hex : (text ?? hex)) : readingLine(reading);
  output.print(`${times.stamp(timeMs)}  ${source} > ${destination ?? "?"}  ${reception}  ${content}`, {
    ...times.record(timeMs),
    source,
    destination: destination ?? null,
    rssi: rssi ?? null,
    channel,
    rate: nullable(rate, rateName),
    encrypted,
    replayed,
    text: text ?? null,
    hex,
    ...(reading === undefined ? {} : { decoded: readingRecord(reading) }),
  });
}
