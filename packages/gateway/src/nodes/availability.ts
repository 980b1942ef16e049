import type { Clock, MacAddress } from "aioespnow";
import type { Node } from "./node.ts";

/** How long a node has to answer a ping. */
const ANSWER_MS = 3000;
/** Before a node is offline, and while it is. */
const PINGS_ONLINE = 2;
const PINGS_OFFLINE = 1;
/** A node that is offline is asked after its time once and a half, then after three times, six times and so on. */
const FIRST_BACKOFF = 1.5;
const BACKOFF = 2;
const LONGEST_BACKOFF_MS = 24 * 3_600_000;

/** What availability needs to know of the rest. */
export interface AvailabilityPort {
  readonly clock: Clock;
  /** In ms since 1970. */
  now(): number;
  /** Called with a node whose `isOnline` has changed. */
  tell(node: Node): void;
  /** Asks a node whether it is there. False: it cannot be asked. */
  ping(node: Node): boolean;
}

/** One timer for each node, and none for each message: it looks again when it is over. */
interface Check {
  readonly atMs: number;
  readonly cancel: () => void;
}

/**
 * Knows which nodes are there: one that was silent for longer than its time, and does not answer pings if it can, is offline
 * until it is heard again.
 */
export class Availability {
  readonly #port: AvailabilityPort;
  readonly #checks = new Map<MacAddress, Check>();

  constructor(port: AvailabilityPort) {
    this.#port = port;
  }

  /** A node of the time before: it is online if it was heard lately. */
  add(node: Node): void {
    node.isOnline = this.#leftMs(node) > 0;
    if (node.isOnline) this.#watch(node);
    else this.#ask(node, 0, FIRST_BACKOFF);
  }

  /** It has said something. */
  heard(node: Node): void {
    node.intervals.heard(this.#port.now());
    this.acknowledged(node);
  }

  /** Its radio has acknowledged something: it is there, and that says nothing of its intervals. */
  acknowledged(node: Node): void {
    node.lastSeen = this.#port.now();
    if (node.isOnline) {
      // Where the node was found to speak more often, the check comes earlier.
      const { atMs = 0 } = this.#checks.get(node.mac) ?? {};
      if (this.#port.clock.now() + this.#leftMs(node) < atMs) this.#watch(node);
      return;
    }
    node.isOnline = true;
    this.#watch(node);
    this.#port.tell(node);
  }

  remove(node: Node): void {
    this.#checks.get(node.mac)?.cancel();
    this.#checks.delete(node.mac);
  }

  stop(): void {
    for (const { cancel } of this.#checks.values()) cancel();
    this.#checks.clear();
  }

  /** Looks again when its time is over. */
  #watch(node: Node): void {
    this.#after(node, this.#leftMs(node), () => {
      if (this.#leftMs(node) > 0) this.#watch(node);
      else this.#ask(node, 0, FIRST_BACKOFF);
    });
  }

  /** Its time is over, and `pings` went without an answer. */
  #ask(node: Node, pings: number, backoff: number): void {
    const most = node.isOnline ? PINGS_ONLINE : PINGS_OFFLINE;
    if (pings < most && this.#port.ping(node)) {
      this.#after(node, ANSWER_MS, () => {
        if (this.#leftMs(node) > 0) this.#watch(node);
        else this.#ask(node, pings + 1, backoff);
      });
      return;
    }
    this.#checks.delete(node.mac);
    if (node.isOnline) {
      node.isOnline = false;
      this.#port.tell(node);
    }
    if (pings === 0) return; // it cannot be asked
    const delayMs = Math.min(LONGEST_BACKOFF_MS, backoff * node.timeoutMs);
    this.#after(node, delayMs, () => this.#ask(node, 0, backoff * BACKOFF));
  }

  #after(node: Node, delayMs: number, check: () => void): void {
    this.#checks.get(node.mac)?.cancel();
    const { clock } = this.#port;
    const atMs = clock.now() + delayMs;
    this.#checks.set(node.mac, { atMs, cancel: clock.schedule(atMs, check) });
  }

  #leftMs({ lastSeen, timeoutMs }: Node): number {
    return lastSeen === undefined ? 0 : lastSeen + timeoutMs - this.#port.now();
  }
}
