/**
 * For hosts of other languages: the core that `ESPNow` and `AIOESPNow` are faces of, without a promise in it, and the
 * way to a thread that blocks.
 */
export { EspNowCore, type Stats } from "./espnow/espnow-core.ts";
export type { MessageHeader } from "./espnow/receive-buffer.ts";
export type { Waiter, WaitingLine } from "./espnow/waiting-line.ts";
export { BlockingPort, type ThreadPort } from "./util/blocking-port.ts";
export type { Clock, Participant } from "./util/clock.ts";
