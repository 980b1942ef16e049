import { Air, EXACT_MODEL } from "aioespnow/sim";
import { actionFrame, address, type Profile, SATURATED } from "./air-scenarios.ts";
import { lehmer } from "./random.ts";
import { type Bench, type Figure, processorSeconds } from "./report.ts";

/** Stations that all broadcast at 1 Mbit/s with one period, each with a phase of its own. */
interface Crowd {
  readonly stations: number;
  readonly periodMs: number;
  /** MPDU with FCS, bytes. */
  readonly length: number;
  readonly profile: Profile | "esp32";
  /** Meters of the square that they are spread over; left out: all hear each other equally well. */
  readonly side?: number;
  readonly simulatedSeconds: number;
}

interface CrowdResult {
  /** Of the processor. */
  readonly seconds: number;
  readonly transmissions: number;
  /** Receptions per transmission and other station. */
  readonly deliveryRatio: number;
}

/** 802.11b as in the ns-3 run of docs/performance.md: long slot, window 31, nothing but the air takes time. */
const NS3_80211B: Profile = { ...SATURATED, slotUs: 20, cwMin: 31, queueLimit: 1000 };

/** What ns-3.37 gave for the same work: delivery ratio and seconds. */
const NS3 = [
  { stations: 10, ratio: 1.0, seconds: 0.13, limit: undefined },
  { stations: 30, ratio: 0.938, seconds: 0.97, limit: undefined },
  { stations: 50, ratio: 0.568, seconds: 1.39, limit: "<= 0.1 s" },
  { stations: 500, ratio: 0.02, seconds: 277, limit: "<= 0.35 s" },
] as const;

/** How fast the simulated air is, on the work that ns-3 was timed with, on ten and on a hundred thousand stations. */
export const air: Bench = async function* (smoke) {
  for (const { stations, ratio, seconds: theirs, limit } of NS3.slice(0, smoke ? 3 : 4)) {
    const crowd = { stations, periodMs: 100, length: 293, profile: NS3_80211B, simulatedSeconds: 10 };
    runCrowd({ ...crowd, simulatedSeconds: 1 }); // the engine compiles the inner loops
    const result = runCrowd(crowd);
    const name = `air: ${stations} stations, 250 B at 10/s, 10 s`;
    yield { name, value: result.seconds, unit: "s", note: `ns-3: ${theirs} s`, ...(limit && { target: limit }) };
    yield { name: `${name}: delivery`, value: result.deliveryRatio, unit: "", note: `ns-3: ${ratio}` };
  }
  const town = { periodMs: 1000, length: 93, profile: "esp32" } as const;
  yield* spread(
    "1 km2",
    { ...town, stations: smoke ? 2000 : 10_000, side: 1000, simulatedSeconds: smoke ? 1 : 10 },
    10,
  );
  if (!smoke) yield* spread("100 km2", { ...town, stations: 100_000, side: 10_000, simulatedSeconds: 2 });
};

/** Stations spread over an area: seconds, transmissions a second, and the memory of the process. */
function* spread(area: string, crowd: Crowd, limit?: number): Iterable<Figure> {
  const { stations, simulatedSeconds } = crowd;
  const result = runCrowd(crowd);
  const name = `air: ${stations} stations on ${area}, 50 B at 1/s, ${simulatedSeconds} s`;
  yield { name, value: result.seconds, unit: "s", ...(limit !== undefined && { target: `<= ${limit} s` }) };
  yield { name: `${name}: transmissions`, value: result.transmissions / result.seconds, unit: "/s" };
  yield { name: `${name}: memory`, value: process.memoryUsage().rss / 2 ** 20, unit: "MiB", target: "<= 1024 MiB" };
}

function runCrowd({ stations, periodMs, length, profile, side, simulatedSeconds }: Crowd): CrowdResult {
  const medium = new Air({ seed: 1, model: { ...EXACT_MODEL, sensitivity: -95 } });
  const random = lehmer(1);
  let received = 0;
  for (let n = 0; n < stations; n++) {
    const position = side === undefined ? {} : { position: { x: side * random(), y: side * random() } };
    const phy = medium.phy({ mac: address(n), profile, ...position });
    phy.onFrame = () => {
      received++;
    };
    const frame = actionFrame(undefined, n, length - 4);
    let at = periodMs * random();
    const tick = (): void => {
      phy.transmit(frame, { rate: 0, noAck: true }, () => undefined);
      at += periodMs;
      if (at < 1000 * simulatedSeconds) medium.clock.schedule(at, tick);
    };
    medium.clock.schedule(at, tick);
  }
  const start = processorSeconds();
  medium.clock.wait(1000 * simulatedSeconds);
  const elapsed = processorSeconds() - start;
  const transmissions = medium.counters.frames;
  return { seconds: elapsed, transmissions, deliveryRatio: received / transmissions / (stations - 1) };
}
