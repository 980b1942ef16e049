import { recordsOf, type Store, type StoreHealth } from "../store/store.ts";
import type { AedesPersistence, RetainedPacket } from "./aedes.ts";

const MAX_MESSAGES = 10_000;
/** Of all topics and messages together. */
export const MAX_RETAINED_BYTES: number = 16 * 1024 * 1024;

/** What is kept of a message. */
interface Kept {
  /** Base64. */
  readonly payload: string;
  readonly qos: number;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
  readonly messageExpiry?: number | undefined;
}

/** The retained messages of the broker, in the store: they survive the process. */
export class Retained {
  /** Messages that were passed on, and not kept, because there were too many. */
  refused = 0;
  readonly #store: Store;
  readonly #health: StoreHealth;
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  constructor(store: Store, health: StoreHealth) {
    this.#store = store;
    this.#health = health;
  }

  /** Gives `persistence` what was kept, and keeps what it keeps from now on. `now` is in ms since 1970. */
  async attach(persistence: AedesPersistence, now: number): Promise<void> {
    const storeRetained = persistence.storeRetained.bind(persistence);
    for (const [topic, { payload, messageExpiry, ...rest }] of recordsOf<Kept>(this.#store, "retained")) {
      if (messageExpiry !== undefined && messageExpiry <= now) {
        this.#health.tolerate(() => this.#store.delete("retained", topic));
        continue;
      }
      const packet = { topic, payload: Buffer.from(payload, "base64"), retain: true, messageExpiry, ...rest };
      this.#count(packet);
      await storeRetained(packet);
    }
    persistence.storeRetained = (packet) => {
      this.#keep(packet);
      return storeRetained(packet);
    };
  }

  /** Whether there is room for a message. */
  hasRoom({ topic, payload }: RetainedPacket): boolean {
    const before = this.#sizes.get(topic);
    const fits = before !== undefined || this.#sizes.size < MAX_MESSAGES;
    const hasRoom =
      payload.length === 0 || (fits && this.#bytes - (before ?? 0) + sizeOf(topic, payload) <= MAX_RETAINED_BYTES);
    if (!hasRoom) this.refused++;
    return hasRoom;
  }

  #keep(packet: RetainedPacket): void {
    const { topic, payload, qos, properties, messageExpiry } = packet;
    this.#count(packet);
    const kept: Kept = {
      payload: Buffer.from(payload).toString("base64"),
      qos,
      properties: plain(properties),
      messageExpiry,
    };
    this.#health.tolerate(() => {
      this.#store.transaction(() => {
        if (payload.length === 0) this.#store.delete("retained", topic);
        else this.#store.put("retained", topic, JSON.stringify(kept));
      }, "kill");
    });
  }

  #count({ topic, payload }: RetainedPacket): void {
    this.#bytes -= this.#sizes.get(topic) ?? 0;
    this.#sizes.delete(topic);
    if (payload.length === 0) return;
    this.#sizes.set(topic, sizeOf(topic, payload));
    this.#bytes += sizeOf(topic, payload);
  }
}

/** Without bytes, which JSON does not have: correlation data is of one request, and none of a later reader's. */
function plain(properties: RetainedPacket["properties"]): Kept["properties"] {
  if (properties === undefined) return undefined;
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => !(value instanceof Uint8Array)));
}

function sizeOf(topic: string, payload: Uint8Array): number {
  return topic.length + payload.length;
}
