import type { Clock, MacAddress } from "aioespnow";
import type { Node } from "./node.ts";

/** Copies of a message, and acknowledgements, are no interval of the node. */
const BURST_MS = 1000;

/** Knows which nodes are there: one that was silent for longer than its time is offline, until it is heard again. */
export class Availability {
  readonly #clock: Clock;
  /** In ms since 1970. */
  readonly #now: () => number;
  readonly #tell: (node: Node) => void;
  readonly #checks = new Map<MacAddress, { readonly atMs: number; readonly cancel: () => void }>();

  /** `tell` is called with a node whose `isOnline` has changed. */
  constructor(clock: Clock, now: () => number, tell: (node: Node) => void) {
    this.#clock = clock;
    this.#now = now;
    this.#tell = tell;
  }

  /** A node of the time before: it is online if it was heard lately. */
  add(node: Node): void {
    node.isOnline = this.#leftMs(node) > 0;
    if (node.isOnline) this.#watch(node);
  }

  /** It was heard, or has acknowledged something. */
  alive(node: Node): void {
    const now = this.#now();
    if (node.lastSeen !== undefined && now - node.lastSeen >= BURST_MS) node.intervals.add(now - node.lastSeen);
    node.lastSeen = now;
    if (node.isOnline) {
      // Where the node was found to speak more often, the check comes earlier.
      const { atMs = 0 } = this.#checks.get(node.mac) ?? {};
      if (this.#clock.now() + this.#leftMs(node) < atMs) this.#watch(node);
      return;
    }
    node.isOnline = true;
    this.#watch(node);
    this.#tell(node);
  }

  remove(node: Node): void {
    this.#checks.get(node.mac)?.cancel();
    this.#checks.delete(node.mac);
  }

  stop(): void {
    for (const { cancel } of this.#checks.values()) cancel();
    this.#checks.clear();
  }

  /** One timer for each node that is online, and none for each message: it looks again when it is over. */
  #watch(node: Node): void {
    this.#checks.get(node.mac)?.cancel();
    const check = (): void => {
      if (this.#leftMs(node) > 0) {
        this.#watch(node);
        return;
      }
      this.#checks.delete(node.mac);
      node.isOnline = false;
      this.#tell(node);
    };
    const atMs = this.#clock.now() + this.#leftMs(node);
    this.#checks.set(node.mac, { atMs, cancel: this.#clock.schedule(atMs, check) });
  }

  #leftMs({ lastSeen, timeoutMs }: Node): number {
    return lastSeen === undefined ? 0 : lastSeen + timeoutMs - this.#now();
  }
}
