import { isLongRange, type Rate } from "../../codec/rate.ts";
import { type AirModel, figureOf } from "./air-model.ts";
import { bitErrorsOf, EDGE_DB } from "./error-rate.ts";
import { powerOf, ratioOf } from "./power.ts";
import { Modulation } from "./stations.ts";

/** What one rate asks of a signal, in the units and ratios of power.ts. */
export interface Limits {
  /** dBm. */
  readonly sensitivity: number;
  /** The power at the sensitivity, and the least that can be received at all. */
  readonly sensitivityPower: number;
  readonly minPower: number;
  /** `bitErrorsOf` the rate; undefined where noise spoils nothing. */
  readonly bitErrors: Float64Array | undefined;
  readonly sir: number;
  readonly preambleSir: number;
  /** One of `Modulation`. */
  readonly modulation: number;
}

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
  return {
    sensitivity,
    sensitivityPower: powerOf(sensitivity),
    minPower: powerOf(model.bitErrors ? sensitivity - EDGE_DB : sensitivity),
    bitErrors: model.bitErrors ? bitErrorsOf(rate) : undefined,
    sir: ratioOf(Math.round(figureOf(model.sir, rate))),
    preambleSir: ratioOf(Math.round(model.preambleSir)),
    modulation: isLongRange(rate) ? Modulation.longRange : Modulation.standard,
  };
}
