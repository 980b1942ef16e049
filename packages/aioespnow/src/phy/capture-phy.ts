import { encodeCaptureHeader, MAX_WRITTEN_RADIOTAP_LENGTH } from "../codec/radiotap-writer.ts";
import type { Rate } from "../codec/rate.ts";
import {
  type ByteSink,
  captureTime,
  LinkType,
  MAX_CAPTURED_LENGTH,
  type PacketDirection,
} from "../pcap/captured-packet.ts";
import { PcapngWriter } from "../pcap/pcapng-writer.ts";
import type { Phy, ReceivedFrame, TransmitOptions, TransmitResult } from "./phy.ts";
import { PhyWrapper } from "./phy-wrapper.ts";

/** How a capture is written. */
export interface CaptureOptions {
  /** The interface's name in the capture. */
  readonly name?: string;
  /** What the phy's clock showed 0 at, in milliseconds since 1970. Left out: the capture begins in 1970. */
  readonly epochMs?: number;
}

/** What is noted of a frame. */
interface Circumstances {
  readonly timeMs: number;
  readonly rate: Rate | undefined;
  readonly channel: number;
  readonly signal: number | undefined;
  readonly direction: PacketDirection;
}

/**
 * Writes a capture for Wireshark of everything that goes through another phy: received frames, at the end of the frame;
 * sent frames, when they are handed over. pcapng with radiotap, without FCS. A frame that no capture can hold is cut.
 * @example
 * import { createWriteStream } from "node:fs";
 * import { CapturePhy } from "aioespnow/phy";
 * import { Air } from "aioespnow/sim";
 *
 * const file = createWriteStream("air.pcapng");
 * const air = new Air();
 * const monitor = new CapturePhy(air.phy({ promiscuous: true }), (bytes) => file.write(bytes.slice()));
 */
export class CapturePhy extends PhyWrapper {
  readonly #writer: PcapngWriter;
  readonly #epochMs: number;
  /** What is sent before a channel was set is noted on channel 1. */
  #channel = 1;
  #packet: Uint8Array = new Uint8Array(MAX_WRITTEN_RADIOTAP_LENGTH + 512);

  /** Writes the beginning of the file at once. */
  constructor(inner: Phy, sink: ByteSink, { name = "phy", epochMs = 0 }: CaptureOptions = {}) {
    super(inner);
    this.#epochMs = epochMs;
    this.#writer = new PcapngWriter(sink);
    this.#writer.addInterface({ linkType: LinkType.IEEE802_11_RADIOTAP, name });
  }

  override setChannel(channel: number): void {
    super.setChannel(channel);
    this.#channel = channel;
  }

  override transmit(frame: Uint8Array, options: TransmitOptions, done: (result: TransmitResult) => void): void {
    super.transmit(frame, options, done);
    this.#write(frame, {
      timeMs: this.clock.now(),
      rate: options.rate,
      channel: this.#channel,
      signal: undefined,
      direction: "outbound",
    });
  }

  protected override hear(frame: ReceivedFrame): void {
    const { timeMs, rate, channel, rssi } = frame;
    this.#write(frame.bytes, { timeMs, rate, channel, signal: rssi, direction: "inbound" });
    super.hear(frame);
  }

  #write(frame: Uint8Array, { timeMs, rate, channel, signal, direction }: Circumstances): void {
    const kept = frame.subarray(0, MAX_CAPTURED_LENGTH - MAX_WRITTEN_RADIOTAP_LENGTH);
    const room = MAX_WRITTEN_RADIOTAP_LENGTH + kept.length;
    if (this.#packet.length < room) this.#packet = new Uint8Array(2 * room);
    const tsft = Math.min(Math.round(timeMs * 1000), Number.MAX_SAFE_INTEGER);
    const start = encodeCaptureHeader(this.#packet, 0, { tsft, rate, channel, signal, hasFcs: false });
    this.#packet.set(kept, start);
    this.#writer.write({
      time: captureTime(this.#epochMs + timeMs),
      bytes: this.#packet.subarray(0, start + kept.length),
      originalLength: start + frame.length,
      direction,
    });
  }
}
