// radio/soft-mac: A radio whose MAC is this computer, over any phy. A packet number is used once for each key and
// address; a frame that is not accepted changes no state. It knows the interface of a phy and no medium.

import { MAX_DATA_LEN, MAX_DATA_LEN_V1 } from "../../codec/action-frame.ts";
import { destinationOf, isAction, sourceOf } from "../../codec/dot11.ts";
import { isGroup, type MacAddress } from "../../codec/mac-address.ts";
import { isLongRange, Protocol, Rate } from "../../codec/rate.ts";
import { DEFAULT_PMK } from "../../crypto/ccmp.ts";
import { EspNowError } from "../../errors.ts";
import type { Phy, ReceivedFrame, TransmitResult } from "../../phy/phy.ts";
import type { Clock } from "../../util/clock.ts";
import { accessPointAddress } from "../addresses.ts";
import type { RadioDropReason } from "../dropped-frame.ts";
import type { Peer } from "../peer-table.ts";
import type { RadioCapabilities, SendDone, SendReport } from "../radio.ts";
import { type PreparedSend, RadioBase } from "../radio-base.ts";
import type { RadioBaseState } from "../radio-settings.ts";
import { FrameBuilder, type Sealing } from "./frame-builder.ts";
import { MessageReader, type MessageReaderState } from "./message-reader.ts";
import type { PacketNumbers } from "./packet-numbers.ts";
import { PeerKeys, type PeerKeysState } from "./peer-keys.ts";
import { transmitRepeatedly } from "./retransmission.ts";
import { type CheckedOptions, checkOptions, type SoftMacOptions } from "./soft-mac-options.ts";

/** Transmissions of one frame, the first included, where the medium does not retry (docs/protocol.md 3.10). */
const SOFT_ATTEMPTS = 6;
/** How long a synchronous send of MicroPython waits for the reports of the frames before it, and then for its own (modespnow.c). */
const REPORT_TIMEOUT_MS = 100;

/** The state of the radio, without its medium, and without the messages on their way. Its keys are in the clear. */
export interface SoftMacState extends RadioBaseState {
  readonly pmk: Uint8Array;
  readonly keys: PeerKeysState;
  readonly built: readonly [sequenceNumber: number, lastRandom: number];
  readonly read: MessageReaderState;
}

/**
 * ESP-NOW over any medium of 802.11 frames: our own esp_now library. Sequence numbers, elements, encryption, the rules
 * about duplicates and replays, and the order of esp_now_send's refusals (docs/protocol.md 1 to 3).
 * @example
 * import { openPhy, SoftMacRadio } from "aioespnow";
 *
 * const radio = new SoftMacRadio(await openPhy("sim:"), { mac: "02:00:00:00:00:01", version: 1 });
 */
export class SoftMacRadio extends RadioBase {
  readonly #phy: Phy;
  readonly #version: 1 | 2;
  readonly #packetNumbers: PacketNumbers;
  readonly #keys = new PeerKeys();
  readonly #builder: FrameBuilder;
  readonly #reader: MessageReader;
  #pmk: Uint8Array = DEFAULT_PMK;

