import { readFileSync } from "node:fs";
import { fromHex } from "#lib/util/bytes.ts";
import { sharedFile } from "./shared.ts";

/** A frame of other people's hardware. Only `mpdu` is always there; `expect` says that it must be refused. */
export interface RealFrame {
  readonly id: string;
  readonly radiotap: Uint8Array;
  readonly mpdu: Uint8Array;
  /** Empty if it was not captured. */
  readonly fcs: Uint8Array;
  readonly fcsValid: boolean | null;
  readonly expect?: string;
  readonly parsed?: {
    readonly duration: number;
    readonly addr1: string;
    readonly addr2: string;
    readonly addr3: string;
    readonly seq: number;
    readonly retry: boolean;
    readonly random: string;
    readonly verByte: string;
    readonly payload: string;
  };
}

/** The frames of `frames.json`; none where that file is not at hand. */
export const REAL_FRAMES: readonly RealFrame[] = readFrames(sharedFile("vectors/frames.json"));

function readFrames(file: string | undefined): RealFrame[] {
  if (file === undefined) return [];
  type Text = Omit<RealFrame, "radiotap" | "mpdu" | "fcs"> & { radiotap: string; mpdu: string; fcs: string | null };
  const { frames } = JSON.parse(readFileSync(file, "utf8")) as { frames: Text[] };
  return frames.map((frame) => ({
    ...frame,
    radiotap: fromHex(frame.radiotap),
    mpdu: fromHex(frame.mpdu),
    fcs: fromHex(frame.fcs ?? ""),
  }));
}

/** The records of `esp32-broadcast.pcap`, radiotap to FCS; undefined where that file is not at hand. */
export function readBroadcasts(): readonly Uint8Array[] | undefined {
  const file = sharedFile("vectors/esp32-broadcast.pcap");
  if (file === undefined) return undefined;
  const bytes = new Uint8Array(readFileSync(file));
  const view = new DataView(bytes.buffer);
  const records: Uint8Array[] = [];
  for (let at = 24; at < bytes.length; ) {
    const length = view.getUint32(at + 8, true);
    records.push(bytes.subarray(at + 16, at + 16 + length));
    at += 16 + length;
  }
  return records;
}
