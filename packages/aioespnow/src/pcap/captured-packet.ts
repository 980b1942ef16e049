import { checkInteger } from "../util/check.ts";

/** What a capture's packets are: the first header in them (tcpdump.org, "Link-layer header types"). */
export const LinkType = {
  /** An 802.11 frame. */
  IEEE802_11: 105,
  /** A radiotap header, then an 802.11 frame: what a monitor interface gives. */
  IEEE802_11_RADIOTAP: 127,
  /** A Prism header, then an 802.11 frame: old drivers. */
  PRISM: 119,
  /** An AVS header, then an 802.11 frame: old drivers. It is named, and not read. */
  AVS: 163,
  /** A PPI header, then mostly an 802.11 frame: AirPcap, old versions of Kismet. */
  PPI: 192,
} as const;

/** The names of link types that Wi-Fi people meet. */
const LINK_TYPE_NAMES: Readonly<Record<number, string>> = {
  0: "BSD loopback",
  1: "Ethernet",
  101: "IP",
  105: "802.11",
  113: "Linux cooked",
  119: "Prism",
  127: "802.11 with radiotap",
  163: "AVS",
  189: "USB",
  192: "PPI",
  195: "802.15.4",
  201: "Bluetooth",
  220: "USB",
  230: "802.15.4",
  251: "Bluetooth Low Energy",
  256: "Bluetooth Low Energy",
  276: "Linux cooked",
};

/** `Ethernet`; `link type 147` for one whose name is not known here. */
export function linkTypeName(linkType: number): string {
  return LINK_TYPE_NAMES[linkType] ?? `link type ${linkType}`;
}

/**
 * A moment of real time, counted from 1970-01-01T00:00:00Z. Two whole numbers: nanoseconds since then do not fit into
 * one `number`, and a `bigint` would leak into everything that computes with times.
 */
export interface CaptureTime {
  /** Whole seconds since 1970, UTC. */
  readonly seconds: number;
  /** 0..999_999_999 */
  readonly nanoseconds: number;
}

/** Whether the computer that captured a packet received it or sent it. */
export type PacketDirection = "inbound" | "outbound";

/** One packet of a capture file. */
export interface CapturedPacket {
  /** A number of `LinkType`, or another that this package does not decode. */
  readonly linkType: number;
  /** Undefined only in a pcapng simple packet block, which has none. */
  readonly time: CaptureTime | undefined;
  /** A view of the bytes that were read: valid as long as those are not changed. */
  readonly bytes: Uint8Array;
  /** The packet's length on the air; longer than `bytes` where the capture kept only the beginning. */
  readonly originalLength: number;
  /** The number of its interface in the pcapng section; 0 in a pcap file. */
  readonly interfaceId: number;
  /** Undefined where the file does not tell. */
  readonly direction: PacketDirection | undefined;
  /** What people wrote to it (opt_comment). */
  readonly comments: readonly string[];
}

/** In seconds: the last that pcap can name, in the year 2106. */
const LAST_SECOND = 0xffff_ffff;

/**
 * The moment `ms` milliseconds after 1970. Fractions count: as many as `ms` holds, a quarter of a microsecond today.
 * Times before 1970 become 1970, those after 2106 the last moment that a capture can name.
 */
export function captureTime(ms: number): CaptureTime {
  const seconds = Math.min(Math.max(0, Math.floor(ms / 1000)), LAST_SECOND);
  const nanoseconds = Math.round((ms - seconds * 1000) * 1e6);
  return { seconds, nanoseconds: Math.min(Math.max(0, nanoseconds), 999_999_999) };
}

/** Milliseconds from `start` to `time`, with the nanoseconds as its fraction. */
export function elapsedMs(start: CaptureTime, time: CaptureTime): number {
  return (time.seconds - start.seconds) * 1000 + (time.nanoseconds - start.nanoseconds) / 1e6;
}

/** What a writer of captures takes: a `CapturedPacket` that has a time, or as much of it as is known. */
export interface PacketToWrite {
  /** When it was captured. */
  readonly time: CaptureTime;
  /** The packet, as the link type of its interface has it. */
  readonly bytes: Uint8Array;
  /** The length of `bytes`, if left out. */
  readonly originalLength?: number;
}

/** Where a writer puts what it makes, piece by piece in order. The pieces are the sink's own. */
export type ByteSink = (bytes: Uint8Array) => void;

/** libpcap's MAXIMUM_SNAPLEN: no packet is longer. */
export const MAX_CAPTURED_LENGTH = 262_144;

/** @throws RangeError for a packet that no capture can hold. */
export function checkPacket({ time, bytes }: PacketToWrite): void {
  checkInteger(time.seconds, "time.seconds", 0, LAST_SECOND);
  checkInteger(time.nanoseconds, "time.nanoseconds", 0, 999_999_999);
  if (bytes.length > MAX_CAPTURED_LENGTH) {
    throw new RangeError(`bytes must be at most ${MAX_CAPTURED_LENGTH} long, not ${bytes.length}`);
  }
}
