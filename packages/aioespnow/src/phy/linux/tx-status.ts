import type { TransmitResult } from "../phy.ts";

/**
 * The kernel echoes every injected frame to the interface it was sent on, when its fate is known. It may have written the
 * sequence number, the duration and the Retry bit again; what stays is compared.
 *
 *     0         4             10       16                 24                   36
 *     +---------+-------------+--------+- - - - - - - - -+---------------------+- - -
 *     |         | destination | source | address 3, seq. | body: category, OUI, |
 *     |         |             |        |                 | random, element      |
 *     +---------+-------------+--------+- - - - - - - - -+---------------------+- - -
 *
 * The 12 first bytes of the body hold the random value, or the packet number of an encrypted frame: no two frames agree.
 */
const ADDRESSES = 4;
const ADDRESSES_LENGTH = 12;
const BODY = 24;
const BODY_LENGTH = 12;

interface SentFrame {
  /** What identifies it. */
  readonly key: Uint8Array;
  readonly sentMs: number;
  /** Nobody was asked to acknowledge it. */
  readonly noAck: boolean;
  readonly done: (result: TransmitResult) => void;
}

/** Frames that were handed to the kernel and wait for their status, in their order. */
export class TxStatusTracker {
  readonly #timeoutMs: number;
  readonly #waiting: SentFrame[] = [];
  #lastStatusMs = Number.NEGATIVE_INFINITY;

  /** @param timeoutMs how long a status may take: from the sending, or from the status of another frame that came later. */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** `frame` was sent; `done` is called once, by `onEcho`, `expire` or `abandon`. */
  add(frame: Uint8Array, noAck: boolean, nowMs: number, done: (result: TransmitResult) => void): void {
    this.#waiting.push({ key: keyOf(frame), sentMs: nowMs, noAck, done });
  }

  /** How many frames wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** When the next frame will have waited too long; Infinity if none waits. */
  get expiresMs(): number {
    const [first] = this.#waiting;
    if (first === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(first.sentMs, this.#lastStatusMs) + this.#timeoutMs;
  }

  /** A status came: `retries` transmissions after the first; false if it is of no frame that waits. */
  onEcho(frame: Uint8Array, acked: boolean, retries: number, nowMs: number): boolean {
    const index = this.#waiting.findIndex(({ key }) => isOf(key, frame));
    if (index < 0) return false;
    this.#lastStatusMs = nowMs;
    const [{ noAck, done }] = this.#waiting.splice(index, 1) as [SentFrame];
    if (noAck) done({ status: "sent" });
    else done({ status: acked ? "acked" : "no-ack", attempts: retries + 1 });
    return true;
  }

  /** Gives up on the frames that have waited too long. */
  expire(nowMs: number): void {
    while (this.expiresMs <= nowMs) this.#waiting.shift()?.done({ status: "unknown" });
  }

  /** Ends all waiting with `result`. */
  abandon(result: TransmitResult): void {
    for (const { done } of this.#waiting.splice(0)) done(result);
  }
}

/** A frame that is shorter is compared as far as it goes. */
function keyOf(frame: Uint8Array): Uint8Array {
  const key = new Uint8Array(ADDRESSES_LENGTH + Math.min(BODY_LENGTH, frame.length - BODY));
  key.set(frame.subarray(ADDRESSES, ADDRESSES + ADDRESSES_LENGTH));
  key.set(frame.subarray(BODY, BODY + BODY_LENGTH), ADDRESSES_LENGTH);
  return key;
}

function isOf(key: Uint8Array, frame: Uint8Array): boolean {
  for (let i = 0; i < key.length; i++) {
    const at = i < ADDRESSES_LENGTH ? ADDRESSES + i : BODY + i - ADDRESSES_LENGTH;
    if (key[i] !== frame[at]) return false;
  }
  return true;
}
