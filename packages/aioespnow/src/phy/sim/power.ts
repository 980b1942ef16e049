/**
 * Power as whole numbers: multiples of 10^-13 mW (-130 dBm). Sums of up to 900 signals of 0 dBm stay below 2^53, so they
 * are exact, do not depend on the order of the terms, and return to zero.
 */

/** 10^(n/10) for n = 0..9: literals, because engines may differ in the last digit of Math.pow. */
const TENTHS: readonly number[] = [
  1, 1.2589254117941673, 1.5848931924611136, 1.9952623149688797, 2.51188643150958, 3.1622776601683795,
  3.9810717055349722, 5.011872336272722, 6.309573444801933, 7.943282347242816,
];

/** What a received signal is limited to, dBm: the range of an int8 and of the exact sums. */
export const MIN_DBM = -128;
export const MAX_DBM = 0;

const UNIT_DBM = -130;

/** 10^(dB/10) for a whole number of dB. */
export function ratioOf(dB: number): number {
  const bel = Math.floor(dB / 10);
  return (TENTHS[dB - 10 * bel] as number) * Number(`1e${bel}`);
}

/** The power of a whole number of dBm, in units. */
export function powerOf(dBm: number): number {
  return Math.round(ratioOf(dBm - UNIT_DBM));
}

/** `POWER[dBm - MIN_DBM]` is the power of a received signal. */
export const POWER: Float64Array = Float64Array.from({ length: MAX_DBM - MIN_DBM + 1 }, (_, i) => powerOf(MIN_DBM + i));

/** The least level with such a power: Infinity if there is none. */
export function leastLevel(power: number): number {
  const level = POWER.findIndex((signal) => signal >= power);
  return level < 0 ? Number.POSITIVE_INFINITY : level;
}
