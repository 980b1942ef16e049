import { Air } from "aioespnow/sim";
import { lehmer } from "./random.ts";

/** Stations that always have a frame to send, all within reach of each other: what they get through, and the formulas. */

/** Short slot and a window of 15, as an ESP32 contends, and no work but that of the air. Microseconds. */
export const SATURATED: Profile = {
  slotUs: 9,
  cwMin: 15,
  cwMax: 1023,
  retryLimit: 7,
  rateSchedule: [],
  softwareTimeUs: 0,
  softwareOverlaps: false,
  ackPolicy: "standard",
  hearsGroup: true,
  queueLimit: 4,
};

const SIFS = 10;
const DIFS = SIFS + 2 * SATURATED.slotUs;

type StationOptions = NonNullable<Parameters<Air["phy"]>[0]>;
type SimPhy = ReturnType<Air["phy"]>;
export type ProfileOrName = NonNullable<StationOptions["profile"]>;
export type Profile = Exclude<ProfileOrName, string>;

/** One kind of frame: its rate by wifi_phy_rate_t, and what it and its ACK take on the air (docs/protocol.md 5.2). */
export interface FrameKind {
  readonly name: string;
  readonly rate: number;
  /** MPDU with FCS, bytes. */
  readonly length: number;
  /** Microseconds. */
  readonly airtime: number;
  readonly ack: number;
}

/** A message of 250 bytes (v1) and one of 1470 (v2): MPDU of 293 and 1548 bytes. Computed by hand from the standard. */
export const FRAME_KINDS: readonly FrameKind[] = [
  { name: "1M 250 B", rate: 0x00, length: 293, airtime: 2536, ack: 304 },
  { name: "2M 250 B", rate: 0x01, length: 293, airtime: 1364, ack: 248 },
  { name: "5.5M 250 B", rate: 0x02, length: 293, airtime: 619, ack: 213 },
  { name: "11M 250 B", rate: 0x03, length: 293, airtime: 406, ack: 203 },
  { name: "6M 250 B", rate: 0x0b, length: 293, airtime: 422, ack: 50 },
  { name: "12M 250 B", rate: 0x0a, length: 293, airtime: 226, ack: 38 },
  { name: "24M 250 B", rate: 0x09, length: 293, airtime: 126, ack: 34 },
  { name: "54M 250 B", rate: 0x0c, length: 293, airtime: 70, ack: 34 },
  { name: "1M 1470 B", rate: 0x00, length: 1548, airtime: 12576, ack: 304 },
  { name: "2M 1470 B", rate: 0x01, length: 1548, airtime: 6384, ack: 248 },
  { name: "5.5M 1470 B", rate: 0x02, length: 1548, airtime: 2444, ack: 213 },
  { name: "11M 1470 B", rate: 0x03, length: 1548, airtime: 1318, ack: 203 },
  { name: "6M 1470 B", rate: 0x0b, length: 1548, airtime: 2094, ack: 50 },
  { name: "12M 1470 B", rate: 0x0a, length: 1548, airtime: 1062, ack: 38 },
  { name: "24M 1470 B", rate: 0x09, length: 1548, airtime: 546, ack: 34 },
  { name: "54M 1470 B", rate: 0x0c, length: 1548, airtime: 258, ack: 34 },
];

/** Frames per second of one sender that is limited by the air alone. */
export function airtimeLimit(kind: FrameKind, isUnicast: boolean): number {
  const backoff = (SATURATED.cwMin / 2) * SATURATED.slotUs;
  return 1e6 / (DIFS + backoff + kind.airtime + (isUnicast ? SIFS + kind.ack : 0));
}

/**
 * Frames per second that get through from `stations` saturated stations, by Bianchi's fixed point (IEEE JSAC 18(3), 2000)
 * with a retry limit, in the variant for counters that stop while the medium is busy (Tinnirello, Bianchi and Xiao, IEEE
 * Trans. Veh. Technol. 59(3), 2010): after a transmission only the station that made it can use the first slot. The
 * stations that hear a collision hear noise: they wait for DIFS, not EIFS.
 */
export function bianchi(stations: number, kind: FrameKind, retryLimit: number): number {
  const { slotUs, cwMin, cwMax } = SATURATED;
  const transmits = (collision: number): number => {
    let backoff = 0;
    let reached = 0;
    for (let attempt = 0, window = cwMin; attempt < retryLimit; attempt++, window = Math.min(2 * window + 1, cwMax)) {
      backoff += (collision ** attempt * window) / 2;
      reached += collision ** attempt;
    }
    return 1 / (1 + backoff / reached);
  };
  let low = 0;
  let high = 1;
  for (let i = 0; i < 60; i++) {
    const tau = (low + high) / 2;
    if (transmits(1 - (1 - tau) ** (stations - 1)) > tau) low = tau;
    else high = tau;
  }
  const busy = 1 - (1 - low) ** stations;
  const success = stations * low * (1 - low) ** (stations - 1);
  const again = 1 / (cwMin + 1);
  const successUs = (kind.airtime + SIFS + kind.ack + DIFS) / (1 - again) + slotUs;
  const collisionUs = kind.airtime + DIFS + slotUs;
  const meanUs = (1 - busy) * slotUs + success * successUs + (busy - success) * collisionUs;
  return (1e6 * (success / (1 - again))) / meanUs;
}

