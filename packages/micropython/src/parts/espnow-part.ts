import { type MacAddress, NEW_PEER, type Radio, type SendDone } from "aioespnow";
import { MAX_RECEIVE_LEN, macAt, macBytes } from "aioespnow/codec";
import { type CoreState, EspNowCore, emptyHeader, whenMediumElapsed } from "aioespnow/core";
import type { BoardName } from "../board/board-name.ts";
import { EventKind } from "../bridge/event-kinds.ts";
import type { Vm } from "../vm/vm.ts";
import { attachPeers } from "./espnow-peers.ts";
import type { Part } from "./part.ts";
import { StationNumbers } from "./station-numbers.ts";

/**
 * A received message as the Python modules get it.
 *
 *      0  time     milliseconds since the board was switched on, u32; wraps as `time.ticks_ms()` does
 *      4  rssi     dBm, i8; -128 where the radio does not tell: MicroPython has no way to say so
 *      5  fresh    1: the station has this number from now on
 *      6  station  number, u16
 *      8  message
 */
const TIME = 0;
const RSSI = 4;
const FRESH = 5;
const STATION = 6;
const MESSAGE = 8;
const UNKNOWN_RSSI = -128;
const NOTHING = new Uint8Array(0);
/** MICROPY_PY_TIME_TICKS_PERIOD - 1 of this build. */
const TICKS_MASK = 0x3fff_ffff;

/** What a message takes in the receive buffer beside its bytes (docs/protocol.md 4). */
const MESSAGE_OVERHEAD: Readonly<Record<BoardName, number>> = { esp32: 14, esp8266: 8 };

/** The first argument of a send to every peer; else it is the first three bytes of the address. */
const EVERY_PEER = -1;

/** What a program knows of ESP-NOW beside its board's. */
export interface EspNowState {
  readonly stations: readonly (readonly [mac: MacAddress, number: number])[];
  readonly former: readonly number[];
  readonly irqWanted: boolean;
}

/**
 * Gives a program its board's ESP-NOW: answers the calls of python/espnow.py by the one EspNowCore of the radio. When it is
 * detached ESP-NOW is off, as after a reset.
 */
export class EspNowPart implements Part<EspNowState> {
  readonly #vm: Vm;
  readonly #core: EspNowCore;
  readonly #board: BoardName;
  readonly #stations = new StationNumbers();
  readonly #header = emptyHeader();
  readonly #record: Uint8Array;
  readonly #view: DataView;
  /** What the core had counted when the board was switched on. */
  #former: readonly number[];
  #irqWanted = false;
  /** How often the program has waited for an air that may be late. */
  #waits = 0;

