/**
 * A simulated 2.4 GHz air, its clocks and its random numbers: whole networks without hardware, in virtual or real time.
 *
 * @module aioespnow/sim
 */
export { Air, type SimAirState, SimRadio, type SimRadioOptions, type SimRadioState } from "./open/sim-air.ts";
export type { AirEvent, AirOptions, Hold, StationOptions, Transmission } from "./phy/sim/air.ts";
export type { StationChange } from "./phy/sim/air-event.ts";
export { type AirModel, DEFAULT_MODEL, EXACT_MODEL, type Fading } from "./phy/sim/air-model.ts";
export type { AckPolicy } from "./phy/sim/airtime.ts";
export type { AirCounters } from "./phy/sim/counters.ts";
export type { Link } from "./phy/sim/links.ts";
export type { Position } from "./phy/sim/position.ts";
export { PROFILES, type Profile, type ProfileName, type RateStep } from "./phy/sim/profile.ts";
export type { SimPhy } from "./phy/sim/sim-phy.ts";
export type { WakeWindow } from "./phy/sim/wake-cycle.ts";
export { type RandomSource, SeededRandom } from "./util/rng.ts";
export { SystemClock, systemClock } from "./util/system-clock.ts";
export { type ClockState, VirtualClock } from "./util/virtual-clock.ts";
