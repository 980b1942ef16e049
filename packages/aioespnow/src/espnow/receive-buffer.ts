import { MAX_RECEIVE_LEN } from "../codec/action-frame.ts";
import { copyHeader, emptyHeader, type MessageHeader, type MessageInfo } from "../radio/message-info.ts";

/** What MicroPython stores with each message: magic 1, length 2, time 4, RSSI 1, address 6 (modespnow.c). */
export const RECORD_OVERHEAD = 14;

interface StoredHeader extends MessageHeader {
  length: number;
}

/** A buffer and the messages that wait in it. */
export interface ReceiveBufferState {
  readonly size: number;
  readonly overhead: number;
  readonly messages: readonly MessageInfo[];
}

/**
 * The receive buffer, in MicroPython's arithmetic: a ring of `size` bytes has room for `size - 1`, and a message is
 * dropped where the 14 + length bytes of its record would fill the room or exceed it (docs/protocol.md 4.1). So a
 * board's 2968 bytes hold one message of 1470 bytes and one of 1468, not two.
 */
export class ReceiveBuffer {
  readonly size: number;
  readonly #overhead: number;
  readonly #bytes: Uint8Array;
  readonly #headers: StoredHeader[] = [];
  readonly #maxCount: number;
  /** Their difference is how many messages wait; modulo `#maxCount` they index `#headers`. */
  #taken = 0;
  #put = 0;
  #readAt = 0;
  #writeAt = 0;
  /** In MicroPython's bytes, overhead included. */
  #used = 0;

  /** @param overhead what a message takes beside its bytes */
  constructor(size: number, overhead: number = RECORD_OVERHEAD) {
    this.size = size;
    this.#overhead = overhead;
    this.#bytes = new Uint8Array(size);
    this.#maxCount = Math.ceil(size / (overhead + 1)); // a message has a byte at least
  }

  /** How many messages wait. */
  get count(): number {
    return this.#put - this.#taken;
  }

  /** Stores a copy; false, and nothing stored, where there is no room, and for a length that no reader can take. */
  put(message: MessageInfo): boolean {
    const { length } = message.data;
    const record = this.#overhead + length;
    if (length === 0 || length > MAX_RECEIVE_LEN || record >= this.size - 1 - this.#used) return false;
    const index = this.#put % this.#maxCount;
    const header = this.#headers[index] ?? newStoredHeader();
    this.#headers[index] = header;
    copyHeader(message, header);
    header.length = length;
    this.#writeAt = this.#copyIn(message.data, this.#writeAt);
    this.#used += record;
    this.#put++;
    return true;
  }

  /** The length in bytes of the next message. Only while `count` > 0. */
  get nextLength(): number {
    return this.#next().length;
  }

  /**
   * Takes the next message out: its description into `header`, its bytes to the start of `target`, as many as find room
   * there. The message is gone then in any case. Only while `count` > 0.
   */
  take(header: MessageHeader, target: Uint8Array): void {
    const next = this.#next();
    copyHeader(next, header);
    this.#readAt = this.#copyOut(next.length, this.#readAt, target);
    this.#used -= this.#overhead + next.length;
    this.#taken++;
    if (this.count === 0) this.#rewind();
  }

  /** Forgets all messages. */
  clear(): void {
    this.#used = 0;
    this.#rewind();
  }

  save(): ReceiveBufferState {
    const messages: MessageInfo[] = [];
    let readAt = this.#readAt;
    for (let index = this.#taken; index < this.#put; index++) {
      const { length, ...header } = this.#headers[index % this.#maxCount] as StoredHeader;
      const data = new Uint8Array(length);
      readAt = this.#copyOut(length, readAt, data);
      messages.push({ ...header, data });
    }
    return { size: this.size, overhead: this.#overhead, messages };
  }

  static load({ size, overhead, messages }: ReceiveBufferState): ReceiveBuffer {
    const buffer = new ReceiveBuffer(size, overhead);
    for (const message of messages) buffer.put(message);
    return buffer;
  }

  /** An empty buffer is filled from its start again: what is used often stays in the processor's cache. */
  #rewind(): void {
    this.#taken = 0;
    this.#put = 0;
    this.#readAt = 0;
    this.#writeAt = 0;
  }

  #next(): StoredHeader {
    return this.#headers[this.#taken % this.#maxCount] as StoredHeader;
  }

  #copyIn(data: Uint8Array, at: number): number {
    const end = at + data.length;
    if (end <= this.size) {
      this.#bytes.set(data, at);
      return end;
    }
    const head = this.size - at;
    this.#bytes.set(data.subarray(0, head), at);
    this.#bytes.set(data.subarray(head), 0);
    return end - this.size;
  }

  #copyOut(length: number, at: number, target: Uint8Array): number {
    const end = at + length;
    const until = Math.min(end, at + target.length);
    target.set(this.#bytes.subarray(at, until));
    if (end <= this.size) return end;
    if (until > this.size) target.set(this.#bytes.subarray(0, until - this.size), this.size - at);
    return end - this.size;
  }
}

function newStoredHeader(): StoredHeader {
  return { ...emptyHeader(), length: 0 };
}
