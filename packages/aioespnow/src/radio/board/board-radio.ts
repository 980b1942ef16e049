// radio/board: A radio whose MAC is the firmware of a board with MicroPython. Whatever the board says, or fails to
// say, ends in a report or a state, never in an exception from below. It knows a line only as bytes.

import { isGroup, type MacAddress } from "../../codec/mac-address.ts";
import { Rate } from "../../codec/rate.ts";
import { EspNowError } from "../../errors.ts";
import type { Clock } from "../../util/clock.ts";
import { MAX_TOTAL_PEER_NUM, type Peer } from "../peer-table.ts";
import type { RadioCapabilities, SendDone, SendReport } from "../radio.ts";
import { type PreparedSend, RadioBase } from "../radio-base.ts";
import type { WifiInterface } from "../wifi-interface.ts";
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

/**
 * A board with MicroPython on a serial line as a radio: the board's firmware does the MAC. Peers are checked here, by the
 * common table, and then told to the board; where it disagrees `onState` says `refused`, and the next send throws it. What
 * the board was told it is told again when it was lost and has come back.
 */
export class BoardRadio extends RadioBase {
  readonly #link: BoardLink;
  readonly #settings: BoardSettings;
  #refusal: EspNowError | undefined;
  #disposed = false;

  /**
   * Called by `BoardOpening`, which waits for the board.
   * @param hello what the board said on a link that is up.
   * @internal
   */
  constructor(link: BoardLink, hello: Hello) {
    super({
      capabilities: capabilitiesOf(hello, link.line.blocks),
      station: hello.station,
      accessPoint: hello.accessPoint,
      channels: CHANNELS,
      txBuffers: TX_BUFFERS,
    });
    this.#link = link;
    this.#settings = new BoardSettings(link, this.interfaces, this.peers, hello.rates, (error) =>
      this.#onRefused(error),
    );
    link.listener = {
      onUp: () => this.#onUp(),
      onDown: (error) => this.#onDown(error),
      onLost: (error) => this.#onLost(error),
      onMessage: (message) => this.#onBoardMessage(message),
    };
    if (link.isUp) this.#settings.tellAll();
    else this.gone = link.down;
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
        const stats = reply && decodeStats(reply.body);
        resolve(stats === undefined || "reason" in stats ? undefined : stats);
      });
    });
  }

  /** @throws EspNowError also for what the board refused since the last call. */
  override send(destination: MacAddress | null, data: Uint8Array, done: SendDone): number {
    this.requireStarted();
    const refusal = this.#refusal;
    this.#refusal = undefined;
    if (refusal !== undefined) throw refusal;
    return super.send(destination, data, done);
  }

  /** Closes the radio: the board returns to its REPL. More calls do nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    this.stop();
    this.gone = new EspNowError("ERR_RADIO_CLOSED", "the radio was closed");
    await this.#link.close();
    this.onState?.({ state: "closed" });
  }

  protected override applyStarted(started: boolean): void {
    this.#settings.setStarted(started);
  }

  protected override applyInterface(iface: WifiInterface): void {
    this.#settings.tellInterface(iface);
  }

  protected override applyChannel(channel: number): void {
    this.#settings.setChannel(channel);
  }

  protected override applyRate(rate: Rate): void {
    this.#settings.setRate(rate);
  }

  protected override applyTxPower(dBm: number): void {
    this.#settings.setTxPower(dBm);
  }

  protected override applyPmk(pmk: Uint8Array): void {
    this.#settings.setPmk(pmk);
  }

  protected override prepareSend({ mac }: Peer, data: Uint8Array): PreparedSend {
    return (done) => {
      const requests = sendRequests(mac, data);
      const last = requests.pop() as Request;
      for (const part of requests) this.#link.request(part, () => undefined);
      this.#link.request(last, (reply) => done(this.#report(reply, isGroup(mac))));
    };
  }

  #report(reply: Reply | undefined, group: boolean): SendReport {
    if (reply === undefined) return { status: "failed", error: this.gone ?? downError("the board was lost") };
    if (reply.error !== 0) return { status: "failed", error: boardError(reply) };
    if (group) return { status: "broadcast" };
    return { status: reply.body[0] === 1 ? "acked" : "no-ack" };
  }

  #onBoardMessage({ source, rssi, age, data }: BoardMessage): void {
    this.hear({
      source,
      destination: undefined,
      data,
      rssi: this.capabilities.rssi ? rssi : undefined,
      channel: this.channel,
      rate: undefined,
      timeMs: this.clock.now() - age,
      encrypted: this.peers.find(source)?.encrypt ?? false,
      replayed: false,
    });
  }

  #onRefused(error: EspNowError): void {
    this.#refusal = error;
    this.onState?.({ state: "refused", error });
  }

  #onUp(): void {
    this.gone = undefined;
    this.#settings.tellAll();
    this.onState?.({ state: "up" });
  }

  #onDown(error: EspNowError): void {
    this.gone = error;
    this.onState?.({ state: "down", reason: error.message });
  }

  #onLost(error: EspNowError): void {
    this.#disposed = true;
    this.gone = error;
    this.onState?.({ state: "closed" });
  }
}

function capabilitiesOf(hello: Hello, blocks: boolean): RadioCapabilities {
  return {
    maxDataLength: hello.maxDataLength,
    maxPeers: MAX_TOTAL_PEER_NUM,
    maxEncryptedPeers: MAX_ENCRYPTED_PEERS,
    interfaces: [0, 1],
    setsAddress: false,
    blocks,
    rssi: hello.rssi,
    rates: hello.rates ? Object.values(Rate) : [Rate.RATE_1M],
    attempts: false,
    reportTimeoutMs: REPORT_TIMEOUT_MS,
    frameDetails: false,
  };
}

function downError(reason: string): EspNowError {
  return new EspNowError("ERR_RADIO_DOWN", reason);
}
