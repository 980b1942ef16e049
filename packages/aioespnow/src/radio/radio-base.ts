import { isGroup, type MacAddress } from "../codec/mac-address.ts";
import { MAX_PROTOCOL, Rate } from "../codec/rate.ts";
import { EspNowError } from "../errors.ts";
import { checkInteger, describe } from "../util/check.ts";
import type { Clock } from "../util/clock.ts";
import type { DroppedFrame } from "./dropped-frame.ts";
import type { MessageInfo } from "./message-info.ts";
import { type Peer, PeerTable } from "./peer-table.ts";
import type { Radio, RadioCapabilities, RadioState, SendDone, SendReport } from "./radio.ts";
import { noCounts, type RadioCounters } from "./radio-counters.ts";
import type { RadioBaseOptions, RadioBaseState } from "./radio-settings.ts";
import { checkSend, checkSendToAll } from "./send-check.ts";
import { type WifiInterface, WifiInterfaces } from "./wifi-interface.ts";

/** What an ESP32 sends with unless told otherwise. */
const DEFAULT_TX_POWER_DBM = 20;
const MIN_TX_POWER_DBM = 2;
const MAX_TX_POWER_DBM = 21;

/** Sends one checked message, and calls `done` once with its outcome, never from inside the call. */
export type PreparedSend = (done: (report: SendReport) => void) => void;

/**
 * What all radios share: the peer table, the interfaces, the checks of esp_now.h in their order, the count of messages on
 * their way. Write a radio by extending it: implement the methods that are `protected` and abstract, call `hear` for each
 * message, and `setState` when the radio goes away or comes back. `aioespnow/testing` has the tests that it must pass.
 */
export abstract class RadioBase implements Radio {
  readonly capabilities: RadioCapabilities;
  readonly peers: PeerTable;
  readonly counters: RadioCounters = noCounts();
  onMessage: ((message: MessageInfo) => void) | undefined;
  onDrop: ((dropped: DroppedFrame) => void) | undefined;
  onState: ((state: RadioState) => void) | undefined;
  /** Its interfaces: addresses, and which of them are up. */
  protected readonly interfaces: WifiInterfaces;
  /** Why nothing can be sent at the moment; undefined: something can. */
  protected gone: EspNowError | undefined;
  readonly #channels: readonly number[];
  readonly #txBuffers: number;
  #channel: number;
  #rate: Rate = Rate.RATE_1M;
  #txPower = DEFAULT_TX_POWER_DBM;
  #protocol: number | undefined;
  #started = false;
  #inFlight = 0;

  /** The clock on which everything of this radio happens. */
  abstract get clock(): Clock;

  /** An inactive radio: no interface is up, and there are no peers. */
  constructor({ capabilities, station, accessPoint, channels, channel = 1, txBuffers }: RadioBaseOptions) {
    const { interfaces, maxPeers, maxEncryptedPeers } = capabilities;
    this.capabilities = capabilities;
    this.peers = new PeerTable({ maxPeers, maxEncryptedPeers, channels });
    this.interfaces = new WifiInterfaces(station, accessPoint, interfaces);
    this.#channels = channels;
    this.#channel = channel;
    this.#txBuffers = txBuffers;
  }

