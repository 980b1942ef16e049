/**
 * For running other languages: the core below `ESPNow` and `AIOESPNow`, which uses no promises, and a port to a thread that
 * blocks.
 *
 * @module aioespnow/core
 */
export type { CoreState } from "./espnow/core-state.ts";
export { EspNowCore } from "./espnow/espnow-core.ts";
export type { HeardPeers } from "./espnow/heard-peers.ts";
export { whenMediumElapsed } from "./espnow/late-medium.ts";
export type { Observation, SentMessage } from "./espnow/observation.ts";
export type { EspNowStats } from "./espnow/stats.ts";
export type { Waiter, WaitingLine } from "./espnow/waiting-line.ts";
export { emptyHeader, type MessageHeader, type MessageInfo } from "./radio/message-info.ts";
export { BlockingPort, type ThreadPort } from "./util/blocking-port.ts";
export type { Clock, Participant } from "./util/clock.ts";
