import { Air, type AirModel } from "aioespnow/sim";
import { actionFrame, address, mpduLength } from "./air-scenarios.ts";

/** How far stations of the default model reach, and what was measured. */

/**
 * Percent of messages between ESP32-C6 in an open field, by meters (Espressif's developer blog). How it was sent is not
 * told: only the shape is of use.
 */
export const OPEN_FIELD: readonly (readonly [meters: number, percent: number])[] = [
  [50, 95],
  [100, 85],
  [150, 79],
  [200, 61],
  [250, 34],
  [300, 10],
];

/** Walks that were measured: their links end between 58 m and beyond 577 m, and fall off over 14 to 75 m. */
export const WALKS = { nearestEnd: 58, farthestEnd: 577, steepest: 14, flattest: 75 } as const;

/** Frames of `payload` bytes at `rate`, broadcast from one end of a link. */
export interface Walk {
  readonly model?: Partial<AirModel>;
  readonly rate?: number;
  readonly payload?: number;
  /** Of the air: another one gives another link. */
  readonly seed?: number;
  readonly frames: number;
}

/** The part of the frames that arrives at each of some distances, meters. */
export function deliveryAt(distances: readonly number[], walk: Walk): number[] {
  const { model = {}, rate = 0, payload = 250, seed = 1, frames } = walk;
  const air = new Air({ seed, model });
  const sender = air.phy({ mac: address(0), profile: "host", position: { x: 0, y: 0 } });
  const receiver = air.phy({ mac: address(1), profile: "host" });
  const frame = actionFrame(undefined, 0, mpduLength(payload) - 4);
  const shares = distances.map((x) => {
    let heard = 0;
    receiver.onFrame = () => heard++;
    receiver.setPosition({ x, y: 0 });
    const start = air.clock.now();
    for (let i = 0; i < frames; i++) {
      air.clock.schedule(start + 20 * i, () => sender.transmit(frame, { rate, noAck: true }, () => undefined));
    }
    air.clock.wait(start + 20 * frames + 20);
    return heard / frames;
  });
  return shares;
}

/** Where a link ends (the first of the distances at which less than half arrives), and how long it takes from 90 to 10 %. */
export function edgeOf(walk: Walk, step = 2, farthest = 900): { end: number; width: number } {
  const distances = Array.from({ length: farthest / step }, (_, i) => step * (i + 1));
  const shares = deliveryAt(distances, walk);
  const firstBelow = (share: number): number => step * (1 + shares.findIndex((value) => value < share));
  return { end: firstBelow(0.5), width: firstBelow(0.1) - firstBelow(0.9) };
}