/** Frames per second that get through, when each of some stations always has a frame to send. */
export interface Saturation {
  readonly senders: number;
  readonly kind: Pick<FrameKind, "rate" | "length">;
  /** To one more station, which acknowledges; or to everybody, and that station counts. */
  readonly isUnicast: boolean;
  /** How many to send in all. */
  readonly frames: number;
  /** `SATURATED` if left out. */
  readonly profile?: ProfileOrName;
  /** How many frames each keeps in its queue; 1 if left out: the next when the one before is reported. */
  readonly inFlight?: number;
}

export function saturate({ senders, kind, isUnicast, frames, profile = SATURATED, inFlight = 1 }: Saturation): number {
  const air = new Air({ seed: 1 });
  let received = 0;
  let finished = 0;
  air.phy({ mac: address(0), profile }).onFrame = () => received++;
  for (let i = 1; i <= senders; i++) {
    const phy = air.phy({ mac: address(i), profile });
    const frame = actionFrame(isUnicast ? 0 : undefined, i, kind.length - 4);
    const send = (): void => {
      phy.transmit(frame, { rate: kind.rate, noAck: false }, () => {
        finished++;
        if (finished < frames) send();
        else air.clock.delivered();
      });
    };
    for (let k = 0; k < inFlight; k++) send();
  }
  air.clock.wait(Number.POSITIVE_INFINITY);
  return (1000 * received) / air.clock.now();
}

/** What QuickESPNow measured between ESP32s at 1 Mbit/s: payload bytes, and frames per second to all and to one. */
export const QUICK_ESPNOW: readonly {
  readonly payload: number;
  readonly broadcast: number;
  readonly unicast: number;
}[] = [
  { payload: 250, broadcast: 320, unicast: 285 },
  { payload: 125, broadcast: 450, unicast: 400 },
  { payload: 75, broadcast: 567, unicast: 475 },
  { payload: 35, broadcast: 679, unicast: 571 },
  { payload: 12, broadcast: 781, unicast: 625 },
];

/** MPDU with FCS of an ESP-NOW message: 43 bytes and 7 for each further element of 250 bytes (docs/protocol.md 1). */
export function mpduLength(payload: number): number {
  return 36 + 7 * Math.ceil(payload / 250) + payload;
}

/** Mean milliseconds from `transmit` to `done` of messages at 1 Mbit/s from one idle station to another, or to nobody. */
export function sendTime(profile: ProfileOrName, payload: number, isPresent: boolean, frames: number): number {
  const air = new Air({ seed: 1 });
  if (isPresent) air.phy({ mac: address(0) });
  const phy = air.phy({ mac: address(1), profile });
  const frame = actionFrame(0, 1, mpduLength(payload) - 4);
  let total = 0;
  for (let i = 0; i < frames; i++) {
    const start = air.clock.now();
    phy.transmit(frame, { rate: 0, noAck: false }, () => {
      total += air.clock.now() - start;
      air.clock.delivered();
    });
    air.clock.wait(Number.POSITIVE_INFINITY);
    air.clock.wait(start + 200);
  }
  return total / frames;
}

/** Two stations that one hears: each sends broadcasts of 250 bytes at 1 Mbit/s, at random times in windows of `WINDOW_MS`. */
export interface HiddenPair {
  /** Whether the two do not hear each other. */
  readonly isHidden: boolean;
  /** By how much the first is stronger, dB. */
  readonly advantage: number;
  readonly frames: number;
}

export const WINDOW_MS = 50;

/** The parts of the frames of the first and of the second station that get through. */
export function hiddenPair({ isHidden, advantage, frames }: HiddenPair): [number, number] {
  const air = new Air({ seed: 1 });
  const receiver = air.phy({ mac: address(0), profile: "host" });
  const pair = [1, 2].map((n) => air.phy({ mac: address(n), profile: "host" })) as [SimPhy, SimPhy];
  const loss = isHidden ? Number.POSITIVE_INFINITY : 40;
  pair[0].setLink(pair[1], { loss });
  pair[1].setLink(pair[0], { loss });
  pair[0].setLink(receiver, { loss: 40 });
  pair[1].setLink(receiver, { loss: 40 + advantage });
  const received: [number, number] = [0, 0];
  receiver.onFrame = (frame) => {
    received[frame.bytes[15] === 1 ? 0 : 1]++;
  };
  const random = lehmer(2);
  pair.forEach((phy, i) => {
    const frame = actionFrame(undefined, i + 1, 289);
    for (let k = 0; k < frames; k++) {
      const at = 2 * WINDOW_MS * k + WINDOW_MS * random();
      air.clock.schedule(at, () => phy.transmit(frame, { rate: 0, noAck: true }, () => undefined));
    }
  });
  air.clock.wait(2 * WINDOW_MS * frames);
  return [received[0] / frames, received[1] / frames];
}

/** The address of the `n`th station of a scenario. */
export function address(n: number): NonNullable<StationOptions["mac"]> {
  const bytes = [0x02, 0, 0, (n >> 16) & 0xff, (n >> 8) & 0xff, n & 0xff];
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":") as ReturnType<typeof address>;
}

/** An action frame of `length` bytes (no FCS) from one station to another, or to everybody. */
export function actionFrame(to: number | undefined, from: number, length: number): Uint8Array {
  const frame = new Uint8Array(length);
  frame[0] = 0xd0;
  const put = (n: number, offset: number): void =>
    frame.set([0x02, 0, 0, (n >> 16) & 0xff, (n >> 8) & 0xff, n & 0xff], offset);
  if (to === undefined) frame.fill(0xff, 4, 10);
  else put(to, 4);
  put(from, 10);
  frame.fill(0xff, 16, 22);
  return frame;
}
