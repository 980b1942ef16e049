import { type MacAddress, type MacLike, toMac } from "../codec/mac-address.ts";
import { defaultRadio } from "../open/default-radio.ts";
import { emptyHeader } from "../radio/message-info.ts";
import { NEW_PEER } from "../radio/peer-table.ts";
import type { Radio, RadioState, SendReport } from "../radio/radio.ts";
import type { BytesLike } from "../util/bytes.ts";
import { describe } from "../util/check.ts";
import { awaitReports, sendWhenBuffered } from "./blocking-send.ts";
import { checkConfig, type EspNowConfig } from "./config.ts";
import { EspNowCore } from "./espnow-core.ts";
import type { LastHeard } from "./heard-peers.ts";
import { checkMayBlock } from "./may-block.ts";
import { type MessagePair, MessageSlot, takeFresh } from "./message-slot.ts";
import type { Observation } from "./observation.ts";
import { isDelivered, parseSend } from "./outgoing.ts";
import { mergePeerOptions, type PeerInfo, type PeerOptions, peerInfo, toKey } from "./peer-options.ts";
import { checkSlot, fillSlot, type ReceiveSlot } from "./receive-slot.ts";
import type { EspNowStats } from "./stats.ts";

/** The result of a receive that timed out. */
export type NoMessage = readonly [mac: null, msg: null];

const NOTHING: NoMessage = [null, null];

/**
 * MicroPython's `espnow.ESPNow` with its blocking calls. All objects on one radio share their state, as MicroPython's
 * share its one instance. Source: MicroPython documentation, library `espnow`.
 *
 * `recv`, `irecv`, `recvInto` and `send` really block the thread; in a program with promises use `AIOESPNow`.
 * @example
 * import { ESPNow, WLAN } from "aioespnow";
 *
 * new WLAN(WLAN.IF_STA).active(true);
 * const e = new ESPNow();
 * e.active(true);
 * const [mac, msg] = e.recv(1000); // blocks for a second at most
 * if (mac !== null) console.log(mac, msg);
 */
export class ESPNow implements Iterable<MessagePair | NoMessage> {
  /** The state that all objects on one radio share: peers, unread messages, settings. */
  protected readonly core: EspNowCore;
  readonly #slot = new MessageSlot();
  readonly #header = emptyHeader();

  /**
   * @param radio default: that of ESPNOW_RADIO, opened as by `openRadioSync`, else `air:`; in a browser `sim:`.
   * @throws TypeError for what is not a radio.
   */
  constructor(radio: Radio = defaultRadio()) {
    if (typeof radio?.send !== "function") {
      throw new TypeError(`radio must be a Radio, as openRadio() gives, not ${describe(radio)}`);
    }
    this.core = EspNowCore.of(radio);
  }

  /**
   * Starts (true) or stops (false) ESP-NOW; returns whether it runs. Stopping forgets the peers, the messages that were
   * not read, and the irq handler; pending `arecv` calls are rejected and iterations end.
   */
  active(flag?: boolean): boolean {
    if (flag !== undefined) this.core.setActive(Boolean(flag));
    return this.core.active;
  }

  /**
   * Reads one setting, or changes several.
   * @throws TypeError, RangeError before anything changes; EspNowError `ENOENT` for `rate` while no interface is up.
   */
  config(name: "rxbuf" | "timeoutMs"): number;
  config(values: EspNowConfig): void;
  config(argument: string | EspNowConfig): number | undefined {
    if (typeof argument === "string") return this.#readConfig(argument);
    const { rxbuf, timeoutMs, rate } = checkConfig(argument);
    if (rate !== undefined) this.core.setRate(rate);
    this.core.rxbuf = rxbuf ?? this.core.rxbuf;
    this.core.timeoutMs = timeoutMs ?? this.core.timeoutMs;
    return undefined;
  }

  /**
   * Sets the primary master key, 16 bytes. It applies to peers added or modified from now on.
   * @throws TypeError, RangeError; EspNowError `ESP_ERR_ESPNOW_NOT_INIT`.
   */
  setPmk(pmk: BytesLike): void {
    this.core.radio.setPmk(toKey(pmk, "pmk"));
  }

