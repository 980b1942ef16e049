// vm: MicroPython as an object that runs until it waits, in the thread of its clock. A program gets to nothing but its
// calls, its files and its memory, whatever it does, and can be stopped at any time. It runs in browsers, and knows no
// board: others answer the calls.

import { Alarm, type Clock, type TimerState } from "aioespnow";
import type { CallName, Handler } from "../bridge/calls.ts";
import { MAX_EVENT_VALUE } from "../bridge/event-kinds.ts";
import type { Exit } from "../bridge/exit.ts";
import { BoardCalls } from "./board-calls.ts";
import { AT_ONCE, Doors, FOREVER } from "./doors.ts";
import type { DoorsState, Waiting } from "./doors-state.ts";
import type { Firmware } from "./firmware.ts";
import { type Image, type ImageState, loadImage, saveImage } from "./image-pages.ts";
import { Interpreter } from "./interpreter.ts";
import type { OutputState } from "./output.ts";
import { ProgramOutput } from "./program-output.ts";
import { type ProgramStart, startKey, startText } from "./starts.ts";
import type { StateWord } from "./state-words.ts";

export interface VmOptions extends ProgramStart {
  readonly name: string;
  readonly clock: Clock;
  readonly firmware: Firmware;
  /** Of `random`, and of whatever else is chance: 32 bits. */
  readonly seed: number;
  /** One whose program has ended, to be used again. */
  readonly interpreter?: Interpreter | undefined;
}

/** A program that waits, or is about to begin. */
export interface VmState {
  readonly isDue: boolean;
  readonly alarm: TimerState | undefined;
  readonly traceback: string | undefined;
  readonly doors: DoorsState;
  readonly output: OutputState;
  /** Undefined: it has not begun. */
  readonly image: ImageState | undefined;
}

/**
 * A program in a MicroPython on its board's clock: an object that runs until it waits. It answers the program's calls by
 * its handlers, and goes on when the time has come or something has happened (`ring`). It begins as soon as the clock's
 * thread is free.
 */
export class Vm {
  /** The program waits where much of its output is not taken: a promise says when it is. */
  onOutput: ((stream: "stdout" | "stderr", bytes: Uint8Array) => Promise<void> | undefined | void) | undefined;
  onExit: ((exit: Exit) => void) | undefined;
  readonly clock: Clock;
  readonly #options: VmOptions;
  readonly #interpreter: Interpreter;
  readonly #calls: BoardCalls;
  readonly #doors: Doors;
  readonly #output: ProgramOutput;
  readonly #release: () => void;
  readonly #alarm: Alarm;
  #hasBegun = false;
  #isRunning = false;
  /** It runs as soon as may be. */
  #isDue = false;
  #isBroken = false;
  #traceback: string | undefined;
  #exit: Exit | undefined;

