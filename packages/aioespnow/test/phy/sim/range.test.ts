import { describe, expect, test } from "vitest";
import { EXACT_MODEL } from "#lib/phy/sim/air-model.ts";
import { Shadowing } from "#lib/phy/sim/shadowing.ts";
import { deliveryAt, edgeOf, OPEN_FIELD, WALKS } from "../../../../../bench/air-range.ts";

const UNSHADOWED = { shadowing: 0 };

describe("how far the default model reaches", () => {
  test("links end where measured ones do, and fall off as gradually", () => {
    const edges = Array.from({ length: 30 }, (_, seed) => edgeOf({ seed, frames: 6 }, 6));
    const ends = edges.map(({ end }) => end).sort((a, b) => a - b);
    expect(ends[0]).toBeGreaterThan(WALKS.nearestEnd);
    expect(ends[0]).toBeLessThan(2 * WALKS.nearestEnd);
    expect(ends.at(-1)).toBeGreaterThan(0.75 * WALKS.farthestEnd);
    const widths = edges.map(({ width }) => width).sort((a, b) => a - b);
    expect(widths[15]).toBeGreaterThan(WALKS.steepest);
    expect(widths[15]).toBeLessThan(WALKS.flattest);
  });

  test("the share that arrives over many links follows the open field of an ESP32-C6, within 20 points", () => {
    const distances = OPEN_FIELD.map(([meters]) => meters);
    const walks = Array.from({ length: 200 }, (_, seed) => deliveryAt(distances, { seed, frames: 3 }));
    OPEN_FIELD.forEach(([meters, percent], i) => {
      const mean = walks.reduce((sum, shares) => sum + (shares[i] as number), 0) / walks.length;
      expect(Math.abs(100 * mean - percent), `${meters} m: ${100 * mean}`).toBeLessThan(20);
    });
  });

  test("long frames are lost before short ones, and fast ones before slow ones", () => {
    const share = (meters: number, rate: number, payload: number) =>
      deliveryAt([meters], { model: UNSHADOWED, rate, payload, frames: 300 })[0] as number;
    const [short, middle, long] = [10, 250, 1470].map((payload) => share(200, 0, payload)) as [number, number, number];
    expect(short).toBeGreaterThan(0.95);
    expect(middle).toBeGreaterThan(0.75);
    expect(middle).toBeLessThan(short);
    expect(long).toBeLessThan(0.5);
    expect(long).toBeGreaterThan(0.1);
    for (const rate of [0x03, 0x0c, 0x17]) expect(share(100, rate, 250)).toBeLessThan(0.1);
    expect(share(100, 0x0b, 250)).toBe(1);
  });

  test("the exact model is a cliff at 398 m", () => {
    expect(deliveryAt([398, 399, 420], { model: EXACT_MODEL, frames: 50 })).toEqual([1, 1, 0]);
  });
});

describe("shadowing", () => {
  test("is normally distributed over the pairs, cut off, and the same in both directions", () => {
    const shadowing = new Shadowing(8, 5);
    const losses = Array.from({ length: 20_000 }, (_, n) => shadowing.loss(n % 141, 200 + n));
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    const deviation = Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / losses.length);
    expect(Math.abs(mean)).toBeLessThan(0.3);
    expect(deviation).toBeGreaterThan(7);
    expect(deviation).toBeLessThan(8.2);
    expect([Math.min(...losses), Math.max(...losses)]).toEqual([-16, 16]);
    expect(losses.map((_, n) => shadowing.loss(200 + n, n % 141))).toEqual(losses);
  });

  test("differs from air to air and is nothing where it is off", () => {
    const losses = (seed: number) => Array.from({ length: 20 }, (_, n) => new Shadowing(8, seed).loss(1, n));
    expect(losses(1)).not.toEqual(losses(2));
    expect(new Set(Array.from({ length: 20 }, (_, n) => new Shadowing(0, 1).loss(1, n)))).toEqual(new Set([0]));
  });
});
