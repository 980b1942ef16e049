import type { MacAddress } from "aioespnow";
import type { Store, StoreHealth } from "../store/store.ts";
import { type CommandStatus, type MailboxItem, statusOf } from "./command.ts";

/** For one node. */
const MAX_ITEMS = 32;
const MAX_BYTES = 64 * 1024;

export interface NewItem {
  readonly mac: MacAddress;
  readonly key?: string;
  readonly data: Uint8Array;
  readonly now: number;
  readonly expiresAt: number;
}

/** What waits for the nodes, oldest first. Every change is in the store before it is told. */
export class Mailbox {
  readonly #store: Store;
  readonly #health: StoreHealth;
  readonly #tell: (status: CommandStatus) => void;
  readonly #items = new Map<MacAddress, MailboxItem[]>();
  #nextId: number;

  constructor(store: Store, health: StoreHealth, tell: (status: CommandStatus) => void) {
    this.#store = store;
    this.#health = health;
    this.#tell = tell;
    const stored = store.entries("mailbox").map(([, text]) => JSON.parse(text) as MailboxItem);
    for (const item of stored) this.#of(item.mac).push(item);
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
   */
  put({ mac, key, data, now, expiresAt }: NewItem): MailboxItem {
    const before = this.list(mac);
    const replaced = key === undefined ? undefined : before.find((item) => item.key === key);
    const bytes = before.reduce((sum, item) => sum + item.data.length / 2, 0) - (replaced?.data.length ?? 0) / 2;
    if (before.length - (replaced === undefined ? 0 : 1) >= MAX_ITEMS || bytes + data.length > MAX_BYTES) {
      throw new RangeError(`the mailbox of ${mac} is full: ${before.length} messages wait`);
    }
    const item: MailboxItem = {
      id: String(this.#nextId).padStart(12, "0"),
      mac,
      ...(key === undefined ? {} : { key }),
      data: Buffer.from(data).toString("hex"),
      queuedAt: now,
      expiresAt,
      attempts: 0,
    };
    this.#store.transaction(() => {
      this.#store.put("counters", "mailbox", String(this.#nextId));
      this.#store.put("mailbox", item.id, JSON.stringify(item));
      if (replaced !== undefined) this.#store.delete("mailbox", replaced.id);
    });
    this.#nextId++;
    if (replaced !== undefined) this.#drop(replaced);
    this.#of(mac).push(item);
    if (replaced !== undefined) this.#tell(statusOf(replaced, "replaced"));
    this.#tell(statusOf(item, "queued"));
    return item;
  }

  /** It was sent once more. Returns the item as it is now. */
  sent(item: MailboxItem): MailboxItem {
    const next = { ...item, attempts: item.attempts + 1 };
    const items = this.#of(item.mac);
    items.splice(items.indexOf(item), 1, next);
    this.#health.tolerate(() => this.#store.put("mailbox", item.id, JSON.stringify(next)));
    this.#tell(statusOf(next, "sent"));
    return next;
  }

  /** It has reached its end. Nothing happens if it has done so before. */
  end(item: MailboxItem, state: "acked" | "sent" | "expired" | "failed", reason?: string): void {
    const current = this.list(item.mac).find(({ id }) => id === item.id);
    if (current === undefined) return;
    this.#health.tolerate(() => this.#store.delete("mailbox", item.id));
    this.#drop(current);
    this.#tell(statusOf(current, state, reason));
  }

  #drop(item: MailboxItem): void {
    const left = this.list(item.mac).filter(({ id }) => id !== item.id);
    if (left.length === 0) this.#items.delete(item.mac);
    else this.#items.set(item.mac, left);
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
