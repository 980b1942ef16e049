import { FcsFinder } from "../../codec/fcs-finder.ts";
import { decodeRadiotap, RADIOTAP_FLAGS, Radiotap, TX_FLAGS } from "../../codec/radiotap.ts";
import type { Rate } from "../../codec/rate.ts";

/** What a packet of a monitor interface holds. What the driver does not tell is undefined. Its bytes are valid as long as the packet's. */
export type MonitorPacket =
  | {
      readonly kind: "heard";
      readonly bytes: Uint8Array;
      readonly rssi: number | undefined;
      readonly rate: Rate | undefined;
      readonly channel: number | undefined;
    }
  /** The kernel's report on a frame that was sent from this computer. */
  | { readonly kind: "echo"; readonly bytes: Uint8Array; readonly acked: boolean; readonly retries: number }
  /** No whole 802.11 frame behind a whole radiotap header. */
  | { readonly kind: "malformed" }
  | { readonly kind: "bad-fcs" };

/** Takes packets, radiotap header and 802.11 frame, apart. The FCS is checked where there is one, and taken off. */
export class PacketReader {
  /** Where the frames end; and how many times the driver was wrong about it. */
  readonly fcs: FcsFinder = new FcsFinder();
  readonly #radiotap = new Radiotap();

  read(packet: Uint8Array): MonitorPacket {
    const radiotap = this.#radiotap;
    const start = decodeRadiotap(packet, 0, packet.length, radiotap);
    if (typeof start !== "number" || start >= packet.length) return { kind: "malformed" };
    const { txFlags, flags = 0, hasFcs, signal, phyRate, channel } = radiotap;
    if (txFlags !== undefined) {
      const acked = (txFlags & TX_FLAGS.FAIL) === 0;
      return { kind: "echo", bytes: packet.subarray(start), acked, retries: radiotap.dataRetries ?? 0 };
    }
    if ((flags & RADIOTAP_FLAGS.BAD_FCS) !== 0) return { kind: "bad-fcs" };
    const end = this.fcs.frameEnd(packet, start, packet.length, hasFcs);
    if (typeof end !== "number") return { kind: "bad-fcs" };
    return { kind: "heard", bytes: packet.subarray(start, end), rssi: signal, rate: phyRate, channel };
  }
}
