import { isUtf8 } from "node:buffer";
import { rateInfo } from "aioespnow/codec";

/** A message as text; undefined if it is no UTF-8 or has control characters, which could drive a terminal. */
export function printableText(data: Uint8Array): string | undefined {
  if (!isUtf8(data)) return undefined;
  const text = Buffer.from(data.buffer, data.byteOffset, data.length).toString("utf8");
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text) ? undefined : text;
}

/** Lower-case hexadecimal digits. */
export function toHex(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString("hex");
}

/** Milliseconds as seconds with microseconds, aligned: `  12.345678`. */
export function seconds(ms: number): string {
  return (ms / 1000).toFixed(6).padStart(11);
}

/** Milliseconds as seconds for programs, which get no more than microseconds. */
export function toSeconds(ms: number): number {
  return Math.round(ms * 1000) / 1e6;
}

/** `1.28 ms`, `21.2 ms`, `340 ms`: three digits, as ping(8) shows them. */
export function milliseconds(ms: number): string {
  const digits = ms < 10 ? 2 : ms < 100 ? 1 : 0;
  return `${ms.toFixed(digits)} ms`;
}

/** `1:02:03`: hours, minutes, seconds. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (number: number): string => String(number % 60).padStart(2, "0");
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60))}:${two(seconds)}`;
}

/** `-41 dBm` */
export function signal(rssi: number | undefined): string {
  return `${rssi ?? "?"} dBm`;
}

/** `1 message`, `2 messages`. */
export function count(number: number, thing: string, things = `${thing}s`): string {
  return `${number} ${number === 1 ? thing : things}`;
}

/** `1M`, `MCS7 SGI`. */
export function rateName(rate: number | undefined): string {
  return rate === undefined ? "?" : (rateInfo(rate)?.name ?? `rate ${rate}`);
}
