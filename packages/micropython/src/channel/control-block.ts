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
 *             7  nextLength     bytes of the next message in the receive buffer; 0: there is none
 *             8  sendsPending   messages on their way whose reports are to come
 *             9  sendFailures   reports of messages that nobody acknowledged
 *         10-11  now            the host's clock, milliseconds (Float64; virtual time only)
 *         12-13  rtcOffset      from the host's clock to the calendar, milliseconds since 2000 (Float64)
 *            14  input          bytes that were typed and that the program has not read
 *            15  interruptChar  which of them is Ctrl-C; -1: none
 *            16  outputTaken    bytes of output that the host has done with
 *         18-33  events         EVENT_SLOTS times kind, value
 *         34-    reply          REPLY_BYTES bytes
 */
const WORDS = {
  rings: 0,
  replies: 1,
  result: 2,
  replyLength: 3,
  interrupted: 4,
  eventsPut: 5,
  eventsTaken: 6,
  nextLength: 7,
  sendsPending: 8,
  sendFailures: 9,
  input: 14,
  interruptChar: 15,
  outputTaken: 16,
} as const;
const NOW_DOUBLE = 5;
const RTC_OFFSET_DOUBLE = 6;
const EVENTS = 18;
const REPLY = 34;

/** How many bytes of output the host may be behind before the program has to wait for it. */
const OUTPUT_LIMIT = 256 * 1024;

/** How many events wait at most: the depth of MicroPython's scheduler on an ESP32 (MICROPY_SCHEDULER_DEPTH). */
export const EVENT_SLOTS = 8;
/** The answer to a call that has ended the program: it is not to go on. */
export const ENDED = -0x2_0000;
/** The longest answer to a call. */
export const REPLY_BYTES = 8192;
const TOTAL_BYTES = REPLY * 4 + REPLY_BYTES;

/** Something that makes the program call back a function: an irq. `kind` says whose, `value` what happened. */
export interface VmEvent {
  readonly kind: number;
  readonly value: number;
}

/** What the program reads without asking: its Python modules know the words by number. */
export type StateWord = "nextLength" | "sendsPending" | "sendFailures";

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

  get rtcOffset(): number {
    return this.#doubles[RTC_OFFSET_DOUBLE] as number;
  }

  set rtcOffset(offsetMs: number) {
    this.#doubles[RTC_OFFSET_DOUBLE] = offsetMs;
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

  /** Bytes were typed, or, negative, read. */
  addInput(bytes: number): void {
    Atomics.add(this.#words, WORDS.input, bytes);
  }

  /** How many bytes were typed and not read. */
  get input(): number {
    return Atomics.load(this.#words, WORDS.input);
  }

  /** -1: Ctrl-C is a byte like others. */
  get interruptChar(): number {
    return Atomics.load(this.#words, WORDS.interruptChar);
  }

  set interruptChar(char: number) {
    Atomics.store(this.#words, WORDS.interruptChar, char);
  }

  /** The host has done with bytes of output. */
  takeOutput(bytes: number): void {
    Atomics.add(this.#words, WORDS.outputTaken, bytes);
    Atomics.notify(this.#words, WORDS.outputTaken);
  }

  /** Blocks while the host is far behind; `printed`: the bytes of output until now, modulo 2^32. */
  awaitOutput(printed: number): void {
    for (;;) {
      const taken = Atomics.load(this.#words, WORDS.outputTaken);
      if (((printed - taken) | 0) <= OUTPUT_LIMIT) return;
      Atomics.wait(this.#words, WORDS.outputTaken, taken);
    }
  }
}
