import type { Clock } from "aioespnow";
import { type BoardCalls, CALL_BYTES } from "./board-calls.ts";
import type { DoorsState, StartedDoors, Waiting } from "./doors-state.ts";
import { Events } from "./events.ts";
import type { FileSystem } from "./files/file-system.ts";
import type { Interpreter } from "./interpreter.ts";
import { KeyboardInput } from "./keyboard-input.ts";
import type { ProgramOutput } from "./program-output.ts";
import { SpentTime } from "./spent-time.ts";
import { STATE_WORDS, type StateWord } from "./state-words.ts";
import type { Surroundings } from "./surroundings.ts";

/** MICROPY_PY_TIME_TICKS_PERIOD */
const TICKS_PERIOD = 2 ** 30;
export const FOREVER: number = Number.POSITIVE_INFINITY;
/** As soon as may be, also while somebody holds the time. */
export const AT_ONCE: number = Number.NEGATIVE_INFINITY;
/** What a wait adds to the clock of Python that cannot wait: finalizers. */
const SKEW_MS = 10;

/** What the doors stand in. */
export interface House {
  readonly clock: Clock;
  readonly files: FileSystem;
  readonly calls: BoardCalls;
  readonly output: ProgramOutput;
  readonly seed: number;
  /** The program has ended, and is to stay where it is. */
  isOver(): boolean;
}

/** What a program's MicroPython finds around it: the time, chance, what is typed and printed, its board's answers. */
export class Doors implements Surroundings {
  /** Set before the program begins. */
  interpreter!: Interpreter;
  readonly files: FileSystem;
  readonly events: Events = new Events();
  readonly keyboard: KeyboardInput = new KeyboardInput();
  readonly spent: SpentTime;
  /** From the clock to the board's calendar: milliseconds since 2000. */
  rtcOffsetMs = 0;
  /** What the program waits for; undefined: it runs. */
  waiting: Waiting | undefined;
  /** Something has happened since the last wait returned. */
  wasRung = false;
  readonly #house: House;
  /** When the board was switched on, on its clock. */
  bootMs: number;
  #words: number[] = STATE_WORDS.map(() => 0);
  #chance: number;
  /** Ctrl-C was pressed before the program could be interrupted. */
  #interruptWanted = false;
  #isInterruptible = false;
  #replyLength = 0;
  #canWait = false;
  #skewMs = 0;
  /** How often the program has asked for what may be different at another start, or told something. */
  #asked = 0;

  constructor(house: House) {
    this.#house = house;
    this.files = house.files;
    this.bootMs = house.clock.now();
    this.#chance = house.seed;
    this.spent = new SpentTime(house.clock);
  }

  setWord(word: StateWord, value: number): void {
    this.#words[STATE_WORDS.indexOf(word)] = value;
  }

