/**
 * Reads the ESP-NOW messages of a capture (pcap, pcapng) like any others:
 *
 *     node examples/dist/replay.js air.pcapng
 */
import { AIOESPNow, type MacAddress, openRadio, type RadioCounters, WLAN } from "aioespnow";
import { type Print, runProgram } from "./program.ts";

export interface Summary {
  readonly messages: number;
  readonly senders: number;
  /** Heard, and dropped for want of room. */
  readonly dropped: number;
  /** What else there was in the capture, and what is wrong with it. */
  readonly remarks: readonly string[];
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
    print(`${time} s  ${source} > ${destination}  ${rssi ?? "?"} dBm  ${data.length} bytes  ${preview(data)}`);
  }
  const { rxPackets, rxDropped } = e.stats();
  await radio[Symbol.asyncDispose]();
  const { noKey } = radio.counters;
  const hint = `npx espnow sniff --radio ${JSON.stringify(`replay:${file}`)} --lmk KEY reads ${noKey === 1 ? "it" : "them"}`;
  const remarks = [...frameRemarks(radio.counters), ...(noKey > 0 ? [hint] : []), ...(radio.leftOut?.() ?? [])];
  return { messages: rxPackets, senders: senders.size, dropped: rxDropped, remarks };
}

function frameRemarks({ noKey, duplicates, malformed, notEspNow }: Readonly<RadioCounters>): string[] {
  const found: [number, string][] = [
    [noKey, "encrypted, and no key is known"],
    [duplicates, "retransmissions of messages that were read"],
    [malformed, "malformed"],
    [notEspNow, "no ESP-NOW"],
  ];
  return found.filter(([count]) => count > 0).map(([count, what]) => `${counted(count, "frame")}: ${what}`);
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

/** The beginning of a message as text, what is no printable ASCII as dots. */
function preview(data: Uint8Array): string {
  const ascii = [...data.subarray(0, 24)].map((byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".",
  );
  return `"${ascii.join("")}${data.length > 24 ? "…" : ""}"`;
}

/** Replays a capture and sums it up. */
export async function main(...files: string[]): Promise<void> {
  const [file] = files;
  if (file === undefined || files.length > 1 || file.startsWith("-"))
    throw new Error("usage: replay.js FILE (pcap or pcapng)");
  try {
    const { messages, senders, dropped, remarks } = await replay(file);
    console.log(`\n${counted(messages, "message")}, ${counted(senders, "sender")}, ${dropped} dropped.`);
    for (const remark of remarks) console.log(remark);
  } catch (cause) {
    throw new Error(`cannot replay ${file}: ${reason(cause)}`, { cause });
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && error.code === "ENOENT" ? "there is no such file" : error.message;
}

await runProgram(import.meta, main);
