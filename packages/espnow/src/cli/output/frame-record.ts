import type { ReceivedFrame } from "aioespnow";
import type { FrameExplanation } from "aioespnow/inspect";
import { printableText, rateName, toHex } from "./format.ts";
import type { Timeline } from "./timeline.ts";

/** The JSON record of a frame. */
export function frameRecord(explained: FrameExplanation, frame: ReceivedFrame, times: Timeline): object {
  const { timeMs, channel, rate, rssi } = frame;
  const kind = explained.kind === "foreign" ? "other" : explained.kind;
  const reception = { ...times.record(timeMs), channel, rate: nullable(rate, rateName), rssi: rssi ?? null, kind };
  switch (explained.kind) {
    case "ack":
      return { ...reception, destination: explained.receiver, of: explained.sequence ?? null };
    case "esp-now":
      return { ...reception, ...explained.header, ...messageRecord(explained) };
    case "malformed":
    case "foreign":
      return { ...reception, ...explained.header, reason: explained.reason };
    case "encrypted":
      return { ...reception, ...explained.header };
    case "other":
      return reception;
  }
}

/** What is not known is null in JSON. */
export function nullable<T, R>(value: T | undefined, convert: (value: T) => R): R | null {
  return value === undefined ? null : convert(value);
}

function messageRecord({ version, elements, data, decrypted }: FrameExplanation & { kind: "esp-now" }): object {
  return { version, elements, length: data.length, text: printableText(data) ?? null, hex: toHex(data), decrypted };
}