  constructor(options: VmOptions) {
    const { name, clock, firmware, files, seed, interpreter } = options;
    this.clock = clock;
    this.#options = options;
    this.#calls = new BoardCalls((why) => this.#broke(`${name}: ${why}`));
    this.#output = new ProgramOutput(clock, options.repl !== undefined, {
      print: (stream, bytes) => this.onOutput?.(stream, bytes),
      taken: () => this.#doors.waiting?.forOutput && this.#runAt(AT_ONCE),
    });
    const isOver = (): boolean => this.#exit !== undefined;
    this.#doors = new Doors({ clock, files, calls: this.#calls, output: this.#output, seed, isOver });
    this.#interpreter = interpreter ?? new Interpreter(firmware.module, this.#doors);
    this.#interpreter.surroundings = this.#doors;
    this.#doors.interpreter = this.#interpreter;
    this.#release = clock.keepAlive();
    this.#alarm = new Alarm(clock, () => this.#run());
    this.handle("program_start", () => new TextEncoder().encode(startText(options)));
    this.handle("program_failed", ({ traceback }) => {
      this.#traceback = traceback;
    });
    this.#runAt(AT_ONCE);
  }

  /** Switches the board on when that is made from which it starts: the first takes some hundred milliseconds of real time. */
  prepare(): void {
    this.#options.firmware.image(this.#calls.facts);
    this.#doors.bootMs = this.clock.now();
  }

  /** What its program's clock said at `timeMs` of its board's: milliseconds since the board was switched on. */
  uptime(timeMs: number): number {
    return timeMs - this.#doors.bootMs;
  }

  /** From now on `handler` answers the calls of a name. */
  handle<N extends CallName>(name: N, handler: Handler<N>): void {
    this.#calls.handle(name, handler);
  }

  /** Shows the program a number that it reads without asking, and wakes it. */
  setState(word: StateWord, value: number): void {
    this.#doors.setWord(word, value);
    this.ring();
  }

  /** Makes the program call what it has for such an event (`EventKind`). Lost where EVENT_SLOTS wait already. */
  raise(kind: number, value: number): void {
    if (!(value >= 0 && value <= MAX_EVENT_VALUE)) throw new RangeError(`an event's value is ${value}`);
    this.#doors.events.raise(kind, value);
    this.ring();
  }

  /** Events that found no room, as on a board whose scheduler is full. */
  get eventsLost(): number {
    return this.#doors.events.lost;
  }

  /** Types at the program. */
  type(bytes: Uint8Array): void {
    const hasInterrupt = this.#doors.keyboard.type(bytes);
    this.setState("input", this.unread);
    if (hasInterrupt) this.interrupt();
  }

  /** How many bytes were typed that the program has not read. */
  get unread(): number {
    return this.#doors.keyboard.unread.length;
  }

  /** Those bytes. */
  get unreadBytes(): Uint8Array {
    return this.#doors.keyboard.unread;
  }

  /** From the clock to the board's calendar: milliseconds since 2000. */
  set rtcOffsetMs(offsetMs: number) {
    this.#doors.rtcOffsetMs = offsetMs;
  }

  /** Ctrl-C. */
  interrupt(): void {
    if (this.#exit !== undefined) return;
    this.#doors.interrupt();
    this.#doors.wasRung = true;
    if (this.#doors.waiting !== undefined) this.#runAt(AT_ONCE);
  }

  /** Wakes the program if it waits. */
  ring(): void {
    this.#doors.wasRung = true;
    if (this.#doors.waiting?.forOutput === false) this.#runAt(AT_ONCE);
  }

  /** The program is over, wherever it stands. What it does from now on has no effect. */
  end(exit: Exit): void {
    if (this.#exit !== undefined) return;
    this.#exit = this.#traceback === undefined ? exit : { ...exit, traceback: this.#traceback };
    if (!this.#isRunning) this.#finish();
  }

  /** As `end`, without telling. */
  terminate(): void {
    this.onExit = undefined;
    this.end({ code: 0 });
  }

  /** Milliseconds of virtual time since it last waited of its own accord. */
  get busyMs(): number {
    return this.#doors.spent.busyMs;
  }

  /** How its program ended; undefined: it has not. */
  get exit(): Exit | undefined {
    return this.#exit;
  }

  /** To be used again, now that its program has ended; undefined: it cannot be. */
  get interpreter(): Interpreter | undefined {
    return this.#isBroken || this.#isRunning ? undefined : this.#interpreter;
  }

  /** Its program must not have ended. */
  save(): VmState {
    const { memory, used, registers } = this.#interpreter;
    const image = { memory: memory.subarray(0, used), registers };
    return {
      isDue: this.#isDue,
      alarm: this.#alarm.save(),
      traceback: this.#traceback,
      doors: this.#doors.save(),
      output: this.#output.save(),
      image: this.#hasBegun ? saveImage(image, this.#firstImage.memory) : undefined,
    };
  }

  /** Of one that has not begun. All its output was taken. */
  load(state: VmState): void {
    this.#isDue = state.isDue;
    this.#traceback = state.traceback;
    this.#doors.load(state.doors);
    this.#output.load(state.output);
    this.#hasBegun = state.image !== undefined;
    if (state.image !== undefined) this.#interpreter.load(loadImage(state.image, this.#firstImage.memory));
    this.#alarm.load(state.alarm);
    if (state.doors.waiting?.forOutput) this.#runAt(AT_ONCE);
  }

  /** Draws other numbers from now on. */
  reseed(seed: number): void {
    this.#doors.reseed(seed);
  }

  #run(): void {
    this.#isDue = false;
    if (this.#exit !== undefined || this.#isRunning) return;
    this.#isRunning = true;
    try {
      if (!this.#hasBegun) this.#begin();
      this.#doors.open();
      const code = this.#interpreter.run();
      this.#interpreter.onCollected = undefined;
      if (code !== undefined) this.end({ code });
    } catch (error) {
      this.#broke(`MicroPython broke down: ${String((error as Error).message).slice(0, 1000)}`);
    }
    this.#doors.close();
    this.#isRunning = false;
    if (this.#exit === undefined) this.#sleep();
    else this.#finish();
  }

  /** Loads what the board starts from. */
  #begin(): void {
    this.#hasBegun = true;
    const { firmware, repl } = this.#options;
    const key = repl === undefined ? startKey(this.#calls.facts, this.#options) : "";
    const start = this.#doors.isUntouched ? firmware.starts.get(key) : undefined;
    this.#interpreter.load(start?.image ?? this.#firstImage);
    if (start !== undefined) this.#doors.start(start.doors);
    else if (this.#doors.isUntouched && repl === undefined) this.#keepStart(key);
  }

  /** The first collection is before the program runs. */
  #keepStart(key: string): void {
    const interpreter = this.#interpreter;
    interpreter.onCollected = () => {
      interpreter.onCollected = undefined;
      const { memory, used, registers } = interpreter;
      const { started } = this.#doors;
      if (started === undefined || this.#options.files.hasOpen) return;
      this.#options.firmware.starts.keep(key, { image: { memory: memory.slice(0, used), registers }, doors: started });
    };
  }

  /** What its board starts from. */
  get #firstImage(): Image {
    return this.#options.firmware.image(this.#calls.facts);
  }

  #sleep(): void {
    const { untilMs, forOutput } = this.#doors.waiting as Waiting;
    if (!forOutput && untilMs !== FOREVER) this.#runAt(untilMs);
  }

  #runAt(atMs: number): void {
    if (this.#isDue || this.#exit !== undefined) return;
    this.#isDue = atMs === AT_ONCE;
    const soon = atMs === AT_ONCE && this.clock.kind === "system";
    this.#alarm.set(soon ? this.clock.now() : atMs);
  }

  #finish(): void {
    this.#alarm.clear();
    this.#release();
    this.#output.flush();
    this.clock.delivered();
    this.onExit?.(this.#exit as Exit);
  }

  /** It cannot go on: what it says then is its traceback. */
  #broke(why: string): void {
    this.#isBroken = true;
    this.#traceback = `${why}\n`;
    this.#output.write("stderr", new TextEncoder().encode(this.#traceback));
    this.end({ code: 1 });
  }
}
