import { destinationOf, MANAGEMENT_HEADER_LENGTH } from "../codec/dot11.ts";
import { isGroup } from "../codec/mac-address.ts";
import { EspNowError } from "../errors.ts";
import { checkInteger, describe } from "../util/check.ts";
import type { RandomSource } from "../util/rng.ts";
import { PendingCalls } from "./pending-calls.ts";
import type { Phy, ReceivedFrame, TransmitOptions, TransmitResult } from "./phy.ts";
import { PhyWrapper } from "./phy-wrapper.ts";

/** Which frames a fault hits: a share of them by chance, 0..1, or those that the function picks. */
export type FaultRule = number | ((frame: Uint8Array) => boolean);

/** What happens to frames. Those of one direction are asked in this order; a dropped frame suffers nothing else. */
export interface Faults {
  /** Frames that are lost. */
  readonly drop?: FaultRule;
  /** One bit, anywhere in the frame, is turned over. A checked FCS would have hidden it: this is what slips through. */
  readonly corrupt?: FaultRule;
  /** Frames that come twice. */
  readonly duplicate?: FaultRule;
  /** Frames that come later, behind others that were not delayed. */
  readonly delay?: {
    /** Which frames are delayed. */
    readonly rule: FaultRule;
    /** By how much, in milliseconds, 0 or more. */
    readonly ms: number;
  };
}

/** Which faults happen, and what decides them. */
export interface FaultOptions {
  /** A seeded one makes the faults repeatable. */
  readonly random: RandomSource;
  /** What happens to frames that are sent. */
  readonly sent?: Faults;
  /** What happens to frames that are heard. */
  readonly heard?: Faults;
  /** What a transmission shall end with, whatever became of it; undefined leaves it to the phy. */
  readonly result?: (frame: Uint8Array) => TransmitResult | undefined;
}

/**
 * Disturbs another phy: frames get lost, twice, damaged or late, by seeded chance or by a rule.
 * @example
 * import { SoftMacRadio } from "aioespnow";
 * import { FaultPhy } from "aioespnow/phy";
 * import { Air, SeededRandom } from "aioespnow/sim";
 *
 * const air = new Air();
 * const lossy = new FaultPhy(air.phy(), { random: new SeededRandom(1), heard: { drop: 0.1 } });
 * const radio = new SoftMacRadio(lossy);
 */
export class FaultPhy extends PhyWrapper {
  readonly #random: RandomSource;
  readonly #sent: Faults;
  readonly #heard: Faults;
  readonly #result: (frame: Uint8Array) => TransmitResult | undefined;
  readonly #pending: PendingCalls;

  /** @throws RangeError for a share that is not 0..1 or a delay that is no time. */
  constructor(inner: Phy, { random, sent = {}, heard = {}, result = () => undefined }: FaultOptions) {
    checkFaults(sent, "sent");
    checkFaults(heard, "heard");
    super(inner);
    this.#random = random;
    this.#sent = sent;
    this.#heard = heard;
    this.#result = result;
    this.#pending = new PendingCalls(inner.clock);
  }

  override transmit(frame: Uint8Array, options: TransmitOptions, done: (result: TransmitResult) => void): void {
    checkInteger(frame.length, "frame.length", MANAGEMENT_HEADER_LENGTH, this.capabilities.maxFrameLength);
    const forced = this.#result(frame);
    const answer = forced === undefined ? done : () => done(forced);
    if (this.#hits(this.#sent.drop, frame)) this.#answerDropped(frame, options, answer);
    else this.#disturb(frame, options, answer);
  }

  /** Closes the inner phy; frames that were held back are gone. */
  override [Symbol.asyncDispose](): PromiseLike<void> {
    this.#pending.close();
    return super[Symbol.asyncDispose]();
  }

  protected override hear(frame: ReceivedFrame): void {
    if (this.#hits(this.#heard.drop, frame.bytes)) return;
    const bytes = this.#damaged(this.#heard, frame.bytes);
    const { delay } = this.#heard;
    const times = this.#hits(this.#heard.duplicate, frame.bytes) ? 2 : 1;
    if (delay === undefined || !this.#hits(delay.rule, frame.bytes)) {
      for (let i = 0; i < times; i++) super.hear({ ...frame, bytes });
      return;
    }
    const late = { ...frame, bytes: bytes.slice(), timeMs: frame.timeMs + delay.ms };
    this.#pending.at(late.timeMs, () => {
      for (let i = 0; i < times; i++) super.hear(late);
    });
  }

  #disturb(frame: Uint8Array, options: TransmitOptions, done: (result: TransmitResult) => void): void {
    const bytes = this.#damaged(this.#sent, frame);
    const twice = this.#hits(this.#sent.duplicate, frame);
    const { delay } = this.#sent;
    if (delay === undefined || !this.#hits(delay.rule, frame)) {
      this.#send(bytes, options, twice, done);
      return;
    }
    const copy = bytes.slice();
    const send = (): void => this.#send(copy, options, twice, done);
    const error = new EspNowError("ERR_RADIO_CLOSED", "closed before a delayed frame went out");
    this.#pending.at(this.clock.now() + delay.ms, send, () => done({ status: "failed", error }));
  }

  #send(frame: Uint8Array, options: TransmitOptions, twice: boolean, done: (result: TransmitResult) => void): void {
    super.transmit(frame, options, done);
    if (twice) super.transmit(frame, options, () => undefined);
  }

  /** The medium would say the same: nobody acknowledges what never went out. */
  #answerDropped(frame: Uint8Array, options: TransmitOptions, done: (result: TransmitResult) => void): void {
    const unasked = options.noAck || isGroup(destinationOf(frame));
    const result: TransmitResult = unasked ? { status: "sent" } : { status: "no-ack", attempts: 1 };
    const answer = (): void => done(this.capabilities.reportsAck ? result : { status: "unknown" });
    this.#pending.at(this.clock.now(), answer, answer);
  }

  /** `frame`, or a copy of it with one wrong bit. */
  #damaged(faults: Faults, frame: Uint8Array): Uint8Array {
    if (!this.#hits(faults.corrupt, frame)) return frame;
    const bit = this.#random.uint32() % (8 * frame.length);
    const copy = frame.slice();
    copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
    return copy;
  }

  #hits(rule: FaultRule | undefined, frame: Uint8Array): boolean {
    if (rule === undefined) return false;
    return typeof rule === "function" ? rule(frame) : this.#random.uint32() < rule * 2 ** 32;
  }
}

function checkFaults({ drop, corrupt, duplicate, delay }: Faults, name: string): void {
  for (const [fault, rule] of Object.entries({ drop, corrupt, duplicate, delay: delay?.rule })) {
    if (rule === undefined || typeof rule === "function" || (rule >= 0 && rule <= 1)) continue;
    throw new RangeError(`${name}.${fault} must be a function or a share from 0 to 1, not ${describe(rule)}`);
  }
  if (delay !== undefined && !(delay.ms >= 0)) {
    throw new RangeError(`${name}.delay.ms must be 0 or more milliseconds, not ${describe(delay.ms)}`);
  }
}
