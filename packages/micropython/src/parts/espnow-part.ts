import { type MacAddress, NEW_PEER, type Radio } from "aioespnow";
import { MAX_RECEIVE_LEN, macAt, macBytes } from "aioespnow/codec";
import { EspNowCore, emptyHeader } from "aioespnow/core";
import type { BoardName } from "../board/board-name.ts";
import { EventKind } from "../channel/event-kinds.ts";
import type { Call, VmHost } from "../host/vm-host.ts";
import { attachPeers } from "./espnow-peers.ts";
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
/** MICROPY_PY_TIME_TICKS_PERIOD - 1 of this build. */
const TICKS_MASK = 0x3fff_ffff;

/** What a message takes in the receive buffer beside its bytes (docs/protocol.md 4). */
const MESSAGE_OVERHEAD: Readonly<Record<BoardName, number>> = { esp32: 14, esp8266: 8 };

/** The first argument of a send to every peer; else it is the first three bytes of the address. */
const EVERY_PEER = -1;

/**
 * Gives a program its board's ESP-NOW: answers the calls of python/espnow.py by the one EspNowCore of the radio. Returns
 * how to take it away; ESP-NOW is off then, as after a reset.
 */
export function attachEspNow(vm: VmHost, radio: Radio, board: BoardName): () => void {
  const part = new EspNowPart(vm, EspNowCore.of(radio), board);
  attachPeers(vm, radio);
  return () => part.reset();
}

class EspNowPart {
  readonly #vm: VmHost;
  readonly #core: EspNowCore;
  readonly #board: BoardName;
  readonly #stations = new StationNumbers();
  readonly #header = emptyHeader();
  readonly #record: Uint8Array;
  readonly #view: DataView;
  /** What the core had counted when the board was switched on. */
  readonly #former: readonly number[];
  #irqWanted = false;

  constructor(vm: VmHost, core: EspNowCore, board: BoardName) {
    this.#vm = vm;
    this.#core = core;
    this.#board = board;
    core.messageOverhead = MESSAGE_OVERHEAD[board];
    const { maxDataLength } = core.radio.capabilities;
    this.#record = new Uint8Array(MESSAGE + MAX_RECEIVE_LEN);
    this.#view = new DataView(this.#record.buffer);
    this.reset();
    this.#former = this.#counts();
    vm.handle("espnow.board", () => (board === "esp32" ? 32 : 8266));
    vm.handle("espnow.limit", () => maxDataLength);
    vm.handle("espnow.rxbuf", () => 2 * (core.messageOverhead + maxDataLength));
    vm.handle("espnow.active", ({ a, b }) => this.#setActive(a === 1, b));
    vm.handle("espnow.rate", ({ a }) => this.#setRate(a));
    vm.handle("espnow.irq", ({ a }) => this.#setIrq(a === 1));
    vm.handle("espnow.take", (call) => this.#take(call));
    vm.handle("espnow.drop_all", () => this.#dropAll());
    vm.handle("espnow.station", (call) => this.#station(call));
    vm.handle("espnow.send", (call) => this.#send(call));
    vm.handle("espnow.stats", (call) => this.#stats(call));
  }

  reset(): void {
    this.#core.setActive(false);
  }

  #setActive(active: boolean, rxbuf: number): number {
    this.#core.rxbuf = rxbuf;
    this.#core.setActive(active);
    if (active) this.#core.setIrq(() => this.#onMessage());
    else this.#irqWanted = false;
    this.#showMessages();
    this.#showSends();
    return 0;
  }

  #setRate(rate: number): number {
    this.#core.setRate(rate);
    return 0;
  }

  #setIrq(wanted: boolean): number {
    this.#irqWanted = wanted;
    return 0;
  }

  #onMessage(): void {
    this.#showMessages();
    if (this.#irqWanted) this.#vm.raise(EventKind.espnowIrq, 0);
  }

  /** The next message, if it has the `a` bytes that the program expects. 0: it has not, or there is none. */
  #take(call: Call): number {
    const core = this.#core;
    if (core.available === 0 || core.nextLength !== call.a) return 0;
    core.take(this.#header, this.#record.subarray(MESSAGE));
    this.#describe();
    call.reply = this.#record.subarray(0, MESSAGE + call.a);
    this.#showMessages();
    return call.a;
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

  #station(call: Call): number {
    call.reply = macBytes(this.#stations.stationOf(call.a));
    return 0;
  }

  /** A board that has no room for a message resets its buffer. */
  #dropAll(): number {
    this.#core.dropAll();
    this.#showMessages();
    return 0;
  }

  /** Returns how many messages were sent. The program sees the reports in its state words. */
  #send({ a, b, data }: Call): number {
    const mac = addressOf(a, b);
    const send = (): number => this.#core.send(mac, data, () => this.#showSends());
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

  #stats(call: Call): number {
    call.reply = new Uint8Array(Uint32Array.from(this.#counts(), (count, i) => count - (this.#former[i] ?? 0)).buffer);
    return 0;
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