  /** Whether ESP-NOW is on (`start`). */
  get started(): boolean {
    return this.#started;
  }

  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.peers.start();
    this.applyStarted(true);
  }

  stop(): void {
    if (!this.#started) return;
    this.#started = false;
    this.applyStarted(false);
    this.peers.stop();
  }

  address(iface: WifiInterface): MacAddress {
    return this.interfaces.address(iface);
  }

  setAddress(iface: WifiInterface, mac: MacAddress): void {
    if (!this.capabilities.setsAddress) throw new EspNowError("ENOTSUP", "this radio keeps its own address");
    if (isGroup(mac)) throw new RangeError(`mac must be the address of one station, and ${mac} is a group's`);
    this.interfaces.setAddress(iface, mac);
    this.applyInterface(iface);
  }

  isInterfaceActive(iface: WifiInterface): boolean {
    return this.interfaces.isActive(iface);
  }

  setInterfaceActive(iface: WifiInterface, active: boolean): void {
    this.interfaces.setActive(iface, active);
    this.applyInterface(iface);
  }

  get channel(): number {
    return this.#channel;
  }

  set channel(channel: number) {
    if (!this.#channels.includes(channel)) {
      throw new RangeError(`channel must be one of ${this.#channels.join(", ")}, not ${channel}`);
    }
    this.applyChannel(channel);
    this.#channel = channel;
  }

  get rate(): Rate {
    return this.#rate;
  }

  set rate(rate: Rate) {
    const { rates } = this.capabilities;
    if (!rates.includes(rate)) throw new RangeError(`rate must be one of ${rates.join(", ")} (see Rate), not ${rate}`);
    this.applyRate(rate);
    this.#rate = rate;
  }

  get txPower(): number {
    return this.#txPower;
  }

  set txPower(dBm: number) {
    if (typeof dBm !== "number" || !(dBm >= MIN_TX_POWER_DBM && dBm <= MAX_TX_POWER_DBM)) {
      throw new RangeError(`txpower must be from ${MIN_TX_POWER_DBM} to ${MAX_TX_POWER_DBM} dBm, not ${describe(dBm)}`);
    }
    this.applyTxPower(dBm);
    this.#txPower = dBm;
  }

  get protocol(): number | undefined {
    return this.#protocol;
  }

  set protocol(protocol: number) {
    checkInteger(protocol, "protocol", 1, MAX_PROTOCOL);
    this.applyProtocol(protocol);
    this.#protocol = protocol;
  }

  setPmk(pmk: Uint8Array): void {
    this.requireStarted();
    this.applyPmk(pmk.slice());
  }

  send(destination: MacAddress | null, data: Uint8Array, done: SendDone): number {
    this.requireStarted();
    if (destination === null) return this.#sendToAll(data, done);
    const peer = this.#check(destination, data);
    this.#requireBuffers(1);
    this.#transmit(peer, this.prepareSend(peer, data), done);
    return 1;
  }

  wait(deadlineMs: number): void {
    if (!this.capabilities.blocks) {
      throw new EspNowError("ENOTSUP", "this radio cannot block; use arecv(), asend() and sleep()");
    }
    this.applyWait(deadlineMs);
  }

  /** Closes the radio: what is on its way is reported as failed, and `onState` says `closed`. More calls do nothing. */
  abstract [Symbol.asyncDispose](): Promise<void>;

  /** `start` or `stop` was called and changes something. With `stop` the peers go afterwards. */
  protected abstract applyStarted(started: boolean): void;
  /** The address of an interface, or whether it is up, has changed (`interfaces`). */
  protected abstract applyInterface(iface: WifiInterface): void;
  /** One of `channels`. What it throws keeps the former; so with the following. */
  protected abstract applyChannel(channel: number): void;
  /** One of `capabilities.rates`. */
  protected abstract applyRate(rate: Rate): void;
  /** From 2 to 21 dBm. */
  protected abstract applyTxPower(dBm: number): void;
  /** From 1 to 31. Does nothing unless it is overridden: not every medium has such a setting. */
  protected applyProtocol(_protocol: number): void {}
  /** 16 bytes, a copy. Peers that exist keep the key derived from the former one. */
  protected abstract applyPmk(pmk: Uint8Array): void;

  /**
   * A message to one peer: the checks of esp_now_send are done. Everything that can still be refused is thrown here; the
   * function that it returns sends, at once or, for a message to all peers, after all were prepared. `data` is valid until
   * that function returns.
   */
  protected abstract prepareSend(peer: Peer, data: Uint8Array): PreparedSend;

  /** Blocks the thread, as `wait`. Only where `capabilities.blocks`. */
  protected applyWait(deadlineMs: number): void {
    this.clock.wait(deadlineMs);
  }

  /** The longest message that this peer can be sent. */
  protected maxDataLength(_destination: MacAddress): number {
    return this.capabilities.maxDataLength;
  }

  /** A message was received: delivers it, or drops it while ESP-NOW is off. */
  protected hear(message: MessageInfo): void {
    if (!this.#started) {
      const { source, destination, rssi, channel, rate, timeMs } = message;
      this.counters.notStarted++;
      this.onDrop?.({ reason: "notStarted", source, destination, rssi, channel, rate, timeMs });
      return;
    }
    this.counters.received++;
    this.onMessage?.(message);
  }

  /** The state has changed: `send` throws from now on while it is down, and the listener is told. */
  protected setState(state: RadioState): void {
    if (state.state === "closed") this.gone = new EspNowError("ERR_RADIO_CLOSED", "the radio was closed");
    else if (state.state === "down") this.gone = new EspNowError("ERR_RADIO_DOWN", state.reason);
    else if (state.state === "up") this.gone = undefined;
    this.onState?.(state);
  }

  /** What `loadBase` brings back. @internal */
  protected saveBase(): RadioBaseState {
    return {
      peers: this.peers.save(),
      counters: { ...this.counters },
      interfaces: this.interfaces.save(),
      channel: this.#channel,
      rate: this.#rate,
      txPower: this.#txPower,
      protocol: this.#protocol,
      started: this.#started,
    };
  }

  /** Nothing is applied: what is below the radio is loaded, too. `inFlight`: how many messages are on their way. @internal */
  protected loadBase(state: RadioBaseState, inFlight: number): void {
    this.peers.load(state.peers);
    Object.assign(this.counters, state.counters);
    this.interfaces.load(state.interfaces);
    this.#channel = state.channel;
    this.#rate = state.rate;
    this.#txPower = state.txPower;
    this.#protocol = state.protocol;
    this.#started = state.started;
    this.#inFlight = inFlight;
  }

  /** Who is told the report of a message on its way to `mac`. */
  protected reportTo(mac: MacAddress, done: SendDone): (report: SendReport) => void {
    return (report) => {
      this.#inFlight--;
      done(report, mac);
    };
  }

  /** @throws EspNowError if the radio is gone; `ESP_ERR_ESPNOW_NOT_INIT` while ESP-NOW is off. */
  protected requireStarted(): void {
    if (this.gone !== undefined) throw this.gone;
    if (!this.#started) throw new EspNowError("ESP_ERR_ESPNOW_NOT_INIT", "call active(true) first");
  }

  #sendToAll(data: Uint8Array, done: SendDone): number {
    let prepared: readonly PreparedSend[] = [];
    const peers = checkSendToAll(this, (all) => {
      for (const peer of all) this.#check(peer.mac, data);
      this.#requireBuffers(all.length);
      prepared = all.map((peer) => this.prepareSend(peer, data));
    });
    for (const [index, peer] of peers.entries()) this.#transmit(peer, prepared[index] as PreparedSend, done);
    return peers.length;
  }

  #transmit({ mac }: Peer, send: PreparedSend, done: SendDone): void {
    this.#inFlight++;
    send(this.reportTo(mac, done));
  }

  #check(destination: MacAddress, data: Uint8Array): Peer {
    return checkSend(this, destination, data.length, this.maxDataLength(destination));
  }

  #requireBuffers(count: number): void {
    if (this.#inFlight + count <= this.#txBuffers) return;
    const state = `${this.#inFlight} of ${this.#txBuffers} are in use, ${count} more ${count === 1 ? "is" : "are"} needed`;
    throw new EspNowError("ESP_ERR_ESPNOW_NO_MEM", `no transmit buffer is free: ${state}`);
  }
}
