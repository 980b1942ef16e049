// phy/linux: A Wi-Fi card of Linux. An interface is put back as it was found, also when the process ends by a
// signal. What `iw` and `ip` print is read here and nowhere else. It does not know what ESP-NOW is, beside a filter
// for its frames.

import { isGroup, type MacAddress, macAt } from "../../codec/mac-address.ts";
import { encodeInjectionHeader, MAX_WRITTEN_RADIOTAP_LENGTH } from "../../codec/radiotap-writer.ts";
import { EspNowError } from "../../errors.ts";
import { countedSentence } from "../../pcap/capture-counters.ts";
import type { Clock } from "../../util/clock.ts";
import { systemClock } from "../../util/system-clock.ts";
import { PendingCalls } from "../pending-calls.ts";
import type { Phy, PhyCapabilities, PhyState, ReceivedFrame, TransmitOptions, TransmitResult } from "../phy.ts";
import { checkAddresses, checkFrame } from "../station-limits.ts";
import { ESPNOW_FILTER } from "./filter.ts";
import { capabilities } from "./monitor-capabilities.ts";
import { MonitorInterface } from "./monitor-interface.ts";
import { type MonitorCounters, type MonitorOptions, noMonitorCounts } from "./monitor-options.ts";
import { PacketReader } from "./packet-reader.ts";
import { type InterfaceState, PacketSocket } from "./packet-socket.ts";
import { runCommand } from "./run-command.ts";
import { TxStatusTracker } from "./tx-status.ts";

/** How long the status of a sent frame may take: less than MicroPython's send waits for it (100 ms). */
const STATUS_TIMEOUT_MS = 80;
/** More frames than that wait for their status: the next is refused as busy. */
const MAX_WAITING = 256;
/** The interval at which an interface that is down is looked at: nothing reports that it is up again. */
const LOOK_MS = 200;
/** No wait for the socket is longer, so that a thread that blocks also takes in what other threads have for it. */
const POLL_MS = 200;
/** Packets that are read in one turn: fewer than fill a driver's receive buffer before a reader has its turn. */
const BATCH = 32;

/**
 * A Wi-Fi interface of Linux in monitor mode. Frames are injected with their rate; the kernel or the card repeats and
 * acknowledges, and whether a frame was acknowledged is read from the kernel's status echo (docs/linux.md).
 *
 * While it has no address the interface is down.
 * @example
 * import { SoftMacRadio } from "aioespnow";
 * import { MonitorPhy } from "aioespnow/linux";
 *
 * const phy = new MonitorPhy("wlan1");
 * phy.setChannel(6);
 * const radio = new SoftMacRadio(phy, { channel: 6 });
 */
export class MonitorPhy implements Phy {
  readonly capabilities: PhyCapabilities;
  readonly clock: Clock;
  /** What came, and what was left out. */
  readonly counters: MonitorCounters = noMonitorCounts();
  /** The interface's own address. Undefined for a virtual device that has none. */
  readonly address: MacAddress | undefined;
  onFrame: ((frame: ReceivedFrame) => void) | undefined;
  onState: ((state: PhyState) => void) | undefined;
  readonly #interface: MonitorInterface;
  readonly #setup: boolean;
  readonly #socket: PacketSocket;
  readonly #pending: PendingCalls;
  readonly #statuses = new TxStatusTracker(STATUS_TIMEOUT_MS);
  readonly #reader = new PacketReader();
  readonly #packet: Uint8Array;
  readonly #onExit = (): void => this.#interface.restore();
  #channel: number;
  #addresses: readonly MacAddress[] = [];
  #link: InterfaceState = "up";
  #cancelLook: () => void = () => undefined;
  #expiryArmed = false;
  #closed = false;

