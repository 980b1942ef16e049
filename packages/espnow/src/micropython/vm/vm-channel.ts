import { ControlBlock } from "../control-block.ts";
import type { VmClock, VmMessage } from "../messages.ts";

/** The longest time that fits a wait, in milliseconds: the sleep of a board that waits for ever. */
const FOR_EVER = Number.POSITIVE_INFINITY;

/** The program's side of the way to its host: it asks, it waits, it tells the time. */
export class VmChannel {
  readonly control: ControlBlock;
  readonly #post: (message: VmMessage) => void;
  readonly #clock: VmClock;
  /** What was known of the bell when the last wait returned: who rings between two waits is not missed. */
  #seen = 0;

  constructor(memory: SharedArrayBuffer, clock: VmClock, post: (message: VmMessage) => void) {
    this.control = new ControlBlock(memory);
    this.#clock = clock;
    this.#post = post;
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

  /** Blocks until the host lets the program begin. */
  awaitTurn(): void {
    this.control.waitForRing(0, FOR_EVER);
    this.#seen = this.control.rings;
  }

  /** Asks the host and blocks until it has answered. Returns the result; the bytes are in `control.reply`. */
  call(op: string, a: number, b: number, data: Uint8Array): number {
    const seen = this.control.replies;
    this.#post({ type: "call", op, a, b, data });
    return this.control.awaitAnswer(seen);
  }

  post(message: VmMessage): void {
    this.#post(message);
  }

  /** Blocks until rung since the last wait returned, or for `delayMs` (negative: no limit); 0 only looks. */
  wait(delayMs: number): void {
    const until = delayMs < 0 ? FOR_EVER : this.now() + delayMs;
    const rings = this.control.rings;
    if (rings === this.#seen && delayMs !== 0) this.#sleep(rings, until);
    this.#seen = this.control.rings;
  }

  #sleep(rings: number, untilMs: number): void {
    if (this.#clock.kind === "system") {
      this.control.waitForRing(rings, untilMs - this.now());
      return;
    }
    this.#post({ type: "idle", rings, untilMs });
    this.control.waitForRing(rings, FOR_EVER);
  }
}
