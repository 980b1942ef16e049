/**
 * Media of 802.11 frames: the interface, and wrappers that observe, disturb and replay a medium.
 *
 * @module aioespnow/phy
 */
export { type CaptureOptions, CapturePhy } from "./phy/capture-phy.ts";
export { type FaultOptions, FaultPhy, type FaultRule, type Faults } from "./phy/fault-phy.ts";
export type { Phy, PhyCapabilities, PhyState, ReceivedFrame, TransmitOptions, TransmitResult } from "./phy/phy.ts";
export { PhyWrapper } from "./phy/phy-wrapper.ts";
export type { ReplayCounters } from "./phy/replay-counters.ts";
export { type ReplayOptions, ReplayPhy } from "./phy/replay-phy.ts";
export { type PhyEvent, TracePhy } from "./phy/trace-phy.ts";
