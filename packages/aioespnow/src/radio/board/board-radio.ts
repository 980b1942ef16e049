import { isGroup, type MacAddress } from "../../codec/mac-address.ts";
import { Rate } from "../../codec/rate.ts";
import { EspNowError } from "../../errors.ts";
import { describe } from "../../util/bytes.ts";
import type { Clock } from "../../util/clock.ts";
import type { DroppedFrame } from "../dropped-frame.ts";
import type { MessageInfo } from "../message-info.ts";
import { MAX_TOTAL_PEER_NUM, PeerTable } from "../peer-table.ts";
import type { Radio, RadioCapabilities, RadioState, SendDone, SendReport } from "../radio.ts";
import { noCounts, type RadioCounters } from "../radio-counters.ts";
import { checkSend, checkSendToAll } from "../send-check.ts";
import { type WifiInterface, WifiInterfaces } from "../wifi-interface.ts";
import { boardError } from "./board-error.ts";
import type { BoardLink, LinkCounters } from "./board-link.ts";
import {
  type BoardMessage,
  type BoardStats,
  decodeStats,
  type Hello,
  type Reply,
  type Request,
  STATS,
  sendRequests,
} from "./board-protocol.ts";
import { BoardSettings } from "./board-settings.ts";
import type { BoardIdentity } from "./repl/connecting.ts";

const CHANNELS: readonly number[] = Array.from({ length: 14 }, (_, index) => index + 1);
/** The default of CONFIG_ESP_WIFI_ESPNOW_MAX_ENCRYPT_NUM; a board that has fewer says so. */
const MAX_ENCRYPTED_PEERS = 7;
/** Messages that may wait for their report: as many as an ESP32 has buffers. */
const TX_BUFFERS = 32;
/** A request that is not answered ends the link before this is over; so does, on a line that works, a full queue. */
const REPORT_TIMEOUT_MS = 5000;
const DEFAULT_TX_POWER_DBM = 20;
const MIN_TX_POWER_DBM = 2;
const MAX_TX_POWER_DBM = 21;

/**
 * A board with MicroPython on a serial line as a radio: the board's firmware does the MAC. Peers are checked here, by the
 * common table, and then told to the board; where it disagrees `onState` says `refused`, and the next send throws it. What
 * the board was told it is told again when it was lost and has come back.
 */
export class BoardRadio implements Radio {
  readonly capabilities: RadioCapabilities;
  readonly peers: PeerTable;
  readonly counters: RadioCounters = noCounts();
  onMessage: ((message: MessageInfo) => void) | undefined;
  onDrop: ((dropped: DroppedFrame) => void) | undefined;
  onState: ((state: RadioState) => void) | undefined;
  readonly wait?: (deadlineMs: number) => void;

  readonly #link: BoardLink;
  readonly #interfaces: WifiInterfaces;
  readonly #settings: BoardSettings;
  #inFlight = 0;
  #gone: EspNowError | undefined;
  #refusal: EspNowError | undefined;
  #disposed = false;

