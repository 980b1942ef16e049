import { type Clock, EspNowError, type Participant } from "aioespnow";
import { ControlBlock, ENDED, type StateWord } from "../channel/control-block.ts";
import { MAX_EVENT_VALUE } from "../channel/event-kinds.ts";
import type { Exit, VmClock, VmMessage, VmStart } from "../channel/messages.ts";
import { nudge } from "../channel/scheduler-state.ts";
import { LONG_TURN_MS, Turns } from "./turns.ts";
import { VmThread } from "./vm-thread.ts";

/** The result of a call whose arguments were wrong: Python raises ValueError with the reply as its text. */
const WRONG_VALUE = -0x1_0000;

const NO_BYTES = new Uint8Array(0);

/** What a program asks of its board. */
export interface Call {
  readonly a: number;
  readonly b: number;
  readonly data: Uint8Array;
  /** Bytes to go back with the result. */
  reply: Uint8Array;
}

/**
 * Answers one kind of call at once: a result >= 0, or minus an error number. What it throws is raised in Python: an
 * EspNowError as OSError with number and name, RangeError and TypeError as ValueError. Anything else, a failed
 * expectation of a test for example, ends the program.
 */
export type Handler = (call: Call) => number;

export interface VmOptions extends Omit<VmStart, "control" | "clock"> {
  readonly name: string;
  readonly clock: Clock;
  /** One that ran programs of the same board, or none yet. Default: a new one. */
  readonly thread?: VmThread;
}

/**
 * A MicroPython VM in a thread of its own, seen from the host: it answers the program's calls, and rings where the
 * program waits. The host never blocks. In virtual time the VM is a participant of the clock, and has its turn.
 */
export class VmHost {
  /** The program waits where much of its output is not taken: a promise says when it is. */
  onOutput: ((stream: "stdout" | "stderr", bytes: Uint8Array) => Promise<void> | undefined | void) | undefined;
  onFiles: ((files: ReadonlyMap<string, Uint8Array>) => void) | undefined;
  onExit: ((exit: Exit) => void) | undefined;
  readonly clock: Clock;
  /** Events that found no room, as on a board whose scheduler is full. */
  eventsLost = 0;
  readonly #name: string;
  readonly #control = new ControlBlock();
  readonly #handlers = new Map<string, Handler>();
  readonly #participant: Participant;
  readonly #turns: Turns | undefined;
  readonly #thread: VmThread;
  readonly #bootMs: number;
  /** Undefined where a program that calls nothing cannot be reached. */
  #memory: SharedArrayBuffer | undefined;
  #running = true;
  /** MicroPython is loaded. */
  #isLoaded = false;
  /** The program waits for the answer to a call. */
  #isAsked = false;
  /** The end of what was typed: at least what is unread. */
  #typed: Uint8Array = NO_BYTES;

