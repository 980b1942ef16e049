import { MAX_DATA_LEN, MAX_DATA_LEN_V1 } from "../../codec/action-frame.ts";
import { destination, isAction, source } from "../../codec/dot11.ts";
import { isGroup, type MacAddress } from "../../codec/mac-address.ts";
import { Rate } from "../../codec/rate.ts";
import { DEFAULT_PMK } from "../../crypto/ccmp.ts";
import { EspNowError } from "../../errors.ts";
import type { Phy, PhyState, ReceivedFrame, TransmitResult } from "../../phy/phy.ts";
import { describe } from "../../util/bytes.ts";
import type { Clock } from "../../util/clock.ts";
import { accessPointAddress } from "../addresses.ts";
import type { DroppedFrame, RadioDropReason } from "../dropped-frame.ts";
import type { MessageInfo } from "../message-info.ts";
import { type Peer, PeerTable } from "../peer-table.ts";
import type { Radio, RadioCapabilities, RadioState, SendDone, SendReport } from "../radio.ts";
import { noCounts, type RadioCounters } from "../radio-counters.ts";
import { checkSend, checkSendToAll } from "../send-check.ts";
import { type WifiInterface, WifiInterfaces } from "../wifi-interface.ts";
import { FrameBuilder, type Sealing } from "./frame-builder.ts";
import { MessageReader } from "./message-reader.ts";
import type { PacketNumbers } from "./packet-numbers.ts";
import { PeerKeys } from "./peer-keys.ts";
import { transmitRepeatedly } from "./retransmission.ts";
import { checkOptions, type SoftMacOptions } from "./soft-mac-options.ts";

/** How often a frame is sent in all over a medium that does not repeat it itself (docs/protocol.md 3.10). */
const SOFT_ATTEMPTS = 6;
/** A synchronous send of MicroPython waits so long for the reports of the frames before it, and then for its own (modespnow.c). */
const REPORT_TIMEOUT_MS = 100;
/** What an ESP32 sends with unless told otherwise. */
const DEFAULT_TX_POWER_DBM = 20;
const MIN_TX_POWER_DBM = 2;
const MAX_TX_POWER_DBM = 21;

/**
 * ESP-NOW over any medium of 802.11 frames: our own esp_now library. Sequence numbers, elements, encryption, the rules
 * about duplicates and replays, and the order of esp_now_send's refusals (docs/protocol.md 1 to 3).
 */
export class SoftMacRadio implements Radio {
  readonly capabilities: RadioCapabilities;
  readonly peers: PeerTable;
  readonly counters: RadioCounters = noCounts();
  onMessage: ((message: MessageInfo) => void) | undefined;
  onDrop: ((dropped: DroppedFrame) => void) | undefined;
  onState: ((state: RadioState) => void) | undefined;
  readonly wait?: (deadlineMs: number) => void;

  readonly #phy: Phy;
  readonly #version: 1 | 2;
  readonly #txBuffers: number;
  readonly #packetNumbers: PacketNumbers;
  readonly #interfaces: WifiInterfaces;
  readonly #keys = new PeerKeys();
  readonly #builder: FrameBuilder;
  readonly #reader: MessageReader;
  #pmk: Uint8Array = DEFAULT_PMK;
  #channel: number;
  #rate: Rate = Rate.RATE_1M;
  #txPower = DEFAULT_TX_POWER_DBM;
  #started = false;
  #gone: EspNowError | undefined;
  #inFlight = 0;