  /** @param hello what the board said on a link that is up. */
  constructor(link: BoardLink, hello: Hello) {
    this.#link = link;
    this.#interfaces = new WifiInterfaces(hello.station, hello.accessPoint, [0, 1]);
    this.capabilities = {
      maxDataLength: hello.maxDataLength,
      maxPeers: MAX_TOTAL_PEER_NUM,
      maxEncryptedPeers: MAX_ENCRYPTED_PEERS,
      interfaces: [0, 1],
      rssi: hello.rssi,
      rates: hello.rates ? Object.values(Rate) : [Rate.RATE_1M],
      attempts: false,
      reportTimeoutMs: REPORT_TIMEOUT_MS,
      frameDetails: false,
    };
    this.peers = new PeerTable({
      maxPeers: MAX_TOTAL_PEER_NUM,
      maxEncryptedPeers: MAX_ENCRYPTED_PEERS,
      channels: CHANNELS,
    });
    this.#settings = new BoardSettings(link, this.#interfaces, this.peers, hello.rates, (error) =>
      this.#onRefused(error),
    );
    if (link.line.blocks) this.wait = (deadlineMs) => link.clock.wait(deadlineMs);
    link.listener = {
      onUp: () => this.#onUp(),
      onDown: (error) => this.#onDown(error),
      onLost: (error) => this.#onLost(error),
      onMessage: (message) => this.#onBoardMessage(message),
    };
    if (link.isUp) this.#settings.tellAll();
    else this.#gone = link.down;
  }

  get clock(): Clock {
    return this.#link.clock;
  }

  /** What the MicroPython on the board says of itself; undefined where an agent was on it already. */
  get identity(): BoardIdentity | undefined {
    return this.#link.identity;
  }

  /** What became of the bytes on the line. */
  get lineCounters(): LinkCounters {
    return this.#link.counters;
  }

  /** Called with what the board prints: boot messages, tracebacks. */
  set onText(listener: ((text: string) => void) | undefined) {
    this.#link.onText = listener;
  }

  /** The board's own counts. Undefined: it is lost. */
  async stats(): Promise<BoardStats | undefined> {
    if (!this.#link.isUp) return undefined;
    const release = this.clock.keepAlive();
    return new Promise((resolve) => {
      this.#link.request(STATS, (reply) => {
        release();
        this.clock.delivered();
        resolve(reply && decodeStats(reply.body));
      });
    });
  }

  start(): void {
    this.#settings.setStarted(true);
  }

  stop(): void {
    this.#settings.setStarted(false);
  }

  address(iface: WifiInterface): MacAddress {
    return this.#interfaces.address(iface);
  }

  isInterfaceActive(iface: WifiInterface): boolean {
    return this.#interfaces.isActive(iface);
  }

  setInterfaceActive(iface: WifiInterface, active: boolean): void {
    this.#settings.setInterfaceActive(iface, active);
  }

  get channel(): number {
    return this.#settings.channel;
  }

  set channel(channel: number) {
    if (!CHANNELS.includes(channel)) throw new RangeError(`channel must be 1 to ${CHANNELS.length}, not ${channel}`);
    this.#settings.channel = channel;
  }

  get rate(): Rate {
    return this.#settings.rate;
  }

  set rate(rate: Rate) {
    if (!this.capabilities.rates.includes(rate)) {
      throw new RangeError(`rate must be one of ${this.capabilities.rates.join(", ")} (see Rate), not ${rate}`);
    }
    this.#settings.rate = rate;
  }

  get txPower(): number {
    return this.#settings.txPower ?? DEFAULT_TX_POWER_DBM;
  }

  set txPower(dBm: number) {
    if (typeof dBm !== "number" || !(dBm >= MIN_TX_POWER_DBM && dBm <= MAX_TX_POWER_DBM)) {
      throw new RangeError(`txpower must be from ${MIN_TX_POWER_DBM} to ${MAX_TX_POWER_DBM} dBm, not ${describe(dBm)}`);
    }
    this.#settings.txPower = dBm;
  }

  setPmk(pmk: Uint8Array): void {
    this.#requireStarted();
    this.#settings.setPmk(pmk);
  }

  send(destination: MacAddress | null, data: Uint8Array, done: SendDone): number {
    this.#requireStarted();
    const refusal = this.#refusal;
    this.#refusal = undefined;
    if (refusal !== undefined) throw refusal;
    if (destination !== null) {
      this.#checkSend(destination, data);
      this.#requireBuffers(1);
      this.#transmit(destination, data, done);
      return 1;
    }
    const peers = checkSendToAll(this, (all) => {
      for (const peer of all) this.#checkSend(peer.mac, data);
      this.#requireBuffers(all.length);
    });
    for (const peer of peers) this.#transmit(peer.mac, data, done);
    return peers.length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.stop();
    this.#gone = new EspNowError("ERR_RADIO_CLOSED", "the radio was closed");
    await this.#link.close();
    this.onState?.({ state: "closed" });
  }

  #checkSend(destination: MacAddress, data: Uint8Array): void {
    checkSend(this, destination, data.length, this.capabilities.maxDataLength);
  }

  #transmit(destination: MacAddress, data: Uint8Array, done: SendDone): void {
    const requests = sendRequests(destination, data);
    const last = requests.pop() as Request;
    for (const part of requests) this.#link.request(part, () => undefined);
    this.#inFlight++;
    this.#link.request(last, (reply) => {
      this.#inFlight--;
      done(this.#report(reply, isGroup(destination)), destination);
    });
  }

  #report(reply: Reply | undefined, group: boolean): SendReport {
    if (reply === undefined) return { status: "failed", error: this.#gone ?? downError("the board was lost") };
    if (reply.error !== 0) return { status: "failed", error: boardError(reply) };
    if (group) return { status: "broadcast" };
    return { status: reply.body[0] === 1 ? "acked" : "no-ack" };
  }

  #onBoardMessage({ source, rssi, age, data }: BoardMessage): void {
    const reception = {
      source,
      destination: undefined,
      rssi: this.capabilities.rssi ? rssi : undefined,
      channel: this.#settings.channel,
      rate: undefined,
      timeMs: this.clock.now() - age,
    };
    if (!this.#settings.started) {
      this.counters.notStarted++;
      this.onDrop?.({ reason: "notStarted", ...reception });
      return;
    }
    this.counters.received++;
    const encrypted = this.peers.find(source)?.encrypt ?? false;
    this.onMessage?.({ ...reception, data, encrypted, replayed: false });
  }

  #onRefused(error: EspNowError): void {
    this.#refusal = error;
    this.onState?.({ state: "refused", error });
  }

  #onUp(): void {
    this.#gone = undefined;
    this.#settings.tellAll();
    this.onState?.({ state: "up" });
  }

  #onDown(error: EspNowError): void {
    this.#gone = error;
    this.onState?.({ state: "down", reason: error.message });
  }

  #onLost(error: EspNowError): void {
    this.#disposed = true;
    this.#gone = error;
    this.onState?.({ state: "closed" });
  }

  #requireStarted(): void {
    if (this.#gone !== undefined) throw this.#gone;
    if (!this.#settings.started) throw new EspNowError("ESP_ERR_ESPNOW_NOT_INIT", "call active(true) first");
  }

  #requireBuffers(count: number): void {
    if (this.#inFlight + count <= TX_BUFFERS) return;
    throw new EspNowError(
      "ESP_ERR_ESPNOW_NO_MEM",
      `${this.#inFlight} messages wait for their reports; of ${TX_BUFFERS} buffers too few are free for ${count} more`,
    );
  }
}

function downError(reason: string): EspNowError {
  return new EspNowError("ERR_RADIO_DOWN", reason);
}
