import type { MacAddress } from "../codec/mac-address.ts";
import type { Rate } from "../codec/rate.ts";
import { EspNowError } from "../errors.ts";
import type { MessageHeader, MessageInfo } from "../radio/message-info.ts";
import type { Radio, RadioState, SendDone } from "../radio/radio.ts";
import type { CoreState } from "./core-state.ts";
import { HeardPeers } from "./heard-peers.ts";
import { IrqHandler } from "./irq-handler.ts";
import type { Observation } from "./observation.ts";
import { RadioTap } from "./radio-tap.ts";
import { RECORD_OVERHEAD, ReceiveBuffer } from "./receive-buffer.ts";
import { SendAccount } from "./send-account.ts";
import { StateListeners } from "./state-listeners.ts";
import type { EspNowStats } from "./stats.ts";
import { ReadersLine, WaitingLine } from "./waiting-line.ts";

/** A computer has room; a board's buffer is 2968 bytes (`config({ rxbuf: 2968 })`). */
const DEFAULT_RXBUF = 64 * 1024;
/** MicroPython's default for blocking receives (modespnow.c). */
const DEFAULT_TIMEOUT_MS = 300_000;

/**
 * What all ESPNow objects of one radio share, as MicroPython's share the native singleton. It speaks in callbacks only, so
 * that another language, or a thread that blocks, can use it; `ESPNow` and `AIOESPNow` are its faces.
 */
export class EspNowCore {
  static readonly #cores = new WeakMap<Radio, EspNowCore>();

