import { isGroup, type MacAddress, macAt } from "#lib/codec/mac-address.ts";
import { Rate } from "#lib/codec/rate.ts";
import { EspNowError } from "#lib/errors.ts";
import type { Phy, PhyCapabilities, PhyState, ReceivedFrame, TransmitOptions, TransmitResult } from "#lib/phy/phy.ts";
import type { Clock } from "#lib/util/clock.ts";
import { VirtualClock } from "#lib/util/virtual-clock.ts";

const FRAME_TIME_MS = 1;
const CAPABILITIES: PhyCapabilities = {
  reportsAck: true,
  retriesInHardware: true,
  blocks: true,
  maxAckAddresses: 2,
  maxFrameLength: 2304,
  channels: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14],
};

/** The simplest medium there is: every frame takes a millisecond and is heard by all on its channel. */
export class Wire {
  readonly clock: Clock;
  readonly phys: WirePhy[] = [];
  /** Every frame that was sent, in order. */
  readonly sent: Uint8Array[] = [];
  /** Frames for which this says true are lost, and not acknowledged. */
  isLost: (frame: Uint8Array, count: number) => boolean = () => false;

  constructor(clock: Clock = new VirtualClock()) {
    this.clock = clock;
  }

  phy(capabilities: Partial<PhyCapabilities> = {}): WirePhy {
    const phy = new WirePhy(this, { ...CAPABILITIES, ...capabilities });
    this.phys.push(phy);
    return phy;
  }

  /** Frames from nowhere, heard by everybody on the channel. */
  inject(bytes: Uint8Array, channel = 1): void {
    for (const phy of this.phys) phy.hear(bytes, channel);
  }
}

export class WirePhy implements Phy {
  onFrame: ((frame: ReceivedFrame) => void) | undefined;
  onState: ((state: PhyState) => void) | undefined;
  readonly capabilities: PhyCapabilities;
  readonly #wire: Wire;
  #channel = 1;
  #addresses: readonly MacAddress[] = [];
  #closed = false;
  txPower = 0;
  /** What is said of every unicast frame, instead of whether it was heard. */
  forcedResult: TransmitResult | undefined;
  readonly #pending = new Set<(result: TransmitResult) => void>();

  constructor(wire: Wire, capabilities: PhyCapabilities) {
    this.#wire = wire;
    this.capabilities = capabilities;
  }

  get clock(): Clock {
    return this.#wire.clock;
  }

  setChannel(channel: number): void {
    this.#channel = channel;
  }

  setAckAddresses(addresses: readonly MacAddress[]): void {
    this.#addresses = addresses;
  }

  setTxPower(dBm: number): void {
    this.txPower = dBm;
  }

  transmit(frame: Uint8Array, options: TransmitOptions, done: (result: TransmitResult) => void): void {
    const bytes = frame.slice();
    this.#pending.add(done);
    this.clock.schedule(this.clock.now() + FRAME_TIME_MS, () => {
      if (!this.#pending.delete(done)) return;
      const isLost = this.#wire.isLost(bytes, this.#wire.sent.length);
      this.#wire.sent.push(bytes);
      const others = this.#wire.phys.filter((phy) => phy !== this);
      const answers = others.map((phy) => !isLost && phy.hear(bytes, this.#channel));
      done(this.forcedResult ?? this.#result(options, answers.includes(true)));
    });
  }

  wait(deadlineMs: number): void {
    this.clock.wait(deadlineMs);
  }

  /** Whether it acknowledges. */
  hear(bytes: Uint8Array, channel: number): boolean {
    if (channel !== this.#channel || this.#addresses.length === 0) return false;
    const destination = macAt(bytes, 4);
    this.onFrame?.({ bytes, rssi: -42, rate: Rate.RATE_1M, channel, timeMs: this.clock.now() });
    return !isGroup(destination) && this.#addresses.includes(destination);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#addresses = [];
    const error = new EspNowError("ERR_RADIO_CLOSED", "the wire was cut");
    for (const done of this.#pending) done({ status: "failed", error });
    this.#pending.clear();
    this.onState?.({ state: "closed" });
  }

  #result({ noAck }: TransmitOptions, isAnswered: boolean): TransmitResult {
    if (noAck) return { status: "sent" };
    if (!this.capabilities.reportsAck) return { status: "unknown" };
    return isAnswered ? { status: "acked", attempts: 1 } : { status: "no-ack", attempts: 1 };
  }
}
