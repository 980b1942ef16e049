import type { Rate } from "../../codec/rate.ts";
import { describe } from "../../util/check.ts";
import { EDGE_DB } from "./error-rate.ts";

/**
 * What the medium does to signals. Decibel figures are whole numbers where they are compared with received power.
 * docs/air.md gives the reasons and says what is left out.
 */
export interface AirModel {
  /** Path loss at 1 m, dB; also between stations without a position. 40 dB is free space at 2.4 GHz. */
  readonly referenceLoss: number;
  /** What antennas, housings and bodies at both ends lose together, dB. Not of links whose loss is said outright. */
  readonly antennaLoss: number;
  /** Path loss exponent of log-distance: 2 is free space, 3 buildings. */
  readonly exponent: number;
  /**
   * How much links of one length differ by what stands between, dB: the standard deviation of a normal distribution that is
   * cut off at twice that. Each pair of stations that are more than 1 m apart keeps its value, in both directions. 0: none.
   */
  readonly shadowing: number;
  /**
   * Whether noise spoils frames near the sensitivity by chance: more of the long ones. The sensitivity is then where a tenth
   * of the frames of 1024 bytes is lost. False: all that is at least as strong arrives, nothing that is weaker.
   */
  readonly bitErrors: boolean;
  /** dBm, of stations that do not say. */
  readonly txPower: number;
  /** The weakest signal that is decoded reliably with nothing else on the air, dBm; one figure for all rates or one per rate. */
  readonly sensitivity: number | ReadonlyMap<Rate, number>;
  /** How far above interference a frame must be during its whole length, dB; for all rates or per rate. */
  readonly sir: number | ReadonlyMap<Rate, number>;
  /** How far above everything else a frame must be when it begins, for a receiver to lock on it, dB. */
  readonly preambleSir: number;
  /** How much stronger than the frame being received a later one must be to take its place, dB. Infinity: it never does. */
  readonly captureMargin: number;
  /** The chance that a frame is lost at a receiver for no other reason, 0..1. */
  readonly frameLoss: number;
  /** A slow good and bad state of each link (Gilbert-Elliott), each direction for itself. Undefined: always good. */
  readonly fading: Fading | undefined;
}

/** A link that is good and bad in turns (Gilbert and Elliott). */
export interface Fading {
  /** Mean time in the good state, in milliseconds. The times are exponentially distributed. */
  readonly goodMs: number;
  /** Mean time in the bad state, in milliseconds, distributed alike. */
  readonly badMs: number;
  /** What a frame loses in the bad state, dB. Its carrier is sensed as before. */
  readonly loss: number;
}

/**
 * By rate: sensitivity in dBm and signal-to-interference ratio in dB. Model figures: the sensitivities are of the order
 * that ESP32 datasheets give; the ratios leave about 3 dB to the noise that they imply.
 */
const FIGURES: readonly (readonly [Rate, number, number])[] = [
  [0x00, -98, 2], // DSSS 1M
  [0x01, -96, 4],
  [0x02, -93, 6],
  [0x03, -88, 9],
  [0x05, -96, 4], // short preamble
  [0x06, -93, 6],
  [0x07, -88, 9],
  [0x0b, -93, 5], // OFDM 6M
  [0x0f, -92, 6],
  [0x0a, -91, 8],
  [0x0e, -88, 10],
  [0x09, -85, 13],
  [0x0d, -82, 17],
  [0x08, -78, 21],
  [0x0c, -76, 23],
  ...[-92, -90, -88, -85, -81, -78, -76, -74].flatMap((sensitivity, mcs): [Rate, number, number][] => {
    const sir = [5, 8, 11, 14, 18, 22, 23, 25][mcs] as number;
    return [
      [0x10 + mcs, sensitivity, sir],
      [0x18 + mcs, sensitivity, sir],
    ];
  }),
  [0x29, -104, 2], // long range 250K
  [0x2a, -101, 2],
];

type Figures = number | readonly (readonly [rate: Rate, figure: number])[];

/** A model as plain data. */
export interface AirModelState extends Omit<AirModel, "sensitivity" | "sir"> {
  readonly sensitivity: Figures;
  readonly sir: Figures;
}

export function saveModel({ sensitivity, sir, ...model }: AirModel): AirModelState {
  const plain = (figures: AirModel["sir"]): Figures => (typeof figures === "number" ? figures : [...figures]);
  return { ...model, sensitivity: plain(sensitivity), sir: plain(sir) };
}

export function loadModel({ sensitivity, sir, ...model }: AirModelState): AirModel {
  const figures = (state: Figures): AirModel["sir"] => (typeof state === "number" ? state : new Map(state));
  return { ...model, sensitivity: figures(sensitivity), sir: figures(sir) };
}

export function isSameModel(a: AirModelState, b: AirModelState): boolean {
  return sorted(a) === sorted(b);
}

/** As text, whatever the order of its parts. */
function sorted(model: object): string {
  const entries = Object.entries(model).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(entries, (_, value) => (value?.goodMs === undefined ? value : Object.entries(value).sort()));
}

/** ESP32s in and around buildings: the model of an air that is given no other. docs/air.md says what it is fitted to. */
export const DEFAULT_MODEL: AirModel = {
  referenceLoss: 40,
  antennaLoss: 10,
  exponent: 3,
  shadowing: 7.5,
  bitErrors: true,
  txPower: 20,
  sensitivity: new Map(FIGURES.map(([rate, sensitivity]) => [rate, sensitivity])),
  sir: new Map(FIGURES.map(([rate, , sir]) => [rate, sir])),
  preambleSir: 2,
  captureMargin: 10,
  frameLoss: 0,
  fading: undefined,
};

/**
 * For tests that need exact distances: all links of one length are alike. At 1 Mbit/s every frame arrives up to 398 m, and
 * none beyond.
 */
export const EXACT_MODEL: AirModel = { ...DEFAULT_MODEL, antennaLoss: 0, shadowing: 0, bitErrors: false };

/** Standard deviations beyond this would not fit the range of received power, dB. */
const MAX_SHADOWING = 50;

/** @throws RangeError for figures that make no sense. */
export function checkModel({ frameLoss, shadowing }: AirModel): void {
  if (!(frameLoss >= 0 && frameLoss <= 1)) throw new RangeError(`frameLoss must be 0..1, not ${describe(frameLoss)}`);
  if (!(shadowing >= 0 && shadowing <= MAX_SHADOWING)) {
    throw new RangeError(`shadowing must be 0..${MAX_SHADOWING} dB, not ${describe(shadowing)}`);
  }
}

/** The figure of one rate. A map that lacks it makes the rate as demanding as its most demanding one. */
export function figureOf(figures: number | ReadonlyMap<Rate, number>, rate: Rate): number {
  if (typeof figures === "number") return figures;
  return figures.get(rate) ?? Math.max(...figures.values());
}

/** The weakest signal that matters at all: it can be decoded at some rate, keeps others silent and disturbs them, dBm. */
export function weakestSignal({ sensitivity, bitErrors }: AirModel): number {
  const weakest = typeof sensitivity === "number" ? sensitivity : Math.min(...sensitivity.values());
  return bitErrors ? weakest - EDGE_DB : weakest;
}
