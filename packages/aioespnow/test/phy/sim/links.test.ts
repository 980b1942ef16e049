import { describe, expect, test } from "vitest";
import { EXACT_MODEL } from "#lib/phy/sim/air-model.ts";
import { newCounters } from "#lib/phy/sim/counters.ts";
import { Links } from "#lib/phy/sim/links.ts";
import type { Position } from "#lib/phy/sim/position.ts";
import { MIN_DBM } from "#lib/phy/sim/power.ts";
import { levelIn, levelOf, stationOf, withoutOwner } from "#lib/phy/sim/rows.ts";
import { SeededRandom } from "#lib/util/rng.ts";

const MODEL = { ...EXACT_MODEL, sensitivity: -95 };

/** Stations of different powers on a square, some of them without a position. */
function scatter(count: number, side: number, maxEntries?: number) {
  const random = new SeededRandom(3);
  const counters = newCounters();
  const links = new Links(MODEL, 1, counters, maxEntries);
  const stations = Array.from({ length: count }, (_, n) => {
    const position: Position | undefined =
      n % 50 === 7 ? undefined : { x: side * random.float(), y: side * (random.float() - 0.5), z: 10 * random.float() };
    const txPower = n % 3 === 0 ? 20 : 3.5;
    links.add(n, position, txPower);
    return { position, txPower };
  });
  const expected = (from: number): [number, number][] =>
    stations.flatMap((other, n): [number, number][] => {
      const dBm = Math.round((stations[from]?.txPower ?? 0) - loss(stations[from]?.position, other.position));
      return n === from || dBm < -95 ? [] : [[n, dBm]];
    });
  return { links, stations, counters, expected };
}

function loss(a: Position | undefined, b: Position | undefined): number {
  if (a === undefined || b === undefined) return 40;
  const distance = Math.hypot(a.x - b.x, a.y - b.y, (a.z ?? 0) - (b.z ?? 0));
  return 40 + Math.max(0, 30 * Math.log10(distance));
}

function heard(links: Links, station: number): [number, number][] {
  const { row } = links.reach(station);
  return [...withoutOwner(row, station)].map((value) => [stationOf(value), levelOf(value) + MIN_DBM]);
}

describe("who hears a station", () => {
  test.each([50, 1000, 20_000])("follows from log-distance path loss, in order of number, on %i m", (side) => {
    const { links, stations, expected } = scatter(400, side);
    for (let from = 0; from < stations.length; from += 9) expect(heard(links, from)).toEqual(expected(from));
  });

  test("changes when a station moves, leaves, or has a link of its own", () => {
    const { links, stations, expected } = scatter(100, 2000);
    links.reach(0);
    for (const [n, x] of [5, 6, 7, 8].entries()) {
      const position = { x: 10 * x, y: n };
      (stations[x] as { position: Position }).position = position;
      links.setPosition(x, position);
    }
    expect(heard(links, 0)).toEqual(expected(0));
    links.remove(9);
    links.setPosition(9, { x: 0, y: 0 });
    const absent = (value: [number, number]) => value[0] !== 9;
    expect(heard(links, 0)).toEqual(expected(0).filter(absent));
    links.setLink(0, 9, { loss: 50 });
    links.setLink(0, 10, { loss: 60 });
    links.setLink(0, 7, { loss: Number.POSITIVE_INFINITY });
    const { row } = links.reach(0);
    expect([levelIn(row, 7), levelIn(row, 9), levelIn(row, 10) + MIN_DBM]).toEqual([-1, -1, -40]);
  });

  test("is forgotten when the entries of all are too many, and the same when it is made again", () => {
    const { links, stations, counters, expected } = scatter(200, 500, 2000);
    for (let round = 0; round < 2; round++) {
      for (let from = 0; from < stations.length; from += 5) expect(heard(links, from)).toEqual(expected(from));
    }
    expect(counters.rowsForgotten).toBeGreaterThan(20);
  });
});
