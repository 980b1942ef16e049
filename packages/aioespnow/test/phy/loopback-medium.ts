import { destinationOf } from "#lib/codec/dot11.ts";
import { isGroup, type MacAddress } from "#lib/codec/mac-address.ts";
import { EspNowError } from "#lib/errors.ts";
import type { Phy, PhyCapabilities, PhyState, ReceivedFrame, TransmitOptions, TransmitResult } from "#lib/phy/phy.ts";
import { checkInteger } from "#lib/util/check.ts";
import type { Clock } from "#lib/util/clock.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";

/** How long a frame is on the way, in milliseconds. */
export const AIRTIME_MS = 2;

const CAPABILITIES: PhyCapabilities = {
  reportsAck: true,
  retriesInHardware: true,
  blocks: true,
  maxAckAddresses: 2,
  maxFrameLength: 1600,
  channels: Array.from({ length: 13 }, (_, i) => i + 1),
};

/** The simplest medium there can be: no contention, no loss; a frame arrives after two milliseconds. */
export class LoopbackMedium {
  readonly clock: Clock = new VirtualClock();
  readonly phys: LoopbackPhy[] = [];

  phy(): LoopbackPhy {
    const phy = new LoopbackPhy(this);
    this.phys.push(phy);
    return phy;
  }
}

export class LoopbackPhy implements Phy {
  readonly capabilities: PhyCapabilities = CAPABILITIES;
  readonly clock: Clock;
  onFrame: ((frame: ReceivedFrame) => void) | undefined;
  onState: ((state: PhyState) => void) | undefined;
  txPower = 20;
  channel = 1;
  addresses: readonly MacAddress[] = [];
  readonly #medium: LoopbackMedium;
  readonly #unanswered = new Set<(result: TransmitResult) => void>();
  #closed = false;

  constructor(medium: LoopbackMedium) {
    this.clock = medium.clock;
    this.#medium = medium;
  }

  setChannel(channel: number): void {
    this.channel = checkInteger(channel, "channel", 1, 13);
  }

  setAckAddresses(addresses: readonly MacAddress[]): void {
    checkInteger(addresses.length, "addresses.length", 0, CAPABILITIES.maxAckAddresses);
    if (!this.#closed) this.addresses = addresses;
  }

  setTxPower(dBm: number): void {
    this.txPower = dBm;
  }

  transmit(frame: Uint8Array, options: TransmitOptions, done: (result: TransmitResult) => void): void {
    checkInteger(frame.length, "frame.length", 24, CAPABILITIES.maxFrameLength);
    const bytes = frame.slice();
    const answer = (result: TransmitResult): void => {
      if (this.#unanswered.delete(answer)) done(result);
    };
    this.#unanswered.add(answer);
    const arrival = () => answer(this.#closed ? closedResult() : this.#arrive(bytes, options));
    this.clock.schedule(this.clock.now() + AIRTIME_MS, arrival);
  }

  wait(deadlineMs: number): void {
    this.clock.wait(deadlineMs);
  }

  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.addresses = [];
      for (const answer of this.#unanswered) answer(closedResult());
      this.onState?.({ state: "closed" });
    }
    return Promise.resolve();
  }

  #arrive(bytes: Uint8Array, { rate, noAck }: TransmitOptions): TransmitResult {
    const to = destinationOf(bytes);
    const isHeard = (phy: LoopbackPhy) =>
      phy !== this &&
      phy.channel === this.channel &&
      phy.addresses.length > 0 &&
      (isGroup(to) || phy.addresses.includes(to));
    const hearers = this.#medium.phys.filter(isHeard);
    const frame = { bytes, rssi: -40, rate, channel: this.channel, timeMs: this.clock.now() };
    for (const phy of hearers) phy.onFrame?.(frame);
    if (noAck || isGroup(to)) return { status: "sent" };
    return hearers.length > 0 ? { status: "acked", attempts: 1 } : { status: "no-ack", attempts: 3 };
  }
}

function closedResult(): TransmitResult {
  return { status: "failed", error: new EspNowError("ERR_RADIO_CLOSED", "the loopback phy is closed") };
}
