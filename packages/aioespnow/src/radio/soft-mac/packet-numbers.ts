import { MAX_PACKET_NUMBER } from "../../codec/ccmp-header.ts";
import { EspNowError } from "../../errors.ts";

/** Stores packet numbers beyond the life of a process, and shares them between processes. */
export interface PacketNumberStore {
  /**
   * Reserves `count` numbers of a key and returns the first of them. They are above `after` and above all that were
   * ever reserved for this key, by whatever process. It is synchronous, and lasting when it returns.
   */
  reserve(keyId: string, after: number, count: number): number;
}

/** Reserved at once, so that not every message costs a write; at most this many numbers are skipped by a restart. */
const BLOCK = 1024;
const MAX_COUNTERS = 4096;

/** The counters in the order of their age, and where the next one begins. */
export interface PacketNumbersState {
  readonly counters: readonly (readonly [keyId: string, last: number])[];
  readonly floor: number;
}

interface Counter {
  last: number;
  /** Up to here they may be used. */
  reserved: number;
}

/**
 * The CCMP packet numbers of everything that is sent. A number repeated under one key would reveal the messages, so a
 * counter is kept for each key and source address, not for each peer as a device does: it survives the removal of the
 * peer and the end of the radio.
 * @example
 * import { openRadio, PacketNumbers } from "aioespnow";
 * import { PacketNumberFolder, packetNumberFolder } from "aioespnow/state";
 *
 * const packetNumbers = new PacketNumbers(new PacketNumberFolder(packetNumberFolder()));
 * const radio = await openRadio("air:", { packetNumbers });
 */
export class PacketNumbers {
  readonly #counters = new Map<string, Counter>();
  readonly #store: PacketNumberStore | undefined;
  /** The highest number of all counters that were given up. A key without a counter begins above it. */
  #floor = 0;

  /**
   * Without counters: what `store` has comes when it is needed.
   * @param store where numbers are reserved, so that another process never uses them again; left out: in memory only.
   */
  constructor(store?: PacketNumberStore) {
    this.#store = store;
  }

  /** How many counters are kept, at most 4096. */
  get size(): number {
    return this.#counters.size;
  }

  /**
   * The next number for a key, from 1 on. `keyId` names the key and the address, and does not reveal the key.
   * @throws EspNowError `INTERNAL` when they are used up, and when the store fails or gives numbers that were used.
   */
  next(keyId: string): number {
    const counter = this.#counters.get(keyId) ?? this.#open(keyId);
    if (counter.last >= counter.reserved) this.#reserve(keyId, counter);
    return ++counter.last;
  }

  /** What was used. For an air's own numbers: those with a store go on from there. @internal */
  save(): PacketNumbersState {
    return { counters: [...this.#counters].map(([keyId, { last }]) => [keyId, last]), floor: this.#floor };
  }

  /** Continues with what `save` returned. @internal */
  load({ counters, floor }: PacketNumbersState): void {
    this.#counters.clear();
    for (const [keyId, last] of counters) this.#counters.set(keyId, { last, reserved: MAX_PACKET_NUMBER });
    this.#floor = floor;
  }

  #open(keyId: string): Counter {
    const [oldest] = this.#counters;
    if (oldest !== undefined && this.#counters.size >= MAX_COUNTERS) {
      this.#floor = Math.max(this.#floor, oldest[1].last);
      this.#counters.delete(oldest[0]);
    }
    const reserved = this.#store === undefined ? MAX_PACKET_NUMBER : this.#floor;
    const counter = { last: this.#floor, reserved };
    this.#counters.set(keyId, counter);
    return counter;
  }

  #reserve(keyId: string, counter: Counter): void {
    const first = this.#store === undefined ? counter.last + 1 : askStore(this.#store, keyId, counter.last);
    if (first > MAX_PACKET_NUMBER) {
      throw new EspNowError("ESP_ERR_ESPNOW_INTERNAL", "the packet numbers of this key are used up; change the key");
    }
    counter.last = first - 1;
    counter.reserved = Math.min(counter.last + BLOCK, MAX_PACKET_NUMBER);
  }
}

/**
 * The numbers of all radios of this thread that are given no others. They are here, and not with a radio, because a radio that is
 * closed and opened again has the same keys and address.
 */
export const PACKET_NUMBERS: PacketNumbers = new PacketNumbers();

/** @throws EspNowError `INTERNAL` where it has no number to give: nothing may be sent then. */
function askStore(store: PacketNumberStore, keyId: string, after: number): number {
  let first: number;
  try {
    first = store.reserve(keyId, after, BLOCK);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `no packet number could be reserved, so nothing encrypted is sent: ${why}`;
    throw new EspNowError("ESP_ERR_ESPNOW_INTERNAL", message, { cause });
  }
  if (Number.isSafeInteger(first) && first > after) return first;
  throw new EspNowError(
    "ESP_ERR_ESPNOW_INTERNAL",
    `nothing encrypted is sent: the store of packet numbers gave ${String(first)}, and ${after} was used before; restore the store, or change the key`,
  );
}
