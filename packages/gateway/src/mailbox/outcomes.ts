import { recordsOf, type Store, type StoreHealth } from "../store/store.ts";
import type { CommandStatus } from "./command.ts";

/** Without a broker nobody asks for them. */
const MAX_OUTCOMES = 1000;

/** How commands have ended, until that was told to those who gave them: the oldest first. */
export class Outcomes {
  readonly #store: Store;
  readonly #health: StoreHealth;
  readonly #untold = new Map<string, CommandStatus>();
  /** Outcomes that were dropped before anybody was told, because there were too many. */
  dropped = 0;

  constructor(store: Store, health: StoreHealth) {
    this.#store = store;
    this.#health = health;
    for (const [id, status] of recordsOf<CommandStatus>(store, "outcomes")) this.#untold.set(id, status);
  }

  get untold(): readonly CommandStatus[] {
    return [...this.#untold.values()];
  }

  /** Puts one into the store, within a transaction of the caller's, who then adds it. */
  keep(status: CommandStatus): void {
    this.#store.put("outcomes", status.id, JSON.stringify(status));
  }

  /** The oldest go where there are too many. */
  add(status: CommandStatus): void {
    this.#untold.set(status.id, status);
    for (const oldest of this.#untold.values()) {
      if (this.#untold.size <= MAX_OUTCOMES) return;
      this.told(oldest);
      this.dropped++;
    }
  }

  /** The giver of the command has seen this status. If it is the end of the command, nobody has to be told any more. */
  told(status: CommandStatus): void {
    const { id } = status;
    if (this.#untold.get(id) !== status) return;
    this.#untold.delete(id);
    this.#health.tolerate(() => this.#store.transaction(() => this.#store.delete("outcomes", id), "kill"));
  }
}
