import type { MacAddress } from "aioespnow";
import { decodeMpdu, EspNowFrame } from "aioespnow/codec";
import { type CaptureTime, elapsedMs, FrameFinder, readCapture } from "aioespnow/pcap";

/** An ESP-NOW message of a capture. */
export interface CapturedMessage {
  /** Since the capture's first packet. */
  readonly timeMs: number;
  readonly source: MacAddress;
  readonly destination: MacAddress;
  /** Valid until the next message. */
  readonly data: Uint8Array;
}

/** What of a capture was no message that could be read. */
export interface CaptureCounts {
  encrypted: number;
  others: number;
  /** What was left out, and why: one sentence each. */
  leftOut: readonly string[];
}

/**
 * The messages of a capture in order; `counts` counts the rest.
 * @throws Error for bytes that are no capture. One that is broken later is read up to there.
 */
export function* capturedMessages(file: string, bytes: Uint8Array, counts: CaptureCounts): Generator<CapturedMessage> {
  const reader = readCapture(bytes);
  const finder = new FrameFinder();
  const frame = new EspNowFrame();
  let start: CaptureTime | undefined;
  let packets = 0;
  for (const packet of reader) {
    packets++;
    start ??= packet.time;
    const timeMs = start === undefined || packet.time === undefined ? 0 : elapsedMs(start, packet.time);
    const found = finder.find(packet);
    if ("reason" in found) continue;
    const result = decodeMpdu(found.bytes, 0, found.bytes.length, "v2", frame);
    if (!("reason" in result)) {
      const { source, destination } = frame.header;
      yield { timeMs, source, destination, data: frame.body.data() };
    } else if (result.reason === "protected") counts.encrypted++;
    else counts.others++;
  }
  const { ending } = reader;
  if (ending.status === "malformed" && packets === 0) {
    throw new Error(`${file} at byte ${ending.offset}: ${ending.reason}`);
  }
  counts.leftOut = finder.leftOut(ending);
}
