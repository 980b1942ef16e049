// mailbox: What waits for nodes. A message that was accepted ends in exactly one state, and that survives a crash; it
// may be sent twice. It knows addresses, and neither nodes nor formats.

import type { MacAddress } from "aioespnow";
import { recordsOf, type Store, type StoreHealth } from "../store/store.ts";
import { type CommandState, type CommandStatus, type EndState, type MailboxItem, statusOf } from "./command.ts";
import { Outcomes } from "./outcomes.ts";

/** For one node. */
const MAX_ITEMS = 32;
const MAX_BYTES = 64 * 1024;

export interface NewItem {
  readonly mac: MacAddress;
  readonly key?: string;
  readonly data: Uint8Array;
  /** How long it may wait, in ms. */
  readonly expiresInMs: number;
  /** Where the mailbox is full the oldest goes; left out: the new one is refused. */
  readonly makesRoom?: boolean;
}

export interface MailboxOptions {
  readonly store: Store;
  readonly health: StoreHealth;
  /** In ms since 1970. */
  readonly now: () => number;
  readonly tell: (status: CommandStatus) => void;
}

/** What waits for the nodes, oldest first. Every change is in the store before it is told. */
export class Mailbox {
  /** What became of the last commands. @internal */
  readonly outcomes: Outcomes;
  readonly #store: Store;
  readonly #health: StoreHealth;
  readonly #now: () => number;
  readonly #tell: (status: CommandStatus) => void;
  readonly #items = new Map<MacAddress, MailboxItem[]>();
  #nextId: number;

  constructor({ store, health, now, tell }: MailboxOptions) {
    this.outcomes = new Outcomes(store, health);
    this.#store = store;
    this.#health = health;
    this.#now = now;
    this.#tell = tell;
    for (const [, item] of recordsOf<MailboxItem>(store, "mailbox")) this.#of(item.mac).push(item);
    const last = store.get("counters", "mailbox");
    this.#nextId = last === undefined ? 1 : Number(last) + 1;
  }

  /** What waits for a node, oldest first. */
  list(mac: MacAddress): readonly MailboxItem[] {
    return this.#items.get(mac) ?? [];
  }

  /** All nodes that something waits for. */
  get recipients(): readonly MacAddress[] {
    return [...this.#items.keys()];
  }

  /**
   * Takes an item. When this returns, it is kept.
   * @throws RangeError if the mailbox of the node is full; StoreError if it cannot be kept.
   * @internal
   */
  put({ mac, key, data, expiresInMs, makesRoom = false }: NewItem): MailboxItem {
    const replaced = key === undefined ? undefined : this.list(mac).find((item) => item.key === key);
    const left = this.list(mac).filter((item) => item !== replaced);
    const forced: MailboxItem[] = [];
    while (left.length >= MAX_ITEMS || bytesOf(left) + data.length > MAX_BYTES) {
      const oldest = left.shift();
      if (!makesRoom || oldest === undefined)
        throw new RangeError(`the mailbox of ${mac} is full: ${this.list(mac).length} messages wait`);
      forced.push(oldest);
    }
    const now = this.#now();
    const item: MailboxItem = {
      id: String(this.#nextId).padStart(12, "0"),
      mac,
      ...(key === undefined ? {} : { key }),
      data: Buffer.from(data).toString("hex"),
      queuedAt: now,
      expiresAt: now + expiresInMs,
      attempts: 0,
    };
    const ended = [
      ...(replaced === undefined ? [] : [statusOf(replaced, "replaced", now)]),
      ...forced.map((one) => statusOf(one, "failed", now, "newer messages needed its place")),
    ];
    const keep = (): void => {
      this.#store.put("counters", "mailbox", String(this.#nextId));
      this.#store.put("mailbox", item.id, JSON.stringify(item));
      for (const status of ended) this.#keepEnd(status);
    };
    this.#health.need(() => this.#store.transaction(keep));
    this.#nextId++;
    for (const status of ended) this.#drop(status);
    this.#of(mac).push(item);
    for (const status of ended) this.#tell(status);
    this.#tell(statusOf(item, "queued", now));
    return item;
  }

  /** It was sent once more. Returns the item as it is now. @internal */
  sent(item: MailboxItem): MailboxItem {
    const next = { ...item, attempts: item.attempts + 1 };
    const items = this.#of(item.mac);
    items.splice(items.indexOf(item), 1, next);
    this.#change(() => this.#store.put("mailbox", item.id, JSON.stringify(next)));
    this.#tell(statusOf(next, "sent", this.#now()));
    return next;
  }

  /** The node's radio has it. That is not its end. @internal */
  acked(item: MailboxItem): void {
    this.#tell(statusOf(item, "acked", this.#now()));
  }

  /** It has reached its end. Nothing happens if it has done so before. @internal */
  end({ id, mac }: MailboxItem, state: EndState, reason?: string): void {
    const current = this.list(mac).find((item) => item.id === id);
    if (current === undefined) return;
    const status = statusOf(current, state satisfies CommandState, this.#now(), reason);
    this.#change(() => this.#keepEnd(status));
    this.#drop(status);
    this.#tell(status);
  }

  /** After a loss of power it may be sent again: it is delivered at least once anyway. */
  #change(work: () => void): void {
    this.#health.tolerate(() => this.#store.transaction(work, "kill"));
  }

  /** In the store a command is either waiting or ended. */
  #keepEnd(status: CommandStatus): void {
    this.#store.delete("mailbox", status.id);
    this.outcomes.keep(status);
  }

  #drop(status: CommandStatus): void {
    const left = this.list(status.mac).filter(({ id }) => id !== status.id);
    if (left.length === 0) this.#items.delete(status.mac);
    else this.#items.set(status.mac, left);
    this.outcomes.add(status);
  }

  #of(mac: MacAddress): MailboxItem[] {
    let items = this.#items.get(mac);
    if (items === undefined) {
      items = [];
      this.#items.set(mac, items);
    }
    return items;
  }
}

function bytesOf(items: readonly MailboxItem[]): number {
  return items.reduce((sum, { data }) => sum + data.length / 2, 0);
}
