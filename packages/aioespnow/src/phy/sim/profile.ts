import { Rate } from "../../codec/rate.ts";
import { describe } from "../../util/check.ts";
import type { AckPolicy } from "./airtime.ts";

/** How one kind of device gets to the medium. All times are whole microseconds. */
export interface Profile {
  /** 9 (short slot) or 20 (IEEE 802.11-2020, 18.4.4). DIFS follows from it: SIFS + 2 slots. */
  readonly slotUs: number;
  /** The contention window of a first attempt: the backoff is 0..cwMin slots. Doubled at each retry, up to `cwMax`. */
  readonly cwMin: number;
  /** The largest contention window, in slots. */
  readonly cwMax: number;
  /** Transmissions of one frame that nobody acknowledges, the first included (dot11ShortRetryLimit). */
  readonly retryLimit: number;
  /** The rates of the attempts in turn. Those that it does not reach use the rate that was asked for. */
  readonly rateSchedule: readonly RateStep[];
  /** Work of the processor on each frame before it contends for the medium. It always overlaps the backoff before. */
  readonly softwareTimeUs: number;
  /**
   * Whether the processor works on the next frame of the queue while the radio sends the one before. False: the work on
   * a frame begins when the frame before is done with, as where one task waits for each report.
   */
  readonly softwareOverlaps: boolean;
  /** At which rate it acknowledges OFDM and HT frames: `AckPolicy`. */
  readonly ackPolicy: AckPolicy;
  /** Whether group-addressed frames are handed up. */
  readonly hearsGroup: boolean;
  /** Frames that may wait, the one in progress included. More are refused as busy. */
  readonly queueLimit: number;
}

/** Some attempts at one rate. */
export interface RateStep {
  /** How many, at least 1. */
  readonly attempts: number;
  /** Of these attempts. */
  readonly rate: Rate;
}

/** Which hardware a simulated station behaves like (docs/air.md). */
export type ProfileName = "esp32" | "esp8266" | "host" | "quickespnow";

/**
 * An ESP32 that is driven by `esp_now_send` and its callback. Measurements of that at 1 to 54 Mbit/s leave 247 to 344 us
 * beside the airtime; with 295 us all of them are within 6 % (docs/air.md). Frames that wait in the driver are prepared
 * while the radio sends. Six transmissions make an absent peer cost the 21 ms that QuickESPNow measured.
 */
const ESP32: Profile = {
  slotUs: 9,
  cwMin: 15,
  cwMax: 1023,
  retryLimit: 6,
  rateSchedule: [],
  softwareTimeUs: 295,
  softwareOverlaps: true,
  ackPolicy: "lowest",
  hearsGroup: true,
  queueLimit: 32,
};

/** Change one with a spread: `{ ...PROFILES.esp32, retryLimit: 32 }` is the ESP32 driver's ceiling. */
export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  esp32: ESP32,
  /**
   * An ESP32 that sends through the QuickESPNow library: its task waits for each report before it takes the next message.
   * 645 us give the frame rates that it measured within 3 %.
   */
  quickespnow: { ...ESP32, softwareTimeUs: 645, softwareOverlaps: false },
  /**
   * The attempts that were measured for an absent peer (hackaday.io 161896, log 154698); `cwMax` is what brings a short
   * message to the 20 ms that they took.
   */
  esp8266: {
    slotUs: 9,
    cwMin: 15,
    cwMax: 255,
    retryLimit: 11,
    rateSchedule: [
      { attempts: 2, rate: Rate.RATE_6M },
      { attempts: 2, rate: Rate.RATE_2M },
      { attempts: 7, rate: Rate.RATE_1M },
    ],
    softwareTimeUs: 295,
    softwareOverlaps: true,
    ackPolicy: "lowest",
    hearsGroup: false,
    queueLimit: 32,
  },
  /** A computer's card: limited by the air alone. The retry limit is IEEE 802.11's default. */
  host: {
    slotUs: 9,
    cwMin: 15,
    cwMax: 1023,
    retryLimit: 7,
    rateSchedule: [],
    softwareTimeUs: 0,
    softwareOverlaps: true,
    ackPolicy: "standard",
    hearsGroup: true,
    queueLimit: 256,
  },
};

/** @throws RangeError for a name that is not one of `PROFILES`. */
export function profileOf(profile: ProfileName | Profile): Profile {
  if (typeof profile === "object" && profile !== null) return profile;
  if (Object.hasOwn(PROFILES, profile)) return PROFILES[profile];
  throw new RangeError(`profile must be ${Object.keys(PROFILES).join(" or ")}, or a Profile, not ${describe(profile)}`);
}

/** The rate of the `attempt`th transmission (from 1) of a frame that was to go at `rate`. */
export function attemptRate(profile: Profile, rate: Rate, attempt: number): Rate {
  let last = 0;
  for (const step of profile.rateSchedule) {
    last += step.attempts;
    if (attempt <= last) return step.rate;
  }
  return rate;
}
