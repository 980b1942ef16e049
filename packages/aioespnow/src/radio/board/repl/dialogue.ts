// radio/board/repl: Conversations with the REPL of MicroPython, as generators that yield what they wait for: they
// run inside a blocking call too. Each ends, within a time. They do not know what kind of line they are on.

import { EspNowError } from "../../../errors.ts";
import type { Clock } from "../../../util/clock.ts";
import type { BoardPort } from "../line/board-port.ts";

/**
 * One side of a conversation in text, written down in the order in which it happens: a generator that yields what it waits
 * for and is given what came, without a promise in it (a thread that blocks runs no microtasks). It is given `undefined`
 * when its time is over; what had come by then stays unread.
 */
export type Dialogue<T> = Generator<Expectation, T, string | undefined>;

export interface Expectation {
  /** What came up to and including this text, or this many characters. */
  readonly until: string | number;
  readonly withinMs: number;
}

/** What a dialogue speaks into. A character is a byte. */
export interface Speaker {
  say(text: string): void;
  /** What came and was not read, the last 4096 characters of it. */
  readonly unread: string;
  /** What came since the beginning, read or not, the last 4096 characters of it. */
  readonly heard: string;
  /** Skips what came and was not read. */
  forget(): void;
}

/** How long a line has to open: that of a serial port begins with the start of a process, on a small computer. */
const OPEN_MS = 8000;
/** A device that never stops talking must not fill the memory. */
const MAX_KEPT = 4096;
/** A mark that nobody says. */
const SILENCE = "\u{ffff}";

/** Lets some time go by. */
export function* pause(ms: number): Dialogue<void> {
  yield { until: SILENCE, withinMs: ms };
}

/** Leads a dialogue over a port, whose `onData` and `onClose` are its own until it ends. */
export class DialogueRunner<T> implements Speaker {
  unread = "";
  heard = "";
  readonly #port: BoardPort;
  readonly #clock: Clock;
  readonly #dialogue: Dialogue<T>;
  readonly #onEnd: (result: T | EspNowError) => void;
  #expectation: Expectation | undefined;
  #cancelTimeout: () => void = () => undefined;

  /** `onEnd` is given what the dialogue returned or threw; never from inside this call. */
  constructor(
    port: BoardPort,
    clock: Clock,
    dialogue: (speaker: Speaker) => Dialogue<T>,
    onEnd: (result: T | EspNowError) => void,
  ) {
    this.#port = port;
    this.#clock = clock;
    this.#onEnd = onEnd;
    this.#dialogue = dialogue(this);
    port.onData = (bytes) => this.#hear(bytes);
    port.onClose = (error) => this.#end(error);
    port.onOpen = () => this.#goOn(undefined);
    const tooLate = new EspNowError("ERR_RADIO_DOWN", `the line is not open after ${OPEN_MS / 1000} s`);
    this.#cancelTimeout = clock.schedule(clock.now() + OPEN_MS, () => this.#end(tooLate));
  }

  say(text: string): void {
    this.#port.write(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  }

  /** Ends it here and now; `onEnd` is not called. */
  abandon(): void {
    this.#cancelTimeout();
    this.#port.onOpen = undefined;
    this.#port.onData = undefined;
    this.#port.onClose = undefined;
  }

  forget(): void {
    this.unread = "";
  }

  #hear(bytes: Uint8Array): void {
    const text = String.fromCharCode(...bytes.subarray(-MAX_KEPT));
    this.heard = (this.heard + text).slice(-MAX_KEPT);
    this.unread += text;
    if (!this.#answer()) this.unread = this.unread.slice(-MAX_KEPT);
  }

  /** Gives the dialogue what it waits for, if it is there. */
  #answer(): boolean {
    const until = this.#expectation?.until;
    if (until === undefined) return false;
    const found = typeof until === "number" ? 0 : this.unread.indexOf(until);
    const end = found + (typeof until === "number" ? until : until.length);
    if (found < 0 || this.unread.length < end) return false;
    const heard = this.unread.slice(0, end);
    this.unread = this.unread.slice(end);
    this.#goOn(heard);
    return true;
  }

  #goOn(heard: string | undefined): void {
    this.#cancelTimeout();
    this.#expectation = undefined;
    let step: IteratorResult<Expectation, T>;
    try {
      step = this.#dialogue.next(heard);
    } catch (error) {
      this.#end(
        error instanceof EspNowError ? error : new EspNowError("ERR_RADIO_PROTOCOL", String(error), { cause: error }),
      );
      return;
    }
    if (step.done === true) {
      this.#end(step.value);
      return;
    }
    this.#expectation = step.value;
    this.#cancelTimeout = this.#clock.schedule(this.#clock.now() + step.value.withinMs, () => this.#goOn(undefined));
    this.#answer();
  }

  #end(result: T | EspNowError): void {
    this.abandon();
    this.#onEnd(result);
  }
}