  /**
   * Registers a peer: messages can be sent only to peers.
   * @throws TypeError, RangeError; EspNowError `ESP_ERR_ESPNOW_NOT_INIT`, `_FULL`, `_ARG`, `_EXIST` (in the order of
   *   docs/protocol.md 3.6).
   */
  addPeer(mac: MacLike, options: PeerOptions = {}): void {
    this.core.radio.peers.add(toMac(mac), mergePeerOptions(NEW_PEER, options));
  }

  /** Changes the given options of a peer. @throws as addPeer, and EspNowError `ESP_ERR_ESPNOW_NOT_FOUND`. */
  modPeer(mac: MacLike, options: PeerOptions): void {
    const { peers } = this.core.radio;
    const address = toMac(mac);
    const current = peers.find(address) ?? NEW_PEER;
    peers.modify(address, mergePeerOptions(current, options));
  }

  /** Removes a peer. @throws EspNowError `ESP_ERR_ESPNOW_NOT_INIT`, `ESP_ERR_ESPNOW_NOT_FOUND`. */
  delPeer(mac: MacLike): void {
    this.core.radio.peers.remove(toMac(mac));
  }

  /** A peer with its settings and its key. @throws EspNowError `ESP_ERR_ESPNOW_NOT_INIT`, `ESP_ERR_ESPNOW_NOT_FOUND`. */
  getPeer(mac: MacLike): PeerInfo {
    return peerInfo(this.core.radio.peers.get(toMac(mac)));
  }

  /** The peers with unicast addresses, in the order in which they were added. @throws EspNowError `ESP_ERR_ESPNOW_NOT_INIT`. */
  getPeers(): readonly PeerInfo[] {
    return this.core.radio.peers.unicast().map(peerInfo);
  }

  /** All peers (group addresses too), and the encrypted ones. @throws EspNowError `ESP_ERR_ESPNOW_NOT_INIT`. */
  peerCount(): readonly [total: number, encrypted: number] {
    return this.core.radio.peers.count();
  }

  /**
   * The senders of the messages that were read: signal strength in dBm and time in milliseconds of the last one read.
   * Holds the 1024 stations heard most recently.
   */
  get peersTable(): ReadonlyMap<MacAddress, LastHeard> {
    return this.core.heard.table;
  }

  /**
   * Sends a message of 1 to 250 (v1) or 1470 (v2) bytes to a peer, or to every unicast peer (`null`, or the message
   * alone), and waits for the reports. Returns whether all of them acknowledged; always true for a group address, for
   * `sync = false` (which does not wait), and if the radio does not know.
   * @throws TypeError, RangeError; EspNowError `ESP_ERR_ESPNOW_NOT_INIT`, `_ARG`, `_NOT_FOUND`, `_CHAN`, `_IF`, `_NO_MEM`
   *   (no buffer was free for 2 s), `_INTERNAL`; `ETIMEDOUT` when no report came within 100 ms (a board: 5 s). On a
   *   shared air the 100 ms must have passed on the air's clock too, for which the call waits up to 5 s.
   */
  send(msg: BytesLike): boolean;
  send(mac: MacLike | null, msg: BytesLike, sync?: boolean): boolean;
  send(...args: readonly unknown[]): boolean {
    const { mac, msg, sync } = parseSend(args);
    this.core.requireActive();
    if (sync) awaitReports(this.core);
    let failed = false;
    const onReport = (report: SendReport): void => {
      failed ||= !isDelivered(report);
    };
    sendWhenBuffered(this.core, mac, msg, onReport);
    if (!sync) return true;
    awaitReports(this.core);
    return !failed;
  }

  /**
   * Waits for a message. Returns `[null, null]` after `timeoutMs`: default `config("timeoutMs")`, 0 does not wait,
   * negative waits forever. New storage for each message.
   * @throws EspNowError `ESP_ERR_ESPNOW_NOT_INIT`; `ENOTSUP` if this thread or radio cannot block; `EDEADLK` on a
   *   virtual clock if async code in this thread waits too, or if nothing can happen; `ERR_RADIO_CLOSED`.
   */
  recv(timeoutMs?: number): MessagePair | NoMessage {
    return this.#awaitMessage(timeoutMs) ? takeFresh(this.core, this.#header) : NOTHING;
  }

