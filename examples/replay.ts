/**
 * Reads the ESP-NOW messages of a capture (pcap, pcapng) like any others:
 *
 *     node examples/dist/replay.js air.pcapng
 */
import { AIOESPNow, type MacAddress, openRadio, WLAN } from "aioespnow";
import { type Print, runProgram } from "./program.ts";

export interface Summary {
  readonly messages: number;
  readonly senders: number;
  /** Heard, and dropped for want of room. */
  readonly dropped: number;
}

export async function replay(file: string, print: Print = console.log): Promise<Summary> {
  const radio = await openRadio(`replay:${file}`);
  new WLAN(WLAN.IF_STA, radio).active(true);
  const e = new AIOESPNow(radio);
  e.active(true);
  const senders = new Set<MacAddress>();
  for await (const { source, destination, data, rssi, timeMs } of e.packets()) {
    senders.add(source);
    const time = (timeMs / 1000).toFixed(6).padStart(10);
    print(`${time} s  ${source} > ${destination}  ${rssi} dBm  ${data.length} bytes  ${preview(data)}`);
  }
  const { rxPackets, rxDropped } = e.stats();
  await radio[Symbol.asyncDispose]();
  return { messages: rxPackets, senders: senders.size, dropped: rxDropped };
}

/** The beginning of a message as text, what is no printable ASCII as dots. */
function preview(data: Uint8Array): string {
  const ascii = [...data.subarray(0, 24)].map((byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
  );
  return `"${ascii.join("")}${data.length > 24 ? "…" : ""}"`;
}

/** Replays a capture and sums it up. */
export async function main(file: string | undefined): Promise<void> {
  if (file === undefined) throw new Error("which capture? Usage: node examples/dist/replay.js FILE");
  try {
    const { messages, senders, dropped } = await replay(file);
    console.log(`\n${messages} messages, ${senders} sender(s), ${dropped} dropped.`);
  } catch (cause) {
    throw new Error(`cannot replay ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

await runProgram(import.meta, main);
