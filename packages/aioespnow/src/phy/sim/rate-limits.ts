import { isLongRange, type Rate } from "../../codec/rate.ts";
import { type AirModel, figureOf } from "./air-model.ts";
import { bitErrorsOf, EDGE_DB } from "./error-rate.ts";
import { leastLevel, POWER, powerOf, ratioOf } from "./power.ts";
import { CLOSED, Modulation } from "./stations.ts";

/** What one rate asks of a signal, in the units and ratios of power.ts. */
export interface Limits {
  /** dBm. */
  readonly sensitivity: number;
  /** `bitErrorsOf` the rate; undefined where noise spoils nothing. */
  readonly bitErrors: Float64Array | undefined;
  /** The least level that can be received at all; `CLOSED`: none. */
  readonly minLevel: number;
  /** How far a preamble must stand out from all else on the air, a ratio: the same at all rates. */
  readonly preambleSir: number;
  /** One of `Modulation`. */
  readonly modulation: number;
  /** By level: the greatest power, itself included, that does not spoil a frame. */
  readonly mostPower: Float64Array;
}

/** Sums of powers stay below this. */
const MAX_SUM = 2 ** 53 - 1;

/** The limits of each rate, worked out once. */
export class RateLimits {
  readonly #model: AirModel;
  readonly #limits = new Map<Rate, Limits>();

  constructor(model: AirModel) {
    this.#model = model;
  }

  of(rate: Rate): Limits {
    let limits = this.#limits.get(rate);
    if (limits === undefined) {
      limits = limitsOf(this.#model, rate);
      this.#limits.set(rate, limits);
    }
    return limits;
  }
}

function limitsOf(model: AirModel, rate: Rate): Limits {
  const sensitivity = Math.round(figureOf(model.sensitivity, rate));
  const sensitivityPower = powerOf(sensitivity);
  const sir = ratioOf(Math.round(figureOf(model.sir, rate)));
  return {
    sensitivity,
    bitErrors: model.bitErrors ? bitErrorsOf(rate) : undefined,
    minLevel: Math.min(leastLevel(powerOf(model.bitErrors ? sensitivity - EDGE_DB : sensitivity)), CLOSED),
    preambleSir: ratioOf(Math.round(model.preambleSir)),
    modulation: isLongRange(rate) ? Modulation.longRange : Modulation.standard,
    // The sensitivity stands for the noise: what exceeds it is there to resist interference.
    mostPower: POWER.map((signal) => signal + greatest((others) => !(signal - sensitivityPower < sir * others))),
  };
}

/** The greatest sum of powers for which a condition holds that holds for 0, and for all that are less. */
function greatest(holds: (sum: number) => boolean): number {
  let low = 0;
  let high = MAX_SUM;
  while (low < high) {
    const middle = high - Math.floor((high - low) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
