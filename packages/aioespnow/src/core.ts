/**
 * For hosts of other languages: the core that `ESPNow` and `AIOESPNow` are faces of, without a promise in it, and the
 * way to a thread that blocks.
 *
 * @module aioespnow/core
 */
export { EspNowCore } from "./espnow/espnow-core.ts";
export type { Observation, SentMessage } from "./espnow/observation.ts";
export type { Stats } from "./espnow/stats.ts";
export type { Waiter, WaitingLine } from "./espnow/waiting-line.ts";
export { emptyHeader, type MessageHeader, type MessageInfo } from "./radio/message-info.ts";
export { BlockingPort, type ThreadPort } from "./util/blocking-port.ts";
export type { Clock, Participant } from "./util/clock.ts";