  /** KeyboardInterrupt, as soon as the program can be interrupted. */
  interrupt(): void {
    if (this.#isInterruptible) this.interpreter.interrupt();
    else this.#interruptWanted = true;
  }

  save(): DoorsState {
    return {
      waiting: this.waiting,
      wasRung: this.wasRung,
      bootMs: this.bootMs,
      rtcOffsetMs: this.rtcOffsetMs,
      words: this.#words,
      chance: this.#chance,
      interruptWanted: this.#interruptWanted,
      isInterruptible: this.#isInterruptible,
      interruptChar: this.keyboard.interruptChar,
      replyLength: this.#replyLength,
      skewMs: this.#skewMs,
      events: this.events.waiting,
      eventsLost: this.events.lost,
      unread: this.keyboard.unread,
      spent: this.spent.counts,
    };
  }

  load(state: DoorsState): void {
    this.waiting = state.waiting;
    this.wasRung = state.wasRung;
    this.bootMs = state.bootMs;
    this.rtcOffsetMs = state.rtcOffsetMs;
    this.#words = [...state.words];
    this.#chance = state.chance;
    this.#interruptWanted = state.interruptWanted;
    this.#isInterruptible = state.isInterruptible;
    this.keyboard.interruptChar = state.interruptChar;
    this.#replyLength = state.replyLength;
    this.#skewMs = state.skewMs;
    this.events.waiting = [...state.events];
    this.events.lost = state.eventsLost;
    this.keyboard.unread = state.unread;
    this.spent.counts = state.spent;
  }

  /** Nothing has happened to the program yet. */
  get isUntouched(): boolean {
    const { unread } = this.keyboard;
    return this.#asked === 0 && !this.#interruptWanted && this.events.waiting.length === 0 && unread.length === 0;
  }

  /** For a program that was untouched and has asked for nothing but what it is: what has changed. */
  get started(): StartedDoors | undefined {
    if (this.#asked > 1) return undefined;
    const { interruptChar } = this.keyboard;
    return { replyLength: this.#replyLength, interruptChar, spent: this.spent.counts };
  }

  /** As it was then. */
  start({ replyLength, interruptChar, spent }: StartedDoors): void {
    this.#replyLength = replyLength;
    this.interruptChar(interruptChar);
    this.spent.counts = spent;
  }

  /** Draws other numbers from now on. */
  reseed(seed: number): void {
    this.#chance = seed;
  }

  /** The program goes on. */
  open(): void {
    this.waiting = undefined;
    this.#skewMs = 0;
    this.#canWait = true;
    this.spent.begin();
    this.#serveEvents();
  }

  /** It waits, or has ended. */
  close(): void {
    this.#canWait = false;
  }

  beforeLook(): boolean {
    this.#house.output.flush();
    return this.#isOver() || (this.spent.look() && this.#waitUntil(this.#now() + 1));
  }

  beforeCall(): boolean {
    return this.beforeLook();
  }

  beforeWait(delayMs: number): boolean {
    this.#house.output.flush();
    if (this.#isOver()) return true;
    if (this.callbacksPending()) return false;
    if (delayMs === 0) return this.beforeLook();
    if (this.wasRung) return false;
    this.spent.waited();
    return this.#waitUntil(delayMs < 0 ? FOREVER : this.#now() + delayMs);
  }

  beforeRead(): boolean {
    return this.keyboard.unread.length === 0 && this.beforeWait(-1);
  }

  beforeWrite(): boolean {
    return this.#isOver() || (this.#house.output.isFull && this.#waitUntil(FOREVER, true));
  }

  computed(isCounted: boolean): boolean {
    if (this.#isOver()) return true;
    this.#serveEvents();
    if (!isCounted || !this.spent.compute()) return false;
    this.#house.output.flush();
    return this.#waitUntil(this.#house.clock.kind === "virtual" ? this.#now() + 1 : AT_ONCE);
  }

  waited(): boolean {
    this.#asked++;
    this.wasRung = false;
    if (!this.#canWait) this.#skewMs += SKEW_MS;
    return this.callbacksPending();
  }

  callbacksPending(): boolean {
    this.#serveEvents();
    return this.interpreter.callbacksPending;
  }

  uptime(): number {
    this.#asked++;
    return this.#now() - this.bootMs + this.#skewMs;
  }

  calendar(): number {
    this.#asked++;
    return this.#now() + this.rtcOffsetMs;
  }

  chance(): number {
    this.#asked++;
    this.#chance = (Math.imul(this.#chance, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes, 7.1
    return this.#chance;
  }

  call(op: number, length: number, ...numbers: readonly number[]): number {
    this.#asked++;
    const data = this.#buffer(length).slice();
    const { result, reply } = this.#house.calls.answer(op, { numbers, data });
    this.interpreter.buffer(reply.length).set(reply);
    this.#replyLength = reply.length;
    this.#serveEvents();
    return result;
  }

  replyLength(): number {
    return this.#replyLength;
  }

  word(index: number): number {
    this.#asked++;
    return this.#words[index] ?? 0;
  }

  ticksUs(): number {
    return Math.floor((this.uptime() * 1000) % TICKS_PERIOD);
  }

  random(length: number): void {
    const bytes = this.#buffer(length);
    for (let at = 0; at < bytes.length; at++) bytes[at] = this.chance() >>> 24; // the high bits are the random ones
  }

  writeBytes(length: number): void {
    this.#asked++;
    this.#house.output.writeBytes(this.#buffer(length));
  }

  interruptChar(char: number): void {
    this.keyboard.interruptChar = char;
    this.#isInterruptible = true;
    if (this.#interruptWanted) this.interpreter.interrupt();
    this.#interruptWanted = false;
  }

  read(length: number): Uint8Array {
    this.#asked++;
    const bytes = this.keyboard.read(length);
    this.setWord("input", this.keyboard.unread.length);
    this.wasRung = false;
    return bytes;
  }

  write(stream: "stdout" | "stderr", bytes: Uint8Array): void {
    this.#asked++;
    this.#house.output.write(stream, bytes);
  }

  #isOver(): boolean {
    return this.#house.isOver() && this.#waitUntil(FOREVER);
  }

  #waitUntil(untilMs: number, forOutput = false): true {
    this.waiting = { untilMs, forOutput };
    return true;
  }

  #serveEvents(): void {
    this.events.serve((event) => this.interpreter.schedule(event));
  }

  #now(): number {
    return this.#house.clock.now();
  }

  #buffer(length: number): Uint8Array {
    return this.interpreter.buffer(Math.max(0, Math.min(length, CALL_BYTES)));
  }
}
