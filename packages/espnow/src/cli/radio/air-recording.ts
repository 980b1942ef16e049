import { encodeCaptureHeader, MAX_WRITTEN_RADIOTAP_LENGTH } from "aioespnow/codec";
import { captureTime, LinkType, PcapngWriter } from "aioespnow/pcap";
import type { Air } from "aioespnow/sim";
import type { CaptureFile } from "../output/capture-file.ts";

const MAX_FRAME_LENGTH = 2304;

/** Writes every frame on every channel of a simulated air, ACKs too, to a pcapng file. Returns how to end it. */
export function recordAir(air: Air, file: Pick<CaptureFile, "write">): () => void {
  const writer = new PcapngWriter(file.write);
  writer.addInterface({ linkType: LinkType.IEEE802_11_RADIOTAP, name: "espnow" });
  const epochMs = air.clock.kind === "system" ? Date.now() - air.clock.now() : 0;
  const packet = new Uint8Array(MAX_WRITTEN_RADIOTAP_LENGTH + MAX_FRAME_LENGTH);
  return air.observe((event) => {
    if (event.kind !== "transmission") return;
    const { frame, rate, channel, startUs } = event.transmission;
    const tsft = Math.round(startUs);
    const start = encodeCaptureHeader(packet, 0, { tsft, rate, channel, signal: undefined, hasFcs: false });
    packet.set(frame, start);
    writer.write({ time: captureTime(epochMs + startUs / 1000), bytes: packet.subarray(0, start + frame.length) });
  });
}
