import type { MessageInfo } from "aioespnow";
import { type Reading, readingLine, readingRecord } from "../decoding/message-decoder.ts";
import { printableText, rateName, seconds, signal, toHex } from "./format.ts";
import { nullable } from "./frame-record.ts";
import type { Output } from "./output.ts";

/**
 * Prints a received message: time, source, destination, signal, rate, and its text. `reading`: what it means, in place of
 * its text.
 */
export function printMessage(output: Output, message: MessageInfo, asHex = false, reading?: Reading): void {
  const { source, destination, data, rssi, channel, rate, timeMs, encrypted, replayed } = message;
  const text = printableText(data);
  const hex = toHex(data);
  const marks = `${encrypted ? " encrypted" : ""}${replayed ? " replayed" : ""}`;
  const reception = output.paint("dim", `${signal(rssi)}  ${rateName(rate)}${marks}`);
  const content = reading === undefined || asHex ? (asHex ? hex : (text ?? hex)) : readingLine(reading);
  output.print(`${seconds(timeMs)}  ${source} > ${destination ?? "?"}  ${reception}  ${content}`, {
    time: timeMs / 1000,
    source,
    destination: destination ?? null,
    rssi: rssi ?? null,
    channel,
    rate: nullable(rate, rateName),
    encrypted,
    replayed,
    text,
    hex,
    ...(reading === undefined ? {} : { decoded: readingRecord(reading) }),
  });
}