  constructor(phy: Phy, options: SoftMacOptions = {}) {
    const checked = checkOptions(options);
    const { mac, version, family, maxPeers, maxEncryptedPeers } = checked;
    const interfaces = phy.capabilities.maxAckAddresses > 1 ? ([0, 1] as const) : ([0] as const);
    this.#phy = phy;
    this.#version = version;
    this.#txBuffers = checked.txBuffers;
    this.#packetNumbers = checked.packetNumbers;
    this.#interfaces = new WifiInterfaces(mac, accessPointAddress(mac, family), interfaces);
    this.capabilities = {
      maxDataLength: version === 1 ? MAX_DATA_LEN_V1 : MAX_DATA_LEN,
      maxPeers,
      maxEncryptedPeers,
      interfaces,
      rssi: true,
      rates: phy.capabilities.rates ?? Object.values(Rate),
      attempts: phy.capabilities.reportsAck,
      reportTimeoutMs: REPORT_TIMEOUT_MS,
      frameDetails: true,
    };
    this.peers = new PeerTable({ maxPeers, maxEncryptedPeers, channels: phy.capabilities.channels });
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
    this.#channel = checked.channel;
    phy.setChannel(this.#channel);
    phy.onFrame = (frame) => this.#onFrame(frame);
    phy.onState = (state) => this.#onState(state);
    if (phy.wait !== undefined) this.wait = (deadlineMs) => phy.wait?.(deadlineMs);
  }

  get clock(): Clock {
    return this.#phy.clock;
  }

  start(): void {
    this.#started = true;
    this.peers.start();
  }

  stop(): void {
    this.#started = false;
    this.#pmk = DEFAULT_PMK; // set by esp_now_init
    this.peers.stop();
  }

  address(iface: WifiInterface): MacAddress {
    return this.#interfaces.address(iface);
  }

  setAddress(iface: WifiInterface, mac: MacAddress): void {
    if (isGroup(mac)) throw new RangeError(`mac must be the address of one station, and ${mac} is a group's`);
    this.#interfaces.setAddress(iface, mac);
    this.#phy.setAckAddresses(this.#interfaces.activeAddresses);
  }

  isInterfaceActive(iface: WifiInterface): boolean {
    return this.#interfaces.isActive(iface);
  }

  setInterfaceActive(iface: WifiInterface, active: boolean): void {
    this.#interfaces.setActive(iface, active);
    this.#phy.setAckAddresses(this.#interfaces.activeAddresses);
  }

  get channel(): number {
    return this.#channel;
  }

  set channel(channel: number) {
    const { channels } = this.#phy.capabilities;
    if (!channels.includes(channel))
      throw new RangeError(`channel must be one of ${channels.join(", ")}, not ${channel}`);
    this.#phy.setChannel(channel);
    this.#channel = channel;
  }

  get rate(): Rate {
    return this.#rate;
  }

  set rate(rate: Rate) {
    if (!this.capabilities.rates.includes(rate)) {
      throw new RangeError(`rate must be one of ${this.capabilities.rates.join(", ")} (see Rate), not ${rate}`);
    }
    this.#rate = rate;
  }

  get txPower(): number {
    return this.#txPower;
  }

  set txPower(dBm: number) {
    if (typeof dBm !== "number" || !(dBm >= MIN_TX_POWER_DBM && dBm <= MAX_TX_POWER_DBM)) {
      throw new RangeError(`txpower must be from ${MIN_TX_POWER_DBM} to ${MAX_TX_POWER_DBM} dBm, not ${describe(dBm)}`);
    }
    this.#phy.setTxPower(dBm);
    this.#txPower = dBm;
  }

  setPmk(pmk: Uint8Array): void {
    this.#requireStarted();
    this.#pmk = pmk.slice();
  }

  send(mac: MacAddress | null, data: Uint8Array, done: SendDone): number {
    this.#requireStarted();
    if (mac === null) return this.#sendToAll(data, done);
    const peer = this.#checkSend(mac, data);
    this.#requireBuffers(1);
    this.#transmit(peer, this.#sealing(peer), data, done);
    return 1;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.#phy[Symbol.asyncDispose]();
  }

  #sendToAll(data: Uint8Array, done: SendDone): number {
    let sealings: readonly (Sealing | undefined)[] = [];
    const peers = checkSendToAll(this, (all) => {
      for (const peer of all) this.#checkSend(peer.mac, data);
      this.#requireBuffers(all.length);
      sealings = all.map((peer) => this.#sealing(peer));
    });
    for (const [index, peer] of peers.entries()) this.#transmit(peer, sealings[index], data, done);
    return peers.length;
  }

  #checkSend(mac: MacAddress, data: Uint8Array): Peer {
    const version = this.peers.find(mac)?.version ?? this.#version;
    return checkSend(this, mac, data.length, version === 1 ? MAX_DATA_LEN_V1 : MAX_DATA_LEN);
  }

  /** What the next frame to a peer is sealed with; undefined: it goes in the clear, as all frames to groups do. */
  #sealing(peer: Peer): Sealing | undefined {
    const key = isGroup(peer.mac) ? undefined : this.#keys.get(peer.mac);
    if (key === undefined) return undefined;
    // A nonce is made of the number and the source: stations that share a store count for themselves, as devices do.
    const counter = `${this.#interfaces.address(peer.ifidx)} ${key.id}`;
    return { ccmp: key.ccmp, packetNumber: this.#packetNumbers.next(counter) };
  }

  #transmit(peer: Peer, sealing: Sealing | undefined, data: Uint8Array, done: SendDone): void {
    const noAck = isGroup(peer.mac);
    const frame = this.#builder.build({
      source: this.#interfaces.address(peer.ifidx),
      destination: peer.mac,
      data,
      version: peer.version ?? this.#version,
      sealing,
    });
    this.#inFlight++;
    const finish = (result: TransmitResult): void => {
      this.#inFlight--;
      done(toReport(result, noAck), peer.mac);
    };
    const options = { rate: this.#rate, noAck };
    const { reportsAck, retriesInHardware } = this.#phy.capabilities;
    if (noAck || retriesInHardware || !reportsAck) this.#phy.transmit(frame, options, finish);
    else transmitRepeatedly(this.#phy, frame, options, SOFT_ATTEMPTS, finish);
  }

  #onFrame(frame: ReceivedFrame): void {
    if (!this.#started) {
      this.counters.notStarted++;
      this.#tellDropped("notStarted", frame);
      return;
    }
    const message = this.#reader.read(frame, this.#interfaces.activeAddresses);
    if (message !== undefined) this.onMessage?.(message);
    else this.#tellDropped(this.#reader.dropReason, frame);
  }

  #tellDropped(reason: RadioDropReason, { bytes, rssi, channel, rate, timeMs }: ReceivedFrame): void {
    if (this.onDrop === undefined) return;
    const addresses = isAction(bytes)
      ? { source: source(bytes), destination: destination(bytes) }
      : { source: undefined, destination: undefined };
    this.onDrop({ reason, ...addresses, rssi, channel, rate, timeMs });
  }

  #onState(state: PhyState): void {
    if (state.state === "closed") this.#gone = new EspNowError("ERR_RADIO_CLOSED", "the radio was closed");
    else if (state.state === "down") this.#gone = new EspNowError("ERR_RADIO_DOWN", state.reason);
    else if (state.state === "up") this.#gone = undefined;
    this.onState?.(state);
  }

  #requireStarted(): void {
    if (this.#gone !== undefined) throw this.#gone;
    if (!this.#started) throw new EspNowError("ESP_ERR_ESPNOW_NOT_INIT", "call active(true) first");
  }

  #requireBuffers(count: number): void {
    if (this.#inFlight + count <= this.#txBuffers) return;
    throw new EspNowError(
      "ESP_ERR_ESPNOW_NO_MEM",
      `${this.#inFlight} messages wait for their reports; of ${this.#txBuffers} buffers too few are free for ${count} more`,
    );
  }
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