  /** The radio below. Its `onMessage`, `onDrop` and `onState` belong to the core: use `observe` and `onState` of the core. */
  readonly radio: Radio;
  /** Size of the receive buffer in bytes, from the next `setActive(true)` on. */
  rxbuf: number = DEFAULT_RXBUF;
  /** What a message takes in it beside its bytes, from the next `setActive(true)` on; 8 on an ESP8266. */
  messageOverhead: number = RECORD_OVERHEAD;
  /** How long a blocking receive waits where it is not told; negative: forever. */
  timeoutMs: number = DEFAULT_TIMEOUT_MS;
  /** The stations that messages were read from, and how well they were heard. */
  readonly heard: HeardPeers = new HeardPeers();
  /**
   * The readers that wait for a message. One is woken when there may be a message, when none will come any more, and when the
   * core is deactivated. It looks, and then calls `readerReturned`.
   */
  readonly readers: WaitingLine = new ReadersLine(() => this.radio.clock);
  /** The senders that wait for a transmit buffer. One is woken when a buffer may be free. It tries, and then calls `senderReturned`. */
  readonly senders: WaitingLine = new WaitingLine();
  readonly #tap: RadioTap;
  readonly #stateListeners: StateListeners = new StateListeners(() => this.radio.clock);
  readonly #irq: IrqHandler = new IrqHandler(
    () => this.radio.clock,
    () => this.#epoch,
  );
  #buffer: ReceiveBuffer | undefined;
  #over: EspNowError | undefined;
  #epoch = 0;
  #blocked = 0;
  readonly #sends: SendAccount = new SendAccount(() => this.radio.clock.keepAlive());
  #received = { packets: 0, dropped: 0 };

  /** The core of a radio: always the same one. */
  static of(radio: Radio): EspNowCore {
    return EspNowCore.#cores.get(radio) ?? new EspNowCore(radio);
  }

  private constructor(radio: Radio) {
    this.radio = radio;
    this.#tap = new RadioTap(radio);
    radio.onMessage = (message) => this.#onMessage(message);
    radio.onState = (state) => this.#onState(state);
    EspNowCore.#cores.set(radio, this);
  }

  /** Whether ESP-NOW is started. */
  get active(): boolean {
    return this.#buffer !== undefined;
  }

  /** How many times it was deactivated. A reader that finds another number than before has lost its buffer. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Why no message will come any more (the radio is closed, the capture is over); undefined while one may. */
  get over(): EspNowError | undefined {
    return this.#over;
  }

  /** False forgets the peers, the buffered messages and the irq handler, and wakes every reader. */
  setActive(active: boolean): void {
    if (active === this.active) return;
    if (active) {
      this.radio.start();
      this.#buffer = new ReceiveBuffer(this.rxbuf, this.messageOverhead);
      this.#irq.hold(this.#mayReceive);
      return;
    }
    this.#buffer = undefined;
    this.#epoch++;
    this.setIrq(undefined);
    this.radio.stop();
    this.#sends.forget();
    this.#wakeAll();
  }

  /** @throws EspNowError `ESP_ERR_ESPNOW_NOT_INIT` while inactive. */
  requireActive(): void {
    if (!this.active) throw new EspNowError("ESP_ERR_ESPNOW_NOT_INIT", "call active(true) first");
  }

  /** @throws EspNowError `ENOENT` while no Wi-Fi interface is active; RangeError for a rate the radio does not have. */
  setRate(rate: Rate): void {
    const { radio } = this;
    if (!radio.capabilities.interfaces.some((iface) => radio.isInterfaceActive(iface))) {
      throw new EspNowError("ENOENT", "no interface is active; call new WLAN(WLAN.IF_STA).active(true) first");
    }
    radio.rate = rate;
  }

  /** Counters since it was started. */
  get stats(): EspNowStats {
    return {
      txPackets: this.#sends.packets,
      txResponses: this.#sends.responses,
      txFailures: this.#sends.failures,
      rxPackets: this.#received.packets,
      rxDropped: this.#received.dropped,
    };
  }

  /** Whether reports of sent messages are still to come. */
  get sendsPending(): boolean {
    return this.#sends.responses < this.#sends.packets;
  }

  /** How many messages wait to be read; 0 while inactive. */
  get available(): number {
    return this.#buffer?.count ?? 0;
  }

  /** The length of the next message in bytes. Only while `available` > 0. */
  get nextLength(): number {
    return (this.#buffer as ReceiveBuffer).nextLength;
  }

  /** Reads the next message: its description into `header`, its bytes to the start of `target`. Only while `available` > 0. */
  take(header: MessageHeader, target: Uint8Array): void {
    (this.#buffer as ReceiveBuffer).take(header, target);
    this.heard.update(header.source, header.rssi, header.timeMs);
  }

  /** Forgets all messages that wait to be read, as a board does that has no room for one. */
  dropAll(): void {
    this.#buffer?.clear();
  }

  /**
   * esp_now_send: `radio.send` with the counting. Returns how many frames were queued; `onReport` is called once for
   * each, later, with its destination.
   * @throws EspNowError as `Radio.send` does.
   */
  send(mac: MacAddress | null, data: Uint8Array, onReport: SendDone): number {
    const count = this.radio.send(mac, data, this.#reporting(this.#epoch, onReport, this.#tap.sending(data)));
    this.#sends.sent(count);
    return count;
  }

  /** Called, never nested, once for each message that is buffered; undefined: nothing is. */
  setIrq(callback: (() => void) | undefined): void {
    this.#irq.set(callback, this.#mayReceive);
  }

  /** Calls `listener`, never nested, with each change of the radio's state until what it returns is called. */
  onState(listener: (state: RadioState) => void): () => void {
    return this.#stateListeners.add(listener);
  }

  /**
   * Calls `listener` synchronously with what is heard (before the receive buffer), sent (when its report comes) and
   * dropped, until what it returns is called. What a listener throws is reported as uncaught. It keeps no process alive.
   * @example
   * import { openRadio } from "aioespnow";
   * import { EspNowCore } from "aioespnow/core";
   *
   * const core = EspNowCore.of(await openRadio("air:"));
   * const stop = core.observe((event) => console.log(event.kind));
   */
  observe(listener: (event: Observation) => void): () => void {
    return this.#tap.observe(listener);
  }

  /** A woken reader has looked, and taken a message if there was one. */
  readerReturned(): void {
    this.readers.returned();
    this.readers.wakeFor(this.available);
  }

  /** A woken sender has tried. Unless it found no buffer and goes back into the line, it is the next one's turn. */
  senderReturned(goesBack: boolean): void {
    this.senders.returned();
    if (!goesBack) this.senders.wakeFor(1);
  }

  /** Whether messages are on their way whose reports will free buffers. */
  get isSending(): boolean {
    return this.#sends.inFlight > 0;
  }

  /**
   * Blocks the thread until something was delivered, or until `deadlineMs` on the radio's clock. A deadline that is not
   * in the future services the radio once.
   * @throws EspNowError `ENOTSUP` where the radio cannot be waited for so; `EDEADLK` where nothing can happen.
   */
  block(deadlineMs: number): void {
    const { radio } = this;
    this.#blocked++;
    try {
      radio.wait(deadlineMs);
    } finally {
      this.#blocked--;
    }
  }

  /** What `load` brings back. @throws Error while a program in TypeScript waits for the radio. @internal */
  save(): CoreState {
    if (this.readers.isOccupied || this.senders.isOccupied) {
      throw new Error("a program in TypeScript waits for this radio: its state cannot be saved");
    }
    return {
      rxbuf: this.rxbuf,
      messageOverhead: this.messageOverhead,
      heard: this.heard.save(),
      buffer: this.#buffer?.save(),
      sends: this.#sends.save(),
      received: this.#received,
    };
  }

  /**
   * The radio is loaded, too: `onReport` is told the reports of the messages on their way, in their order, by the functions
   * that are returned. Observers stay; the irq handler is gone. @internal
   */
  load(state: CoreState, onReport: SendDone): readonly SendDone[] {
    this.rxbuf = state.rxbuf;
    this.messageOverhead = state.messageOverhead;
    this.heard.load(state.heard);
    this.#buffer = state.buffer && ReceiveBuffer.load(state.buffer);
    this.#sends.load(state.sends);
    this.#received = { ...state.received };
    this.#epoch++;
    this.setIrq(undefined);
    const { inFlight, forgotten } = this.#sends;
    return Array.from({ length: inFlight }, (_, n) => this.#reporting(this.#epoch - (n < forgotten ? 1 : 0), onReport));
  }

  #onMessage(message: MessageInfo): void {
    this.#tap.heard(message);
    if (this.#buffer === undefined) return;
    if (!this.#buffer.put(message)) {
      this.#received.dropped++;
      this.#tap.bufferFull(message);
      return;
    }
    this.#received.packets++;
    if (this.#blocked > 0) this.radio.clock.delivered();
    this.readers.wakeFor(this.available);
    this.#irq.call();
  }

  #onState(state: RadioState): void {
    this.#stateListeners.tell(state);
    if (state.state === "closed") this.#over = new EspNowError("ERR_RADIO_CLOSED", "the radio was closed");
    else if (state.state === "ended") this.#over = new EspNowError("ERR_RADIO_CLOSED", "the capture is over");
    else return;
    this.radio.clock.delivered();
    this.#irq.hold(this.#mayReceive);
    this.#wakeAll();
  }

  /** Who is told the reports of a message that was sent at `epoch`. */
  #reporting(epoch: number, onReport: SendDone, tellObservers?: SendDone): SendDone {
    return (report, destination) => {
      this.#sends.reported(report, epoch === this.#epoch);
      this.radio.clock.delivered();
      tellObservers?.(report, destination);
      onReport(report, destination);
      this.senders.wakeFor(1);
    };
  }

  get #mayReceive(): boolean {
    return this.active && this.#over === undefined;
  }

  #wakeAll(): void {
    this.readers.wakeFor(Number.POSITIVE_INFINITY);
    this.senders.wakeFor(Number.POSITIVE_INFINITY);
  }
}
