import type { Gateway } from "../gateway.ts";
import type { CommandStatus } from "../mailbox/command.ts";
import { StoreError } from "../store/store.ts";
import { isoTime } from "../util/iso-time.ts";
import type { Publication } from "./broker.ts";
import { valuesOfSet } from "./set-payload.ts";
import type { Topics } from "./topics.ts";

type Publish = (message: Publication, done?: (isConfirmed: boolean) => void) => void;

/** Carries out what is set, and publishes what becomes of commands. How one has ended is kept until the broker has confirmed that. */
export class Commands {
  readonly #gateway: Gateway;
  readonly #topics: Topics;
  readonly #publish: Publish;

  constructor(gateway: Gateway, topics: Topics, publish: Publish) {
    this.#gateway = gateway;
    this.#topics = topics;
    this.#publish = publish;
  }

  tell(status: CommandStatus): void {
    const { outcomes } = this.#gateway.mailbox;
    const node = this.#gateway.nodes.get(status.mac);
    if (node === undefined || !node.settings.isAccepted) {
      outcomes.told(status); // there is no topic for it
      return;
    }
    const payload = JSON.stringify({ ...status, time: isoTime(status.time) });
    this.#publish({ topic: this.#topics.command(node.name), payload, retain: false, qos: 1 }, (isConfirmed) => {
      if (isConfirmed) outcomes.told(status);
    });
  }

  /** What nobody could be told, or what the broker has not confirmed. */
  tellUntold(): void {
    for (const status of this.#gateway.mailbox.outcomes.untold) this.tell(status);
  }

  /** A message to `set`, or to `set/KEY`. What is refused is reported with the reason. */
  set(name: string, key: string | undefined, payload: string): void {
    try {
      const node = this.#gateway.nodes.find(name);
      this.#gateway.set(node, valuesOfSet(node, key, payload));
    } catch (error) {
      if (!(error instanceof RangeError || error instanceof StoreError)) throw error;
      const report = { state: "refused", reason: error.message, time: isoTime(this.#gateway.now()) };
      this.#publish({ topic: this.#topics.command(name), payload: JSON.stringify(report), retain: false, qos: 1 });
    }
  }
}
