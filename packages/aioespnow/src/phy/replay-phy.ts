import { MANAGEMENT_HEADER_LENGTH } from "../codec/dot11.ts";
import type { MacAddress } from "../codec/mac-address.ts";
import { EspNowError } from "../errors.ts";
import { countedSentence, describeLeftOut } from "../pcap/capture-counters.ts";
import type { CaptureEnding } from "../pcap/capture-reader.ts";
import { type CapturedPacket, type CaptureTime, elapsedMs } from "../pcap/captured-packet.ts";
import { FrameFinder } from "../pcap/frame-finder.ts";
import { checkInteger, describe } from "../util/check.ts";
import type { Clock } from "../util/clock.ts";
import { PendingCalls } from "./pending-calls.ts";
import type { Phy, PhyCapabilities, PhyState, ReceivedFrame, TransmitOptions, TransmitResult } from "./phy.ts";
import { noReplayCounts, type ReplayCounters } from "./replay-counters.ts";
import { CHANNELS, checkAddresses, MAX_FRAME_LENGTH } from "./station-limits.ts";

/** How a capture is played. */
export interface ReplayOptions {
  /** Frames come by it, as long after the first as in the capture. */
  readonly clock: Clock;
  /** 2 plays twice as fast, Infinity without any pause. 1 if left out. */
  readonly speed?: number;
}

/** Times that lie further apart, forward or back, are broken: nobody waits for them. */
const MAX_GAP_MS = 24 * 3_600_000;

const CAPABILITIES: PhyCapabilities = {
  reportsAck: false,
  retriesInHardware: true,
  blocks: true,
  maxAckAddresses: 4,
  maxFrameLength: MAX_FRAME_LENGTH,
  channels: CHANNELS,
};

/**
 * Plays a capture: its frames are heard at their own times, whatever their channel and destination, as a monitor
 * interface would. It begins when the station is first switched on (`setAckAddresses`), and ends with the state "ended".
 * What is sent goes nowhere.
 * @example
 * import { readFileSync } from "node:fs";
 * import { SoftMacRadio } from "aioespnow";
 * import { readCapture } from "aioespnow/pcap";
 * import { ReplayPhy } from "aioespnow/phy";
 * import { VirtualClock } from "aioespnow/sim";
 *
 * const capture = readCapture(readFileSync("air.pcapng"));
 * const radio = new SoftMacRadio(new ReplayPhy(capture, { clock: new VirtualClock() }), { promiscuous: true });
 */
export class ReplayPhy implements Phy {
  readonly capabilities: PhyCapabilities = CAPABILITIES;
  readonly clock: Clock;
  /** What was read, and what was left out. */
  readonly counters: ReplayCounters = noReplayCounts();
  onFrame: ((frame: ReceivedFrame) => void) | undefined;
  onState: ((state: PhyState) => void) | undefined;
  readonly #packets: Iterator<CapturedPacket>;
  readonly #source: Iterable<CapturedPacket>;
  readonly #finder = new FrameFinder(this.counters);
  readonly #speed: number;
  readonly #pending: PendingCalls;
  #channel = 1;
  #on = false;
  #closed = false;
  #started = false;
  #lastTime: CaptureTime | undefined;
  /** When the first frame that has a time, or the first after a jump, was due: on the clock, and in the capture. */
  #origin: { readonly atMs: number; readonly time: CaptureTime } | undefined;

  /** @throws RangeError for a speed that is not above 0. */
  constructor(packets: Iterable<CapturedPacket>, { clock, speed = 1 }: ReplayOptions) {
    if (!(speed > 0)) throw new RangeError(`speed must be a number above 0, not ${describe(speed)}`);
    this.clock = clock;
    this.#source = packets;
    this.#packets = packets[Symbol.iterator]();
    this.#speed = speed;
    this.#pending = new PendingCalls(clock);
  }

  /** How the capture ends, where the packets come from a `CaptureReader`; it is final once the replay has ended. */
  get ending(): CaptureEnding | undefined {
    return "ending" in this.#source ? (this.#source.ending as CaptureEnding) : undefined;
  }

  /** What of the capture was not heard so far, and why: one sentence each. */
  leftOut(): readonly string[] {
    const { counters } = this;
    return [
      ...countedSentence(counters.jumps, "jump", "in time of more than a day left out"),
      ...describeLeftOut(counters, this.ending),
    ];
  }

  /** Where frames are said to be heard whose capture does not tell. */
  setChannel(channel: number): void {
    this.#channel = checkInteger(channel, "channel", 1, 14);
  }

  setAckAddresses(addresses: readonly MacAddress[]): void {
    this.#on = checkAddresses(addresses, CAPABILITIES.maxAckAddresses).length > 0;
    if (!this.#on || this.#closed || this.#started) return;
    this.#started = true;
    this.#scheduleNext();
  }

  setTxPower(): void {
    // Nobody listens.
  }

  transmit(frame: Uint8Array, _options: TransmitOptions, done: (result: TransmitResult) => void): void {
    if (!(frame instanceof Uint8Array)) throw new TypeError(`frame must be a Uint8Array, not ${describe(frame)}`);
    checkInteger(frame.length, "frame.length", MANAGEMENT_HEADER_LENGTH, CAPABILITIES.maxFrameLength);
    const fail = (): void =>
      done({ status: "failed", error: new EspNowError("ERR_RADIO_CLOSED", "the replay is closed") });
    this.#pending.at(this.clock.now(), this.#closed ? fail : () => done({ status: "unknown" }), fail);
  }

  wait(deadlineMs: number): void {
    this.clock.wait(deadlineMs);
  }

  /** Stops playing. More calls do nothing. */
  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#pending.close();
      this.#packets.return?.();
      this.onState?.({ state: "closed" });
    }
    return Promise.resolve();
  }

  /** One frame at a time is on the clock: a reader that is slower than the capture then loses none in virtual time. */
  #scheduleNext(): void {
    for (let next = this.#packets.next(); next.done !== true; next = this.#packets.next()) {
      const packet = next.value;
      const frame = this.#decode(packet);
      if (frame === undefined) continue;
      this.#pending.at(this.#dueAt(packet.time), () => this.#play(frame));
      return;
    }
    this.#pending.at(this.clock.now(), () => this.onState?.({ state: "ended" }));
  }

  #play(frame: Omit<ReceivedFrame, "timeMs">): void {
    if (this.#on) {
      this.counters.heard++;
      this.onFrame?.({ ...frame, timeMs: this.clock.now() });
    } else {
      this.counters.unheard++;
    }
    if (!this.#closed) this.#scheduleNext();
  }

  /** When a frame of the capture is to be heard, on the clock. Never before the one that was played last. */
  #dueAt(time: CaptureTime | undefined): number {
    const now = this.clock.now();
    if (time === undefined) return now;
    const isJump = Math.abs(elapsedMs(this.#lastTime ?? time, time)) > MAX_GAP_MS;
    this.#lastTime = time;
    if (isJump) this.counters.jumps++;
    if (isJump || this.#origin === undefined) this.#origin = { atMs: now, time };
    return Math.max(now, this.#origin.atMs + elapsedMs(this.#origin.time, time) / this.#speed);
  }

  /** The 802.11 frame of a packet, without its FCS; undefined, and counted, if there is none. */
  #decode(packet: CapturedPacket): Omit<ReceivedFrame, "timeMs"> | undefined {
    const found = this.#finder.find(packet);
    if ("reason" in found) return undefined;
    const { bytes, rssi, rate, channel = this.#channel } = found;
    return { bytes, rssi, rate, channel };
  }
}
