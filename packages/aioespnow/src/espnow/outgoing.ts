import { type MacAddress, type MacLike, toMac } from "../codec/mac-address.ts";
import { EspNowError } from "../errors.ts";
import type { SendReport } from "../radio/radio.ts";
import { type BytesLike, toBytes } from "../util/bytes.ts";

/** A message to one peer or (null) to all, and whether its reports are awaited. */
export interface Outgoing {
  readonly mac: MacAddress | null;
  readonly msg: Uint8Array;
  readonly sync: boolean;
}

/** The arguments of `send` and `asend`, checked. The message is not copied. */
export function parseSend(args: readonly unknown[]): Outgoing {
  if (args.length < 2) return { mac: null, msg: toBytes(args[0] as BytesLike, "msg"), sync: true };
  const [mac, msg, sync = true] = args;
  return {
    mac: mac === null ? null : toMac(mac as MacLike),
    msg: toBytes(msg as BytesLike, "msg"),
    sync: Boolean(sync),
  };
}

/** Whether a report counts as success: `unknown` does, as the frame went out. */
export function isDelivered(report: SendReport): boolean {
  return report.status !== "no-ack" && report.status !== "failed";
}

export function isOutOfBuffers(error: unknown): boolean {
  return error instanceof EspNowError && error.code === "ESP_ERR_ESPNOW_NO_MEM";
}
