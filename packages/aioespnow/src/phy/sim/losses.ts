import { SeededRandom } from "../../util/rng.ts";
import type { AirModel, Fading } from "./air-model.ts";
import { CLEAN_DB, clearChance } from "./error-rate.ts";

/** A frame at one receiver. */
export interface Arrival {
  /** Above the sensitivity of its rate, dB. */
  readonly marginDb: number;
  /** `bitErrorsOf` its rate; undefined where noise spoils nothing. */
  readonly bitErrors: Float64Array | undefined;
  /** Bytes without FCS. */
  readonly length: number;
}

interface FadingState {
  bad: boolean;
  untilUs: number;
}

/** The state of the random source, and the slow state of each direction of a link. */
export interface LossesState {
  readonly random: readonly number[];
  readonly fading: readonly (readonly [key: number, bad: boolean, untilUs: number])[];
}

/** What is lost by chance: of links that were made so, near the sensitivity, and while a link is bad (Gilbert and Elliott). */
export class Losses {
  readonly #model: AirModel;
  readonly #random: SeededRandom;
  readonly #fading = new Map<number, FadingState>();

  constructor(model: AirModel, seed: number) {
    this.#model = model;
    this.#random = streamOf(seed);
  }

  /** Whether a frame that arrives survives. Call it once per frame. `delivery`: the chance that was set for this direction. */
  survives(from: number, to: number, delivery: number, arrival: Arrival, nowUs: number): boolean {
    const { frameLoss, fading } = this.#model;
    const { marginDb, bitErrors, length } = arrival;
    if (delivery < 1 && this.#random.float() >= delivery) return false;
    if (frameLoss > 0 && this.#random.float() < frameLoss) return false;
    const enough = bitErrors === undefined ? 0 : CLEAN_DB;
    let left = marginDb;
    if (fading !== undefined && marginDb < fading.loss + enough && this.#isBad(fading, from, to, nowUs))
      left -= fading.loss;
    if (bitErrors === undefined || left >= enough) return left >= 0;
    return this.#random.float() < clearChance(bitErrors, Math.floor(left), length);
  }

  save(): LossesState {
    const fading = [...this.#fading].map(([key, { bad, untilUs }]) => [key, bad, untilUs] as const);
    return { random: this.#random.state, fading };
  }

  load({ random, fading }: LossesState): void {
    this.#random.state = random;
    this.#fading.clear();
    for (const [key, bad, untilUs] of fading) this.#fading.set(key, { bad, untilUs });
  }

  /** Draws other numbers from now on. */
  reseed(seed: number): void {
    this.#random.state = streamOf(seed).state;
  }

  #isBad(fading: Fading, from: number, to: number, nowUs: number): boolean {
    const key = from * 2 ** 26 + to;
    let state = this.#fading.get(key);
    if (state === undefined) {
      const bad = this.#random.float() * (fading.goodMs + fading.badMs) < fading.badMs;
      state = { bad, untilUs: nowUs + this.#dwellUs(bad ? fading.badMs : fading.goodMs) };
      this.#fading.set(key, state);
    }
    while (state.untilUs <= nowUs) {
      state.bad = !state.bad;
      state.untilUs += this.#dwellUs(state.bad ? fading.badMs : fading.goodMs);
    }
    return state.bad;
  }

  /** An exponentially distributed time, a whole number of at least 1. */
  #dwellUs(meanMs: number): number {
    const chance = (this.#random.uint32() + 1) / 2 ** 32;
    return 1 + Math.round(-1000 * meanMs * Math.log(chance));
  }
}

/** Its numbers are odd, and those of the backoffs even: each has a stream of its own. */
function streamOf(seed: number): SeededRandom {
  return new SeededRandom(2 * seed + 1);
}