  constructor({ name, clock, thread = new VmThread(name), ...start }: VmOptions) {
    this.clock = clock;
    this.#name = name;
    this.#bootMs = clock.now();
    this.#control.interruptChar = -1; // until the program can be interrupted
    this.#participant = clock.join(name, () => this.ring());
    this.#turns = clock.kind === "virtual" ? Turns.of(clock) : undefined;
    this.#thread = thread;
    thread.run(
      { ...start, control: this.#control.memory, clock: vmClock(clock, this.#bootMs) },
      { receive: (message) => this.#receive(message), broken: (why) => this.#broken(why) },
    );
    this.ring();
  }

  /** What the program's clock said at `timeMs` of the host's: milliseconds since the board was switched on. */
  uptime(timeMs: number): number {
    return timeMs - this.#bootMs;
  }

  /** From now on `handler` answers the calls of a name. */
  handle(op: string, handler: Handler): void {
    this.#handlers.set(op, handler);
  }

  /** Shows the program a number that it reads without asking, and wakes it. */
  setState(word: StateWord, value: number): void {
    this.#control.setState(word, value);
    this.ring();
  }

  /**
   * Makes the program call what it has for such an event (`EventKind`; a value from 0 to MAX_EVENT_VALUE). Lost where
   * EVENT_SLOTS wait already.
   */
  raise(kind: number, value: number): void {
    if (!(value >= 0 && value <= MAX_EVENT_VALUE)) throw new RangeError(`an event's value is ${value}`);
    if (!this.#control.putEvent({ kind, value })) this.eventsLost++;
    this.ring();
  }

  /**
   * Types at the program. Where Ctrl-C is not a byte like others (`micropython.kbd_intr`), it interrupts at once, however
   * much stands before it, as on a board.
   */
  type(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) {
      const at = rest.indexOf(this.#control.interruptChar);
      const input = at < 0 ? rest : rest.subarray(0, at);
      if (input.length > 0) this.#input(input);
      if (at >= 0) this.#control.interrupt();
      rest = at < 0 ? rest.subarray(rest.length) : rest.subarray(at + 1);
    }
    this.ring();
  }

  /** How many bytes were typed that the program has not read. */
  get unread(): number {
    return this.#control.input;
  }

  /** Those bytes. */
  get unreadBytes(): Uint8Array {
    return this.#typed.subarray(this.#typed.length - this.unread);
  }

  /** From the clock to the board's calendar: milliseconds since 2000. */
  set rtcOffsetMs(offsetMs: number) {
    this.#control.rtcOffset = offsetMs;
  }

  /** Ctrl-C. */
  interrupt(): void {
    this.#control.interrupt();
    this.ring();
  }

  /** Wakes the program if it waits. In virtual time it goes on when it is its turn. */
  ring(): void {
    if (!this.#running) return;
    this.#participant.busy();
    if (this.#turns === undefined || this.#turns.has(this)) {
      this.#control.ring();
      if (this.#memory !== undefined) nudge(this.#memory);
    } else this.#turns.ask(this);
  }

  /** Its turn has come: for `Turns`. */
  play(): void {
    this.#control.now = this.clock.now();
    this.#control.ring();
  }

  /** It computes, and time stands still: for `Turns`. To load many boards on a slow machine takes long too. */
  tooLong(): boolean {
    if (!this.#isLoaded) return false;
    const seconds = LONG_TURN_MS / 1000;
    process.emitWarning(
      `${this.#name} has neither waited nor looked at the clock for ${seconds} s: virtual time stands still`,
      "EspNowWarning",
    );
    return true;
  }

  /** The program is over, wherever it stands: a reset. What it says from now on is not heard. */
  end(exit: Exit): void {
    if (!this.#running) return;
    this.#leave();
    if (exit.restart !== undefined && this.#isAsked) this.#rest();
    else void this.#thread.terminate();
    this.onExit?.(exit);
  }

  /** Ends the thread, whatever it does. */
  async terminate(): Promise<void> {
    this.#leave();
    await this.#thread.terminate();
  }

  /** The thread itself came to an end: it could not say so. */
  #broken(why: string): void {
    if (!this.#running) return;
    const traceback = `${this.#name}: ${why}\n`;
    void this.onOutput?.("stderr", new TextEncoder().encode(traceback));
    this.end({ code: 1, traceback });
  }

  #receive(message: VmMessage): void {
    if (!this.#running) return;
    this.#isLoaded = true;
    switch (message.type) {
      case "call":
        this.#answer(message.op, { ...message, reply: NO_BYTES });
        break;
      case "idle":
        if (message.rings !== this.#control.rings) break;
        this.#participant.idleUntil(message.untilMs);
        this.#turns?.end(this);
        break;
      case "output":
        void this.#print(message.stream, message.bytes);
        break;
      case "memory":
        this.#memory = message.memory;
        break;
      case "files":
        this.onFiles?.(message.files);
        break;
      case "exit":
        this.end(message.exit);
        break;
    }
  }

  #input(input: Uint8Array): void {
    this.#typed = Buffer.concat([this.unreadBytes, input]);
    this.#thread.post({ input: input.slice() });
    this.#control.addInput(input.length);
  }

  async #print(stream: "stdout" | "stderr", bytes: Uint8Array): Promise<void> {
    try {
      const taken = this.onOutput?.(stream, bytes);
      if (taken !== undefined) await taken;
    } finally {
      this.#control.takeOutput(bytes.length);
    }
  }

  #answer(op: string, call: Call): void {
    const handler = this.#handlers.get(op);
    let result: number | undefined;
    this.#isAsked = true;
    try {
      if (handler === undefined) throw new RangeError(`this board has no "${op}"`);
      result = handler(call);
    } catch (error) {
      result = errorNumber(error);
      if (result === undefined) this.#broken(`the host's answer to "${op}" failed: ${describe(error)}`);
      else call.reply = new TextEncoder().encode(error instanceof EspNowError ? error.code : (error as Error).message);
    }
    this.#isAsked = false;
    if (this.#running && result !== undefined) this.#control.answer(result, call.reply);
  }

  /** The program has asked for its end. Its thread waits for the next. */
  #rest(): void {
    this.#control.answer(ENDED, NO_BYTES);
    this.#thread.rest(() => this.#control.ring());
  }

  #leave(): void {
    this.#running = false;
    this.#turns?.end(this);
    this.#participant.leave();
  }
}

/** Undefined: it is no answer, but a failure of the host. */
function errorNumber(error: unknown): number | undefined {
  if (error instanceof EspNowError) return -Math.abs(error.errno);
  return error instanceof RangeError || error instanceof TypeError ? WRONG_VALUE : undefined;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function vmClock(clock: Clock, bootMs: number): VmClock {
  if (clock.kind === "virtual") return { kind: "virtual", bootMs };
  return { kind: "system", originMs: Number(process.hrtime.bigint()) / 1e6 - clock.now(), bootMs };
}
