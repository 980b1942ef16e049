import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Phy } from "aioespnow";
import {
  actionBodyLength,
  BROADCAST,
  encodeActionBody,
  encodeActionHeader,
  MANAGEMENT_HEADER_LENGTH,
  type MacAddress,
  Rate,
} from "aioespnow/codec";

const AT_1M = { rate: Rate.RATE_1M, noAck: false };

/** An ESP-NOW frame with this many bytes of data. */
export function espNowFrame(destination: MacAddress, source: MacAddress, length: number): Uint8Array {
  const bytes = new Uint8Array(MANAGEMENT_HEADER_LENGTH + actionBodyLength(length, 2));
  const header = { destination, source, bssid: BROADCAST, sequenceNumber: 0, protected: false };
  encodeActionBody(bytes, encodeActionHeader(bytes, 0, header), new Uint8Array(length), 2, 1);
  return bytes;
}

/** Microseconds from the sending of a frame until one is heard: the median of `count` times. */
export async function roundTrip(phy: Phy, frame: Uint8Array, count: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await new Promise<void>((resolve) => {
      phy.onFrame = () => resolve();
      phy.transmit(frame, AT_1M, () => undefined);
    });
    times.push(1000 * (performance.now() - start));
  }
  return median(times);
}

/** The same by blocking. */
export function blockingRoundTrip(phy: Phy, frame: Uint8Array, count: number): number {
  const times: number[] = [];
  let heard = false;
  phy.onFrame = () => {
    heard = true;
    phy.clock.delivered();
  };
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    heard = false;
    phy.transmit(frame, AT_1M, () => undefined);
    while (!heard) phy.wait(Number.POSITIVE_INFINITY);
    times.push(1000 * (performance.now() - start));
  }
  return median(times);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

/** round-trip.c as a program; undefined where there is no gcc. */
export function roundTripProgram(): string | undefined {
  const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  if (!existsSync("/usr/bin/gcc")) return undefined;
  execFileSync("/usr/bin/gcc", [
    "-O2",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-o",
    path("round-trip"),
    path("../round-trip.c"),
  ]);
  return path("round-trip");
}