  /** @throws TypeError, RangeError for an invalid option. */
  constructor(phy: Phy, options: SoftMacOptions = {}) {
    const checked = checkOptions(options);
    const { mac, version, family, channel, txBuffers } = checked;
    super({
      capabilities: capabilitiesOver(phy, checked),
      station: mac,
      accessPoint: accessPointAddress(mac, family),
      channels: phy.capabilities.channels,
      channel,
      txBuffers,
    });
    this.#phy = phy;
    this.#version = version;
    this.#packetNumbers = checked.packetNumbers;
    this.peers.onChange = (change) => this.#keys.follow(change, this.#pmk);
    this.#builder = new FrameBuilder(family, checked.random);
    this.#reader = new MessageReader({
      peers: this.peers,
      keys: this.#keys,
      counters: this.counters,
      rules: version === 1 ? "v1-discard" : "v2",
      acceptPlaintext: checked.plaintext === "accept",
      acceptAll: checked.promiscuous,
    });
    phy.setChannel(channel);
    phy.onFrame = (frame) => this.#onFrame(frame);
    phy.onState = (state) => this.setState(state);
  }

  get clock(): Clock {
    return this.#phy.clock;
  }

  /** As `Phy.whenElapsed`; undefined for a medium without it. */
  get whenElapsed(): ((ms: number, done: () => void) => void) | undefined {
    return this.#phy.whenElapsed?.bind(this.#phy);
  }

  /** What a medium that plays a capture left out, each as a sentence; empty for others. */
  leftOut(): readonly string[] {
    return this.#phy.leftOut?.() ?? [];
  }

  /** Closes the radio and the medium below it. More calls do nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.#phy[Symbol.asyncDispose]();
  }

  /** What the MAC knows beside the peers, for `loadMac`. @internal */
  protected saveMac(): SoftMacState {
    return {
      ...this.saveBase(),
      pmk: this.#pmk,
      keys: this.#keys.save(),
      built: this.#builder.state,
      read: this.#reader.save(),
    };
  }

  /** The medium is loaded, too. `inFlight`: how many messages are on their way. @internal */
  protected loadMac(state: SoftMacState, inFlight: number): void {
    this.loadBase(state, inFlight);
    this.#pmk = state.pmk;
    this.#keys.load(state.keys);
    this.#builder.state = state.built;
    this.#reader.load(state.read);
  }

  /** Who is told what became of a frame on its way, whose message was sent with `done`. */
  protected resultOf(frame: Uint8Array, done: SendDone): (result: TransmitResult) => void {
    const destination = destinationOf(frame);
    const report = this.reportTo(destination, done);
    return (result) => report(toReport(result, isGroup(destination)));
  }

  protected override applyStarted(): void {
    this.#pmk = DEFAULT_PMK; // set by esp_now_init
  }

  protected override applyInterface(): void {
    this.#phy.setAckAddresses(this.interfaces.activeAddresses);
  }

  protected override applyChannel(channel: number): void {
    this.#phy.setChannel(channel);
  }

  protected override applyRate(): void {}

  protected override applyTxPower(dBm: number): void {
    this.#phy.setTxPower(dBm);
  }

  protected override applyProtocol(protocol: number): void {
    this.#phy.setProtocol?.(protocol);
  }

  protected override applyPmk(pmk: Uint8Array): void {
    this.#pmk = pmk;
  }

  protected override applyWait(deadlineMs: number): void {
    this.#phy.wait(deadlineMs);
  }

  protected override maxDataLength(mac: MacAddress): number {
    const version = this.peers.find(mac)?.version ?? this.#version;
    return version === 1 ? MAX_DATA_LEN_V1 : MAX_DATA_LEN;
  }

  protected override prepareSend(peer: Peer, data: Uint8Array): PreparedSend {
    const sealing = this.#sealing(peer);
    return (done) => this.#transmit(peer, sealing, data, done);
  }

  /** What the next frame to a peer is sealed with; undefined: it goes in the clear, as all frames to groups do. */
  #sealing(peer: Peer): Sealing | undefined {
    const key = isGroup(peer.mac) ? undefined : this.#keys.get(peer.mac);
    if (key === undefined) return undefined;
    // A nonce is made of the number and the source: stations that share a store count for themselves, as devices do.
    const counter = `${this.interfaces.address(peer.ifidx)} ${key.id}`;
    return { ccmp: key.ccmp, packetNumber: this.#packetNumbers.next(counter) };
  }

  #transmit(peer: Peer, sealing: Sealing | undefined, data: Uint8Array, done: (report: SendReport) => void): void {
    const noAck = isGroup(peer.mac);
    const frame = this.#builder.build({
      source: this.interfaces.address(peer.ifidx),
      destination: peer.mac,
      data,
      version: peer.version ?? this.#version,
      sealing,
    });
    const finish = (result: TransmitResult): void => done(toReport(result, noAck));
    const options = { rate: this.#sendRate(), noAck };
    const { reportsAck, retriesInHardware } = this.#phy.capabilities;
    if (noAck || retriesInHardware || !reportsAck) this.#phy.transmit(frame, options, finish);
    else transmitRepeatedly(this.#phy, frame, options, SOFT_ATTEMPTS, finish);
  }

  /** A station with long range alone sends nothing else: at its lower rate, unless it was told the other. */
  #sendRate(): Rate {
    const isOther = this.protocol === Protocol.lr && !isLongRange(this.rate);
    return isOther && this.capabilities.rates.includes(Rate.RATE_LORA_250K) ? Rate.RATE_LORA_250K : this.rate;
  }

  #onFrame(frame: ReceivedFrame): void {
    if (!this.started) {
      this.counters.notStarted++;
      this.#tellDropped("notStarted", frame);
      return;
    }
    const message = this.#reader.read(frame, this.interfaces.activeAddresses);
    if (message !== undefined) this.hear(message);
    else this.#tellDropped(this.#reader.dropReason, frame);
  }

  #tellDropped(reason: RadioDropReason, { bytes, rssi, channel, rate, timeMs }: ReceivedFrame): void {
    if (this.onDrop === undefined) return;
    const addresses = isAction(bytes)
      ? { source: sourceOf(bytes), destination: destinationOf(bytes) }
      : { source: undefined, destination: undefined };
    this.onDrop({ reason, ...addresses, rssi, channel, rate, timeMs });
  }
}

function capabilitiesOver({ capabilities }: Phy, options: CheckedOptions): RadioCapabilities {
  const { version, maxPeers, maxEncryptedPeers } = options;
  return {
    maxDataLength: version === 1 ? MAX_DATA_LEN_V1 : MAX_DATA_LEN,
    maxPeers,
    maxEncryptedPeers,
    interfaces: capabilities.maxAckAddresses > 1 ? [0, 1] : [0],
    setsAddress: true,
    blocks: capabilities.blocks,
    rssi: true,
    rates: capabilities.rates ?? Object.values(Rate),
    attempts: capabilities.reportsAck,
    reportTimeoutMs: REPORT_TIMEOUT_MS,
    frameDetails: true,
  };
}

function toReport(result: TransmitResult, group: boolean): SendReport {
  switch (result.status) {
    case "acked":
    case "no-ack":
    case "failed":
      return result;
    case "sent":
      return { status: group ? "broadcast" : "unknown" };
    case "unknown":
      return { status: "unknown" };
    case "busy":
      return { status: "failed", error: new EspNowError("ESP_ERR_ESPNOW_NO_MEM", "the medium's own queue was full") };
  }
}