  constructor(vm: Vm, radio: Radio, board: BoardName) {
    const core = EspNowCore.of(radio);
    this.#vm = vm;
    this.#core = core;
    this.#board = board;
    core.messageOverhead = MESSAGE_OVERHEAD[board];
    const { maxDataLength } = core.radio.capabilities;
    this.#record = new Uint8Array(MESSAGE + MAX_RECEIVE_LEN);
    this.#view = new DataView(this.#record.buffer);
    this.detach();
    this.#former = this.#counts();
    attachPeers(vm, radio);
    vm.handle("espnow_board", () => (board === "esp32" ? 32 : 8266));
    vm.handle("espnow_limit", () => maxDataLength);
    vm.handle("espnow_rxbuf", () => 2 * (core.messageOverhead + maxDataLength));
    vm.handle("espnow_active", ({ isActive, rxbuf }) => this.#setActive(isActive === 1, rxbuf));
    vm.handle("espnow_rate", ({ rate }) => core.setRate(rate));
    vm.handle("espnow_irq", ({ isWanted }) => {
      this.#irqWanted = isWanted === 1;
    });
    vm.handle("espnow_take", ({ length }) => this.#take(length));
    vm.handle("espnow_drop_all", () => this.#dropAll());
    vm.handle("espnow_station", ({ number }) => macBytes(this.#stations.stationOf(number)));
    vm.handle("espnow_send", ({ high, low, message }) => this.#send(addressOf(high, low), message));
    vm.handle("espnow_elapse", ({ ms }) => this.#elapse(ms));
    vm.handle("espnow_stats", () => this.#stats());
  }

  detach(): void {
    this.#core.setActive(false);
  }

  save(): EspNowState {
    return {
      stations: this.#stations.save(),
      former: this.#former,
      irqWanted: this.#irqWanted,
    };
  }

  load({ stations, former, irqWanted }: EspNowState): void {
    this.#stations.load(stations);
    this.#former = former;
    this.#irqWanted = irqWanted;
  }

  /** What the radio has received and sent. Returns who is told the reports of the messages on their way. */
  loadCore(core: CoreState): readonly SendDone[] {
    const reports = this.#core.load(core, () => this.#showSends());
    if (this.#core.active) this.#core.setIrq(() => this.#onMessage());
    return reports;
  }

  #setActive(active: boolean, rxbuf: number): void {
    this.#core.rxbuf = rxbuf;
    this.#core.setActive(active);
    if (active) this.#core.setIrq(() => this.#onMessage());
    else this.#irqWanted = false;
    this.#showMessages();
    this.#showSends();
  }

  #onMessage(): void {
    this.#showMessages();
    if (this.#irqWanted) this.#vm.raise(EventKind.espnowIrq, 0);
  }

  /** The next message, if it has the bytes that the program expects. Nothing: it has not, or there is none. */
  #take(length: number): Uint8Array {
    const core = this.#core;
    if (core.available === 0 || core.nextLength !== length) return NOTHING;
    core.take(this.#header, this.#record.subarray(MESSAGE));
    this.#describe();
    this.#showMessages();
    return this.#record.subarray(0, MESSAGE + length);
  }

  #describe(): void {
    const view = this.#view;
    const { source, rssi, timeMs } = this.#header;
    const { number, isFresh } = this.#stations.numberOf(source);
    view.setUint32(TIME, this.#vm.uptime(timeMs) & TICKS_MASK, true);
    view.setInt8(RSSI, rssi ?? UNKNOWN_RSSI);
    view.setUint8(FRESH, isFresh ? 1 : 0);
    view.setUint16(STATION, number, true);
  }

  /** A board that has no room for a message resets its buffer. */
  #dropAll(): void {
    this.#core.dropAll();
    this.#showMessages();
  }

  /** Returns how many messages were sent. The program sees the reports in its state words. */
  #send(mac: MacAddress | null, message: Uint8Array): number {
    const send = (): number => this.#core.send(mac, message, () => this.#showSends());
    const count = this.#board === "esp8266" && mac !== null ? this.#asPeer(mac, send) : send();
    this.#showSends();
    return count;
  }

  /** An ESP8266 sends to any station: one that is no peer is one for as long as it takes to send. */
  #asPeer(mac: MacAddress, send: () => number): number {
    const { peers } = this.#core.radio;
    if (!this.#core.active || peers.find(mac) !== undefined) return send();
    peers.add(mac, NEW_PEER);
    try {
      return send();
    } finally {
      peers.remove(mac);
    }
  }

  /** Whether there is something to wait for: until the state word `lateAir` is 0 again. */
  #elapse(ms: number): number {
    const wait = ++this.#waits;
    const isAwaited = whenMediumElapsed(this.#core.radio, ms, () => {
      if (wait === this.#waits) this.#vm.setState("lateAir", 0);
    });
    if (!isAwaited) return 0;
    this.#vm.setState("lateAir", 1);
    return 1;
  }

  #stats(): Uint8Array {
    return new Uint8Array(Uint32Array.from(this.#counts(), (count, i) => count - (this.#former[i] ?? 0)).buffer);
  }

  #counts(): readonly number[] {
    const { txPackets, txResponses, txFailures, rxPackets, rxDropped } = this.#core.stats;
    return [txPackets, txResponses, txFailures, rxPackets, rxDropped];
  }

  #showMessages(): void {
    this.#vm.setState("nextLength", this.#core.available > 0 ? this.#core.nextLength : 0);
  }

  #showSends(): void {
    const { txPackets, txResponses, txFailures } = this.#core.stats;
    this.#vm.setState("sendFailures", txFailures);
    this.#vm.setState("sendsPending", txPackets - txResponses);
  }
}

/** The address whose first three bytes are `high`, and the last `low`; null: every peer. */
function addressOf(high: number, low: number): MacAddress | null {
  if (high === EVERY_PEER) return null;
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, high);
  view.setUint32(4, low);
  bytes.copyWithin(4, 5);
  return macAt(bytes, 1);
}
