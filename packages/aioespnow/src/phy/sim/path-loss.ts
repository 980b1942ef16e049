import type { AirModel } from "./air-model.ts";
import { MAX_DBM, MIN_DBM } from "./power.ts";

/** Squared distances are looked up in this many steps: most lie one comparison from their level. */
const STEPS = 2048;

/**
 * How strongly stations at a distance hear a transmitter of one power, by log-distance path loss: the distances at which
 * the level falls by one dB are found once, so that a pair of stations costs no logarithm.
 */
export class Levels {
  /** The squared distance, m2, beyond which the level is below the weakest that matters. -1: it is nowhere. */
  readonly squaredReach: number;
  readonly #strongest: number;
  /** `#limits[dBm - MIN_DBM]`: the greatest squared distance at which the level is at least that. */
  readonly #limits = new Float64Array(MAX_DBM - MIN_DBM + 1);
  /** By step: the level at its beginning. */
  readonly #starts = new Int8Array(STEPS + 1);
  readonly #scale: number;

  /** `weakest` is a whole number of dBm. */
  constructor(model: AirModel, txPower: number, weakest: number) {
    const levelAt = (squared: number): number => Math.round(txPower - pathLoss(model, squared));
    this.#strongest = Math.min(levelAt(0), MAX_DBM);
    for (let dBm = MIN_DBM; dBm <= MAX_DBM; dBm++) this.#limits[dBm - MIN_DBM] = lastAtLeast(levelAt, dBm);
    this.squaredReach = this.#limits[Math.min(weakest, MAX_DBM) - MIN_DBM] as number;
    const isBounded = this.squaredReach > 0 && this.squaredReach < Number.POSITIVE_INFINITY;
    this.#scale = isBounded ? STEPS / this.squaredReach : 0;
    let level = this.#strongest;
    for (let step = 0; step <= STEPS; step++) {
      level = this.#downFrom(level, isBounded ? step / this.#scale : 0);
      this.#starts[step] = level;
    }
  }

  /** dBm, at most MAX_DBM, at a squared distance within the reach; NaN (a station without a position) is as at 1 m. */
  at(squared: number): number {
    return this.#downFrom(this.#starts[(squared * this.#scale) | 0] as number, squared);
  }

  #downFrom(start: number, squared: number): number {
    let level = start;
    while (squared > (this.#limits[level - MIN_DBM] as number)) level--;
    return level;
  }
}

/**
 * Log-distance path loss at a squared distance, dB; nearer than 1 m it is as at 1 m. Rounded, so that no engine's log10 can
 * make a difference.
 */
function pathLoss({ referenceLoss, antennaLoss, exponent }: AirModel, squared: number): number {
  const nearby = referenceLoss + antennaLoss;
  return squared > 1 ? nearby + Math.round(5e6 * exponent * Math.log10(squared)) / 1e6 : nearby;
}

/** The greatest number for which a function that never rises is at least `level`: -1 if 0 is not, or Infinity. */
function lastAtLeast(levelAt: (squared: number) => number, level: number): number {
  if (levelAt(0) < level) return -1;
  if (levelAt(Number.MAX_VALUE) >= level) return Number.POSITIVE_INFINITY;
  let low = 0;
  let high = 1;
  while (levelAt(high) >= level) high *= 2;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return low;
    if (levelAt(middle) >= level) low = middle;
    else high = middle;
  }
}
