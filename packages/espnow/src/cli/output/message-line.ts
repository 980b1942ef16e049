import type { MessageInfo } from "aioespnow";
import { printableText, rateName, seconds, signal, toHex } from "./format.ts";
import { nullable } from "./frame-record.ts";
import type { Output } from "./output.ts";

/** Prints a received message: time, source, destination, signal, rate, and what it says. */
export function printMessage(output: Output, message: MessageInfo, asHex = false): void {
  const { source, destination, data, rssi, channel, rate, timeMs, encrypted, replayed } = message;
  const text = printableText(data);
  const hex = toHex(data);
  const marks = `${encrypted ? " encrypted" : ""}${replayed ? " replayed" : ""}`;
  const reception = output.paint("dim", `${signal(rssi)}  ${rateName(rate)}${marks}`);
  output.print(`${seconds(timeMs)}  ${source} > ${destination ?? "?"}  ${reception}  ${asHex ? hex : (text ?? hex)}`, {
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
  });
}
