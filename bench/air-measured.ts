import { Air } from "aioespnow/sim";
import { actionFrame, address, mpduLength, type ProfileOrName, saturate } from "./air-scenarios.ts";

/** What was measured between ESP32s that use the bare API of ESP-IDF, and the same work on the simulated air. */

/** One measured figure. */
export interface Measurement {
  readonly name: string;
  readonly source: string;
  readonly measured: number;
  readonly unit: "us" | "frames/s";
  /** How far off the model may be, percent. */
  readonly limit: number;
  /** The same on the air, with the `esp32` profile if left out. */
  readonly model: (profile?: ProfileOrName) => number;
}

const RATE_1M = 0x00;
const RATE_11M = 0x03;
const RATE_MCS0 = 0x10;

/** Microseconds from one report to the next, at 250 bytes: the sender gives the driver the next frame in its callback. */
const CYCLES = [
  { name: "1M", rate: RATE_1M, broadcast: 2831, unicast: 3147 },
  { name: "6M", rate: 0x0b, broadcast: 703, unicast: 767 },
  { name: "12M", rate: 0x0a, broadcast: 507, unicast: 570 },
  { name: "54M", rate: 0x0c, broadcast: 351, unicast: 417 },
] as const;

/** Microseconds from `esp_now_send` to the receiver's callback, of broadcasts at 1 Mbit/s. */
const ONE_WAY = [
  { payload: 8, name: "8 B one way, median", measured: 944 },
  { payload: 60, name: "60 B broadcast", measured: 1300 },
  { payload: 250, name: "250 B one way", measured: 2783 },
] as const;

/** Frames per second of 250 bytes by a sender that keeps the driver's queue filled. */
const QUEUED = [
  { name: "11M", rate: RATE_11M, broadcast: 1988, unicast: 1397 },
  { name: "MCS0", rate: RATE_MCS0, broadcast: 2009, unicast: 1768 },
] as const;

/** The rows of the table in docs/air.md. */
export const MEASUREMENTS: readonly Measurement[] = [
  ...CYCLES.flatMap((row) => [
    cycle(row.name, row.rate, false, row.broadcast),
    cycle(row.name, row.rate, true, row.unicast),
  ]),
  ...ONE_WAY.map(oneWay),
  ...QUEUED.flatMap((row) => [
    queued(row.name, row.rate, false, row.broadcast),
    queued(row.name, row.rate, true, row.unicast),
  ]),
];

/** Percent by which the model is above or below what was measured. */
export function errorOf({ model, measured }: Measurement, profile?: ProfileOrName): number {
  return 100 * (model(profile) / measured - 1);
}

function cycle(name: string, rate: number, isUnicast: boolean, measured: number): Measurement {
  const kind = { rate, length: mpduLength(250) };
  return {
    name: `250 B at ${name}, ${isUnicast ? "unicast" : "broadcast"}`,
    source: "bare API, the next frame sent from the callback",
    measured,
    unit: "us",
    limit: 6,
    model: (profile = "esp32") => 1e6 / saturate({ senders: 1, kind, isUnicast, frames: 500, profile }),
  };
}

function oneWay({ payload, name, measured }: (typeof ONE_WAY)[number]): Measurement {
  return {
    name,
    source: "bare API, from the call to the receiver's callback",
    measured,
    unit: "us",
    limit: 6,
    model: (profile = "esp32") => oneWayUs(payload, profile),
  };
}

function queued(name: string, rate: number, isUnicast: boolean, measured: number): Measurement {
  const kind = { rate, length: mpduLength(250) };
  return {
    name: `250 B at ${name}, ${isUnicast ? "unicast" : "broadcast"}, queued`,
    source: "NTU, the driver's queue kept filled",
    measured,
    unit: "frames/s",
    limit: 3,
    model: (profile = "esp32") => saturate({ senders: 1, kind, isUnicast, frames: 4000, profile, inFlight: 4 }),
  };
}

/** Microseconds from `transmit` of an idle station to the reception, at 1 Mbit/s. */
function oneWayUs(payload: number, profile: ProfileOrName): number {
  const air = new Air({ seed: 1 });
  let heardMs = 0;
  air.phy({ mac: address(0), profile }).onFrame = ({ timeMs }) => {
    heardMs = timeMs;
    air.clock.delivered();
  };
  const frame = actionFrame(undefined, 1, mpduLength(payload) - 4);
  air.phy({ mac: address(1), profile }).transmit(frame, { rate: RATE_1M, noAck: true }, () => undefined);
  air.clock.wait(Number.POSITIVE_INFINITY);
  return 1000 * heardMs;
}
