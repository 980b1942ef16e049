import { FCS_LENGTH } from "../../codec/fcs.ts";
import { type Rate, rateInfo } from "../../codec/rate.ts";
import { ratioOf } from "./power.ts";

/** Nothing is received farther below the sensitivity than this, dB; nothing is lost to noise at `CLEAN_DB` above it. */
export const EDGE_DB = 5;
export const CLEAN_DB = 6;

/** What the sensitivity of a rate means: of frames of 1024 bytes a tenth is lost (IEEE 802.11-2020, 17.3.10.2). */
const SENSITIVITY_BIT_ERRORS: number = -Math.log(0.9) / (8 * 1024);

/**
 * `c` in the chance of a bit error at a signal-to-noise ratio r, c * exp(-g * r): 1/2 for differential BPSK and QPSK. CCK
 * and convolutional codes have more neighbours at their least distance, and so fall more steeply. `g` follows from the
 * sensitivity.
 */
const COEFFICIENTS = { dsss: 0.5, cck: 8, ofdm: 36, lr: 0.5 } as const;

/** The chance of a bit error at each whole dB from `-EDGE_DB` to `CLEAN_DB` above the sensitivity. */
export function bitErrorsOf(rate: Rate): Float64Array {
  const coefficient = COEFFICIENTS[familyOf(rate)];
  const steepness = Math.log(coefficient / SENSITIVITY_BIT_ERRORS);
  return Float64Array.from({ length: EDGE_DB + CLEAN_DB + 1 }, (_, i) =>
    Math.min(0.5, coefficient * Math.exp(-steepness * ratioOf(i - EDGE_DB))),
  );
}

/** The chance that noise spoils no bit of a frame of `length` bytes without FCS, `marginDb` above the sensitivity. */
export function clearChance(bitErrors: Float64Array, marginDb: number, length: number): number {
  if (marginDb >= CLEAN_DB) return 1;
  if (marginDb < -EDGE_DB) return 0;
  return Math.exp(-8 * (length + FCS_LENGTH) * (bitErrors[marginDb + EDGE_DB] as number));
}

function familyOf(rate: Rate): keyof typeof COEFFICIENTS {
  const info = rateInfo(rate);
  if (info === undefined || info.modulation === "ht") return "ofdm";
  return info.modulation === "dsss" && info.kbps > 2000 ? "cck" : info.modulation;
}