  /**
   * @throws TypeError, RangeError for a name that cannot be one; EspNowError `ENOTSUP` where koffi, `iw`, `ip` or monitor
   *   mode is missing, `ERR_RADIO_PERMISSION` without the capabilities, and for an interface with the default route,
   *   `ERR_RADIO_DOWN` where there is no such interface.
   */
  constructor(name: string, { setup = true, force = false, hears = "espnow", clock, run }: MonitorOptions = {}) {
    this.clock = clock ?? systemClock;
    this.#setup = setup;
    this.#pending = new PendingCalls(this.clock);
    this.#interface = new MonitorInterface(name, run ?? runCommand);
    const before = this.#interface.describe();
    this.address = before.address;
    try {
      if (setup) this.#interface.prepare(before, force);
      this.#socket = new PacketSocket(name, hears === "espnow" ? ESPNOW_FILTER : undefined);
      const maxPacketLength = setup ? Number.POSITIVE_INFINITY : this.#socket.maxPacketLength;
      const channels = setup ? this.#interface.channels(before.wiphy ?? 0) : [before.channel ?? 1];
      this.capabilities = capabilities(channels, maxPacketLength);
    } catch (error) {
      this.#interface.restore();
      throw error;
    }
    this.#packet = new Uint8Array(MAX_WRITTEN_RADIOTAP_LENGTH + this.capabilities.maxFrameLength);
    this.#channel = this.capabilities.channels[0] ?? 1;
    globalThis.process.on("exit", this.#onExit);
    this.#socket.watch(() => this.#drain());
  }

  /** Packets that the kernel dropped because they were not read in time. */
  get dropped(): number {
    return this.#socket.dropped;
  }

  leftOut(): readonly string[] {
    const { badFcs, malformed } = this.counters;
    return [
      ...countedSentence(this.dropped, "packet", "left out: not read in time"),
      ...countedSentence(badFcs, "frame", "left out: the FCS is wrong"),
      ...countedSentence(malformed, "packet", "left out: no frame behind a whole header"),
    ];
  }

  /** The one it is on, or will be when it is switched on. */
  get channel(): number {
    return this.#channel;
  }

  /** @throws EspNowError if the driver refuses; the former channel is kept. */
  setChannel(channel: number): void {
    const { channels } = this.capabilities;
    if (!channels.includes(channel)) {
      throw new RangeError(`channel must be one of ${channels.join(", ")}, not ${channel}`);
    }
    if (this.#setup && this.#isOn && channel !== this.#channel) this.#interface.setChannel(channel);
    this.#channel = channel;
  }

  /** Gives the interface this address and brings it up, or down if there is none. @throws EspNowError if that fails. */
  setAckAddresses(addresses: readonly MacAddress[]): void {
    const [address] = checkAddresses(addresses, this.capabilities.maxAckAddresses);
    if (this.#closed || (address === this.#addresses[0] && this.#link === "up")) return;
    this.#addresses = [];
    if (this.#setup) this.#setInterface(address);
    this.#drain(); // what was heard before, and the error that the interface was down
    this.#addresses = address === undefined ? [] : [address];
    this.#link = "up";
    this.#checkLink();
  }

  setTxPower(): void {
    // The driver and the regulatory domain choose it; `iw dev NAME set txpower` changes it.
  }

  /** @throws RangeError for a rate that Wi-Fi cards cannot send, and as `Phy.transmit`. */
  transmit(frame: Uint8Array, options: TransmitOptions, done: (result: TransmitResult) => void): void {
    checkFrame(frame, this.capabilities.maxFrameLength);
    const start = encodeInjectionHeader(this.#packet, 0, options);
    const result = this.#closed ? closedResult() : this.#send(frame, start);
    if (result !== undefined) {
      this.#pending.at(
        this.clock.now(),
        () => done(result),
        () => done(closedResult()),
      );
      return;
    }
    const noAck = options.noAck || isGroup(macAt(frame, 4));
    this.#statuses.add(frame, noAck, this.clock.now(), done);
    this.#armExpiry();
  }

  wait(deadlineMs: number): void {
    const cancelDrain = this.clock.schedule(this.clock.now(), () => this.#drain());
    this.clock.wait(deadlineMs, (delayMs) => {
      if (!this.#closed) this.#socket.wait(Math.min(Math.ceil(delayMs), POLL_MS));
      this.#drain();
    });
    cancelDrain();
  }

  /** Closes the socket and puts the interface back as it was. More calls do nothing. */
  [Symbol.asyncDispose](): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      this.#addresses = [];
      this.#cancelLook();
      this.#socket.close();
      globalThis.process.off("exit", this.#onExit);
      this.#interface.restore();
      this.#pending.close();
      this.#statuses.abandon(closedResult());
      this.onState?.({ state: "closed" });
    }
    return Promise.resolve();
  }

  get #isOn(): boolean {
    return this.#addresses.length > 0;
  }

  #setInterface(address: MacAddress | undefined): void {
    if (address === undefined) this.#interface.setDown();
    else this.#interface.setUp(address, this.#channel);
  }

  /** Why the frame was not sent; undefined if it was. */
  #send(frame: Uint8Array, start: number): TransmitResult | undefined {
    if (this.#statuses.waiting >= MAX_WAITING) return { status: "busy" };
    this.#packet.set(frame, start);
    const outcome = this.#socket.send(this.#packet, start + frame.length);
    if (outcome === "sent") return undefined;
    if (outcome === "busy") return { status: "busy" };
    if (outcome instanceof EspNowError) return { status: "failed", error: outcome };
    this.#pending.at(this.clock.now(), () => this.#checkLink());
    return { status: "failed", error: new EspNowError("ERR_RADIO_DOWN", this.#reason(outcome)) };
  }

  /** One timer runs at a time; it looks again when statuses came in the meantime. */
  #armExpiry(): void {
    const { expiresMs } = this.#statuses;
    if (this.#expiryArmed || expiresMs === Number.POSITIVE_INFINITY) return;
    this.#expiryArmed = true;
    this.#pending.at(expiresMs, () => {
      this.#expiryArmed = false;
      this.#drain(); // the status may be there, and only we late
      this.#statuses.expire(this.clock.now());
      this.#armExpiry();
    });
  }

  #drain(): void {
    for (let i = 0; i < BATCH && !this.#closed; i++) {
      const packet = this.#socket.receive();
      if (packet === undefined) return;
      if (packet === "error") this.#checkLink();
      else this.#onPacket(packet);
    }
  }

  #onPacket(packet: Uint8Array): void {
    const decoded = this.#reader.read(packet);
    const { counters } = this;
    counters.missingFcs = this.#reader.fcs.missing;
    counters.untoldFcs = this.#reader.fcs.untold;
    if (decoded.kind === "echo") {
      const { bytes, acked, retries } = decoded;
      counters.echoes++;
      if (!this.#statuses.onEcho(bytes, acked, retries, this.clock.now())) counters.strayEchoes++;
    } else if (decoded.kind === "heard") {
      if (!this.#isOn) return;
      const { bytes, rssi, rate, channel = this.#channel } = decoded;
      counters.heard++;
      this.onFrame?.({ bytes, rssi, rate, channel, timeMs: this.clock.now() });
    } else if (decoded.kind === "malformed") counters.malformed++;
    else counters.badFcs++;
  }

  /** Looks whether the interface went down, came up again, was removed, or is there again. */
  #checkLink(): void {
    if (!this.#isOn || this.#closed) return;
    const state = this.#recover() ? "up" : this.#socket.state;
    this.#cancelLook();
    if (state !== "up") this.#cancelLook = this.clock.schedule(this.clock.now() + LOOK_MS, () => this.#checkLink());
    if (state === this.#link) return;
    this.#link = state;
    if (state === "up") {
      this.onState?.({ state });
      return;
    }
    const reason = this.#reason(state);
    this.#statuses.abandon({ status: "failed", error: new EspNowError("ERR_RADIO_DOWN", reason) });
    this.onState?.({ state: "down", reason });
  }

  /** An interface that was removed and made again is set up again. False if there is none, or it cannot be. */
  #recover(): boolean {
    if (!this.#socket.isReplaced) return false;
    try {
      if (this.#setup) {
        this.#interface.prepare(this.#interface.describe(), true);
        this.#setInterface(this.#addresses[0]);
      }
      this.#socket.bind();
      return true;
    } catch {
      return false;
    }
  }

  #reason(state: Exclude<InterfaceState, "up">): string {
    return state === "down" ? `the interface ${this.#interface.name} is down` : `${this.#interface.name} was removed`;
  }
}

function closedResult(): TransmitResult {
  return { status: "failed", error: new EspNowError("ERR_RADIO_CLOSED", "the interface is closed") };
}
