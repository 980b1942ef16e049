/**
 * The memory that a program's thread and its host share: whatever the program must see while it blocks, and while it
 * computes. Int32 words; `now` is one Float64; the bytes of a reply follow.
 *
 *     word    0  rings          counted up to wake the program where it waits
 *             1  replies        counted up when the answer to a call stands in result, replyLength, reply
 *             2  result         of the last call: >= 0, or minus an error number
 *             3  replyLength    bytes
 *             4  interrupted    1: Ctrl-C was pressed
 *             5  eventsPut      counts of the events put in and taken out; their difference is how many wait
 *             6  eventsTaken
 *             7  available      messages in the receive buffer
 *             8  sendsPending   messages on their way whose reports are to come
 *             9  sendFailures   reports of messages that nobody acknowledged
 *         10-11  now            the host's clock, milliseconds (Float64; virtual time only)
 *         12-27  events         EVENT_SLOTS times kind, value
 *         28-    reply          REPLY_BYTES bytes
 */
const WORDS = {
  rings: 0,
  replies: 1,
  result: 2,
  replyLength: 3,
  interrupted: 4,
  eventsPut: 5,
  eventsTaken: 6,
  available: 7,
  sendsPending: 8,
  sendFailures: 9,
} as const;
const NOW_DOUBLE = 5;
const EVENTS = 12;
const REPLY = 28;

/** How many events wait at most: the depth of MicroPython's scheduler on an ESP32 (MICROPY_SCHEDULER_DEPTH). */
export const EVENT_SLOTS = 8;
/** The longest answer to a call. */
export const REPLY_BYTES = 8192;
const TOTAL_BYTES = REPLY * 4 + REPLY_BYTES;

/** Something that makes the program call back a function: an irq. `kind` says whose, `value` what happened. */
export interface VmEvent {
  readonly kind: number;
  readonly value: number;
}

/** What the program reads without asking: its Python modules know the words by number. */
export type StateWord = "available" | "sendsPending" | "sendFailures";

/** One side's view of the shared memory. */
export class ControlBlock {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #doubles: Float64Array<SharedArrayBuffer>;
  readonly #reply: Uint8Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(TOTAL_BYTES)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, REPLY);
    this.#doubles = new Float64Array(memory, 0, EVENTS / 2);
    this.#reply = new Uint8Array(memory, REPLY * 4);
  }

  get now(): number {
    return this.#doubles[NOW_DOUBLE] as number;
  }

  set now(timeMs: number) {
    this.#doubles[NOW_DOUBLE] = timeMs;
  }

  get rings(): number {
    return Atomics.load(this.#words, WORDS.rings);
  }

  /** Wakes the program, or keeps it from going to sleep. */
  ring(): void {
    Atomics.add(this.#words, WORDS.rings, 1);
    Atomics.notify(this.#words, WORDS.rings);
  }

  /** Sleeps until rung since `seen` was read, or for `delayMs`. */
  waitForRing(seen: number, delayMs: number): void {
    Atomics.wait(this.#words, WORDS.rings, seen, delayMs);
  }

  get replies(): number {
    return Atomics.load(this.#words, WORDS.replies);
  }

  /** The host's answer to a call. */
  answer(result: number, bytes: Uint8Array): void {
    if (bytes.length > REPLY_BYTES)
      throw new RangeError(`an answer of ${bytes.length} bytes; ${REPLY_BYTES} are the most`);
    this.#reply.set(bytes);
    this.#words[WORDS.replyLength] = bytes.length;
    this.#words[WORDS.result] = result;
    Atomics.add(this.#words, WORDS.replies, 1);
    Atomics.notify(this.#words, WORDS.replies);
  }

  /** The program's side of it: blocks until there is an answer since `seen` was read; returns the result. */
  awaitAnswer(seen: number): number {
    Atomics.wait(this.#words, WORDS.replies, seen);
    return this.#words[WORDS.result] as number;
  }

  /** The bytes of the last answer, until the next call. */
  get reply(): Uint8Array<SharedArrayBuffer> {
    return this.#reply.subarray(0, this.#words[WORDS.replyLength]);
  }

  setState(word: StateWord, value: number): void {
    Atomics.store(this.#words, WORDS[word], value);
  }

  /** A word by its number: the way of the Python modules. */
  word(index: number): number {
    return Atomics.load(this.#words, index);
  }

  /** Asks for a KeyboardInterrupt. A program that waits is to be rung, in its turn. */
  interrupt(): void {
    Atomics.store(this.#words, WORDS.interrupted, 1);
  }

  /** Whether one was asked for since this was last looked at. */
  takeInterrupt(): boolean {
    return Atomics.exchange(this.#words, WORDS.interrupted, 0) === 1;
  }

  /** False: there is no room, and the event is lost, as on a board whose scheduler is full. */
  putEvent({ kind, value }: VmEvent): boolean {
    const put = Atomics.load(this.#words, WORDS.eventsPut);
    if (put - Atomics.load(this.#words, WORDS.eventsTaken) >= EVENT_SLOTS) return false;
    const at = EVENTS + (put % EVENT_SLOTS) * 2;
    this.#words[at] = kind;
    this.#words[at + 1] = value;
    Atomics.store(this.#words, WORDS.eventsPut, put + 1);
    return true;
  }

  /** The event that waits longest. */
  peekEvent(): VmEvent | undefined {
    const taken = Atomics.load(this.#words, WORDS.eventsTaken);
    if (taken === Atomics.load(this.#words, WORDS.eventsPut)) return undefined;
    const at = EVENTS + (taken % EVENT_SLOTS) * 2;
    return { kind: this.#words[at] as number, value: this.#words[at + 1] as number };
  }

  /** It is taken care of. */
  dropEvent(): void {
    Atomics.add(this.#words, WORDS.eventsTaken, 1);
  }
}
