import type { Clock } from "aioespnow";
import type { Broker } from "./broker.ts";
import type { Outbox } from "./outbox.ts";
import type { Spool } from "./spool.ts";
import type { Topics } from "./topics.ts";

const AT_ONCE = 32;
/** After a broker that is there has not confirmed something. */
const RETRY_MS = 1000;

export interface BacklogOptions {
  readonly spool: Spool;
  readonly outbox: Outbox;
  readonly broker: Broker;
  readonly clock: Clock;
  readonly topics: Topics;
}

/** Publishes what waits: what nodes said while the broker was away, with its times, and what was promised to them. */
export class Backlog {
  readonly #options: BacklogOptions;
  #isDraining = false;
  #cancelRetry: () => void = () => undefined;

  constructor(options: BacklogOptions) {
    this.#options = options;
  }

  /** As much as there is, if the broker is there; called again on the next connection. */
  send(): void {
    const { outbox, broker } = this.#options;
    if (!broker.isConnected) return;
    outbox.send(() => this.#retry());
    if (!this.#isDraining) this.#drain();
  }

  stop(): void {
    this.#cancelRetry();
  }

  #drain(): void {
    const { spool, broker, topics } = this.#options;
    const items = spool.peek(AT_ONCE);
    this.#isDraining = items.length > 0;
    let open = items.length;
    let isComplete = true;
    for (const { text } of items) {
      broker.publish({ topic: topics.bridge("backlog"), payload: text, retain: false, qos: 1 }, (isConfirmed) => {
        isComplete &&= isConfirmed;
        if (--open > 0) return;
        if (isComplete) spool.remove(items);
        this.#isDraining = false;
        if (isComplete) this.#drain();
        else this.#retry();
      });
    }
  }

  #retry(): void {
    const { broker, clock } = this.#options;
    this.#cancelRetry();
    if (broker.isConnected) this.#cancelRetry = clock.schedule(clock.now() + RETRY_MS, () => this.send());
  }
}
