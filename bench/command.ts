import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toMac } from "aioespnow";
import { actionBodyLength, encodeActionBody, encodeActionHeader, MANAGEMENT_HEADER_LENGTH } from "aioespnow/codec";
import { LinkType, PcapngWriter } from "aioespnow/pcap";
import { type Bench, seconds } from "./report.ts";

const ESPNOW = fileURLToPath(new URL("../../packages/espnow/bin/espnow.js", import.meta.url));

/** The most messages that one channel can carry in a second. */
const FULL_CHANNEL = 6000;
const MESSAGE_LENGTH = 250;

/** The built command, as a process. */
export const command: Bench = async function* (smoke) {
  const folder = mkdtempSync(join(tmpdir(), "espnow-bench-"));
  try {
    const count = smoke ? 1000 : 120_000;
    const [none, many] = [join(folder, "none.pcapng"), join(folder, "many.pcapng")];
    writeFileSync(none, capture(0));
    writeFileSync(many, capture(count));
    const start = seconds(() => listen(none));
    yield { name: "espnow listen: start and end", value: 1000 * start, unit: "ms" };
    const perMessage = (seconds(() => listen(many)) - start) / count;
    yield {
      name: "espnow listen: share of a core on a full channel",
      value: 100 * perMessage * FULL_CHANNEL,
      unit: "%",
      target: "< 25 %",
      note: `${FULL_CHANNEL} messages/s of ${MESSAGE_LENGTH} bytes, read from a capture without pause, printed into a pipe`,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

function listen(file: string): void {
  execFileSync(process.execPath, [ESPNOW, "listen", "--radio", `replay:${file}`], {
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 2 ** 30,
  });
}

/** A capture of `count` broadcast messages. */
function capture(count: number): Uint8Array {
  const data = new Uint8Array(MESSAGE_LENGTH).fill(0xa5);
  const chunks: Uint8Array[] = [];
  const writer = new PcapngWriter((bytes) => void chunks.push(bytes));
  writer.addInterface({ linkType: LinkType.IEEE802_11 });
  const frame = new Uint8Array(MANAGEMENT_HEADER_LENGTH + actionBodyLength(data.length, 2));
  const [source, destination] = [toMac("02:00:00:00:00:0a"), toMac("ff:ff:ff:ff:ff:ff")];
  for (let i = 0; i < count; i++) {
    const header = { source, destination, bssid: destination, sequenceNumber: i % 4096, protected: false };
    encodeActionBody(frame, encodeActionHeader(frame, 0, header), data, 2, i);
    writer.write({ time: { seconds: 1, nanoseconds: 0 }, bytes: frame });
  }
  return Buffer.concat(chunks);
}
