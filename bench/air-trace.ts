import { Air, EXACT_MODEL } from "aioespnow/sim";
import { actionFrame, address, type Profile, SATURATED } from "./air-scenarios.ts";
import { lehmer } from "./random.ts";

/**
 * A script that touches every part of the air (two channels, positions and explicit links, all profiles, unicast and
 * broadcast, losses, fading, capture, sleep, movement), and a fingerprint of all that is sent and heard. The same seed must
 * give the same fingerprint on every machine and every version of Node.
 */
const STATIONS = 24;
const FRAMES = 40;
/** Meters: wide enough for stations that do not hear each other, and for frames that capture a receiver. */
const SIDE = 900;
/** Written out, so that a new fit of the profiles leaves the fingerprint as it is. */
const HOST: Profile = { ...SATURATED, queueLimit: 256 };
const ESP32: Profile = { ...SATURATED, retryLimit: 6, softwareTimeUs: 645, queueLimit: 32 };
const ESP8266: Profile = {
  ...ESP32,
  cwMax: 255,
  retryLimit: 11,
  rateSchedule: [
    { attempts: 2, rate: 0x0b },
    { attempts: 2, rate: 0x01 },
    { attempts: 7, rate: 0x00 },
  ],
  hearsGroup: false,
};
const PROFILES = [ESP32, HOST, ESP8266];
const RATES = [0x00, 0x01, 0x03, 0x0b, 0x09, 0x12];

/**
 * FNV-1a (32 bits) of each transmission's station, times, rate, channel and bytes, and of each reception's strength, as
 * hexadecimal digits.
 */
export function traceHash(seed: number): string {
  const air = new Air({
    seed,
    model: { ...EXACT_MODEL, frameLoss: 0.05, fading: { goodMs: 200, badMs: 40, loss: 15 } },
  });
  let hash = 0x811c9dc5;
  const mix = (byte: number): void => {
    hash = Math.imul(hash ^ byte, 0x01000193);
  };
  air.observe((event) => {
    if (event.kind !== "transmission") return;
    const { station, startUs, endUs, rate, channel, frame } = event.transmission;
    for (const n of [station, startUs, endUs, rate, channel]) for (let i = 0; i < 4; i++) mix((n >>> (8 * i)) & 0xff);
    frame.forEach(mix);
  });
  const random = lehmer(7);
  const below = (bound: number): number => Math.floor(bound * random());
  const phys = Array.from({ length: STATIONS }, (_, n) => {
    const profile = PROFILES[n % PROFILES.length] as Profile;
    const position = n % 4 === 3 ? {} : { position: { x: SIDE * random(), y: SIDE * random() } };
    return air.phy({ mac: address(n), profile, channel: n % 2 === 0 ? 1 : 6, ...position });
  });
  phys.forEach((phy, n) => {
    phy.onFrame = ({ rssi }) => {
      mix(n);
      mix((rssi ?? 0) & 0xff);
    };
    phy.setWake(n % 6 === 5 ? { intervalMs: 100, windowMs: 30 } : undefined);
    phy.setLink(phys[(n + 2) % STATIONS] as typeof phy, n % 3 === 0 ? { loss: 90 } : { delivery: 0.8 });
    for (let k = 0; k < FRAMES; k++) {
      const frame = actionFrame(below(3) === 0 ? undefined : below(STATIONS), n, 24 + below(250));
      const rate = RATES[below(RATES.length)] as number;
      air.clock.schedule(1000 * random(), () => phy.transmit(frame, { rate, noAck: false }, () => undefined));
    }
    air.clock.schedule(500, () => phy.setPosition({ x: SIDE * random(), y: SIDE * random() }));
  });
  air.clock.wait(2000);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
