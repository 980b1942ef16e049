import { EspNowError } from "../../errors.ts";
import { checkInteger } from "../../util/bytes.ts";

/** Where packet numbers outlive the process. Both calls are synchronous: a number is saved before it is used. */
export interface PacketNumberStore {
  /** The highest number that may have been used with this key; 0 for a key never seen. */
  load(keyId: string): number;
  save(keyId: string, highWater: number): void;
}

/** Saved ahead in blocks, so that not every message costs a write; at most this many numbers are skipped by a restart. */
const BLOCK = 1024;
/** PN is 48 bits wide (IEEE 802.11-2020, 12.5.3.2). */
const MAX_PACKET_NUMBER = 0xffff_ffff_ffff;
const MAX_KEYS = 4096;

interface Counter {
  last: number;
  /** Up to here it is saved. */
  reserved: number;
}

/**
 * The CCMP packet numbers of everything that is sent. A number repeated under one key would reveal the messages, so a
 * counter is kept for each key, not for each peer as a device does, and it survives the removal of the peer. Radios
 * that share keys and an address share one of these.
 */
export class PacketNumbers {
  readonly #counters = new Map<string, Counter>();
  readonly #store: PacketNumberStore | undefined;

  constructor(store?: PacketNumberStore) {
    this.#store = store;
  }

  /**
   * The next number for a key, from 1 on. `keyId` names the key and does not reveal it.
   * @throws EspNowError `INTERNAL` when they are used up, and for the 4097th key: to forget a counter would be to repeat
   *   its numbers.
   */
  next(keyId: string): number {
    const counter = this.#counters.get(keyId) ?? this.#open(keyId);
    if (counter.last >= MAX_PACKET_NUMBER) {
      throw new EspNowError("ESP_ERR_ESPNOW_INTERNAL", "the packet numbers of this key are used up; change the key");
    }
    const next = counter.last + 1;
    if (this.#store !== undefined && next > counter.reserved) {
      const reserved = Math.min(next + BLOCK, MAX_PACKET_NUMBER);
      this.#store.save(keyId, reserved); // where that fails, the number is not used
      counter.reserved = reserved;
    }
    counter.last = next;
    return next;
  }

  #open(keyId: string): Counter {
    if (this.#counters.size >= MAX_KEYS) {
      throw new EspNowError("ESP_ERR_ESPNOW_INTERNAL", `more than ${MAX_KEYS} keys were used; open a new radio`);
    }
    const last = checkInteger(this.#store?.load(keyId) ?? 0, "what load() returns", 0, MAX_PACKET_NUMBER);
    const counter = { last, reserved: last };
    this.#counters.set(keyId, counter);
    return counter;
  }
}
