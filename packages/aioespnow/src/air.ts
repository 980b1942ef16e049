/**
 * To host the air that the `air:` radios of other programs join, with other settings than theirs, and to watch it. For Node.
 *
 * @module aioespnow/air
 */
export { type HostAirOptions, HostedAir, type HostedAirEvent, hostAir, otherAir } from "./phy/shared-air/hosted-air.ts";
export type { AirStation, StationCounts } from "./phy/shared-air/station-pool.ts";
export type { AirModel, Fading } from "./phy/sim/air-model.ts";
export type { AirCounters } from "./phy/sim/counters.ts";
export type { Transmission } from "./phy/sim/flights.ts";
export type { Position } from "./phy/sim/position.ts";
