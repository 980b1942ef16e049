import { ControlBlock, ENDED } from "../channel/control-block.ts";
import type { VmClock, VmMessage, VmRestart } from "../channel/messages.ts";
import { Output } from "./output.ts";

/** The sleep of a board that waits for ever, milliseconds. */
const FOR_EVER = Number.POSITIVE_INFINITY;

/**
 * A program that waits busily looks at the time, or asks again and again. In virtual time so many looks without a wait
 * take a millisecond: about what they take on a board, and time goes on.
 */
const LOOKS_PER_MS = 100;

/** In virtual time a program that only computes takes a millisecond for so many calls: little, but time goes on. */
const CALLS_PER_MS = 100_000;

/** Thrown where a program stands that its host has ended. */
export class ProgramEnded extends Error {}

/** The program's side of the way to its host: it asks, it waits, it tells the time. */
export class VmChannel {
  control!: ControlBlock;
  readonly #post: (message: VmMessage) => void;
  #clock!: VmClock;
  /** Before a program begins, no time passes for it. */
  #begun = false;
  /** What was known of the bell when the last wait returned: who rings between two waits is not missed. */
  #seen = 0;
  #looks = 0;
  #calls = 0;
  /** Bytes of output until now, modulo 2^32. */
  #printed = 0;
  readonly output: Output = new Output((stream, bytes) => this.#print(stream, bytes));

  constructor(start: VmRestart, post: (message: VmMessage) => void) {
    this.#post = post;
    this.begin(start);
  }

  /** The next program speaks, on a control block of its own. */
  begin({ control, clock }: VmRestart): void {
    this.control = new ControlBlock(control);
    this.#clock = clock;
    this.#begun = false;
    this.#seen = 0;
    this.#looks = 0;
    this.#calls = 0;
    this.#printed = 0;
  }

  /** The host's clock, milliseconds. */
  now(): number {
    return this.#clock.kind === "virtual"
      ? this.control.now
      : Number(process.hrtime.bigint()) / 1e6 - this.#clock.originMs;
  }

  /** Since the board was switched on, milliseconds. */
  uptime(): number {
    return this.now() - this.#clock.bootMs;
  }

  /** Milliseconds since 2000, as far as the board knows. */
  calendar(): number {
    return this.now() + this.control.rtcOffset;
  }

  /** The program looks at the time, or at what may change in time. */
  look(): void {
    this.output.flush();
    if (++this.#looks >= LOOKS_PER_MS) this.pass();
  }

  /** The program computes: one call of many. */
  compute(): void {
    if (++this.#calls >= CALLS_PER_MS) this.pass();
  }

  /** A millisecond of virtual time passes. */
  pass(): void {
    this.#calls = 0;
    this.#looks = 0;
    this.output.flush();
    // Who rang since the last wait is to be seen by the next one: `seen` stays as it is.
    if (this.#begun && this.#clock.kind === "virtual") this.#sleep(this.control.rings, this.now() + 1);
  }

  /** Blocks until the host lets the program begin. */
  awaitTurn(): void {
    this.control.waitForRing(0, FOR_EVER);
    this.#seen = this.control.rings;
    this.#looks = 0;
    this.#calls = 0;
    this.#begun = true;
  }

  /** Between two programs: blocks until `receive` gives the next. The former host rings for it. */
  awaitRestart(receive: () => VmRestart | undefined): VmRestart {
    for (;;) {
      const { rings } = this.control;
      const restart = receive();
      if (restart !== undefined) return restart;
      this.control.waitForRing(rings, FOR_EVER);
    }
  }

  /**
   * Asks the host and blocks until it has answered. Returns the result; the bytes are in `control.reply`.
   * @throws ProgramEnded where the program is not to go on.
   */
  call(op: string, a: number, b: number, data: Uint8Array): number {
    this.look();
    const seen = this.control.replies;
    this.#post({ type: "call", op, a, b, data });
    const result = this.control.awaitAnswer(seen);
    if (result === ENDED) throw new ProgramEnded();
    return result;
  }

  post(message: VmMessage): void {
    this.#post(message);
  }

  /** Blocks until rung since the last wait returned, or for `delayMs` (negative: no limit); 0 only looks. */
  wait(delayMs: number): void {
    this.output.flush();
    const until = delayMs < 0 ? FOR_EVER : this.now() + delayMs;
    const rings = this.control.rings;
    if (delayMs === 0) this.look();
    else if (rings === this.#seen) this.#sleep(rings, until);
    this.#seen = this.control.rings;
  }

  #print(stream: "stdout" | "stderr", bytes: Uint8Array): void {
    this.#post({ type: "output", stream, bytes });
    this.#printed = (this.#printed + bytes.length) | 0;
    this.control.awaitOutput(this.#printed);
  }

  #sleep(rings: number, untilMs: number): void {
    this.#looks = 0;
    this.#calls = 0;
    if (this.#clock.kind === "system") {
      this.control.waitForRing(rings, untilMs - this.now());
      return;
    }
    this.#post({ type: "idle", rings, untilMs });
    this.control.waitForRing(rings, FOR_EVER);
  }
}