  /** Like `recv`, but reuses storage of this object, which the next call overwrites. */
  irecv(timeoutMs?: number): MessagePair | NoMessage {
    return this.#awaitMessage(timeoutMs) ? this.#slot.take(this.core) : NOTHING;
  }

  /**
   * Like `recv`, into storage of the caller. Returns the length in bytes, or 0 when the time is over.
   * @throws RangeError when the message is longer than the slot's buffer: that message is lost (MicroPython loses all).
   */
  recvInto(slot: ReceiveSlot, timeoutMs?: number): number {
    checkSlot(slot);
    return this.#awaitMessage(timeoutMs) ? fillSlot(slot, this.core, this.#header) : 0;
  }

  /** Whether a message can be read at once. @throws EspNowError `ESP_ERR_ESPNOW_NOT_INIT`. */
  any(): boolean {
    this.core.requireActive();
    if (this.core.available === 0) this.#poll();
    return this.core.available > 0;
  }

  /** Counts since the radio was opened; they survive `active(false)`. */
  stats(): EspNowStats {
    if (this.core.active) this.#poll();
    return this.core.stats;
  }

  /**
   * Calls `callback` with this object as soon as possible after each message; null stops that. A callback that throws
   * does not stop reception: its error is reported as uncaught.
   */
  irq(callback: ((e: this) => void) | null): void {
    if (callback !== null && typeof callback !== "function") {
      throw new TypeError(`the irq handler must be a function or null, not ${describe(callback)}`);
    }
    this.core.setIrq(callback === null ? undefined : () => callback(this));
  }

  /**
   * Calls `listener` as soon as possible with each change of the radio's state, even while this thread blocks: `down` with
   * the reason (readers wait, sends fail), `up` again, `ended`, `closed`. Returns how to stop it. Not in MicroPython.
   */
  onState(listener: (state: RadioState) => void): () => void {
    if (typeof listener !== "function") throw new TypeError(`listener must be a function, not ${describe(listener)}`);
    return this.core.onState(listener);
  }

  /**
   * Calls `listener` with everything that happens on the radio: messages before they go into the receive buffer, sent
   * messages with their reports, and dropped frames with the reason. There can be any number of listeners; they take no
   * message from readers. Returns a function that stops it. It does not keep the process alive. MicroPython has no such method.
   *
   * A listener is called synchronously and should return soon. If it throws, the error is reported as uncaught and affects
   * neither the radio nor other listeners.
   * @throws TypeError if `listener` is not a function.
   */
  observe(listener: (event: Observation) => void): () => void {
    return this.core.observe(listener);
  }

  /** Calls `irecv()` repeatedly. As in MicroPython, it continues after timeouts. It ends only when the medium ends. */
  *[Symbol.iterator](): Generator<MessagePair | NoMessage, void, undefined> {
    for (;;) {
      let received: MessagePair | NoMessage;
      try {
        received = this.irecv();
      } catch (error) {
        if (error === this.core.over) return;
        throw error;
      }
      yield received;
    }
  }

  #readConfig(name: string): number {
    if (name === "rxbuf") return this.core.rxbuf;
    if (name === "timeoutMs") return this.core.timeoutMs;
    throw new TypeError(`unknown config param "${name}"; "rxbuf" and "timeoutMs" can be read`);
  }

  #poll(): void {
    const { radio } = this.core;
    if (radio.capabilities.blocks) this.core.block(radio.clock.now());
  }

  /** Whether a message came in time. */
  #awaitMessage(timeoutMs: number | undefined): boolean {
    const { core } = this;
    core.requireActive();
    const timeout = timeoutMs ?? core.timeoutMs;
    if (typeof timeout !== "number" || Number.isNaN(timeout)) {
      throw new TypeError(`timeoutMs must be a number of milliseconds, not ${describe(timeoutMs)}`);
    }
    if (core.available > 0) return true;
    if (timeout === 0) return this.any();
    checkMayBlock(core.radio);
    const { clock } = core.radio;
    const deadline = timeout < 0 ? Number.POSITIVE_INFINITY : clock.now() + timeout;
    while (core.available === 0) {
      if (core.over !== undefined) throw core.over;
      if (clock.now() >= deadline) return false;
      core.block(deadline);
      core.requireActive(); // an irq handler may have called active(false)
    }
    return true;
  }
}
