import type { MessageInfo } from "../radio/message-info.ts";
import type { Radio, SendDone } from "../radio/radio.ts";
import { describe } from "../util/check.ts";
import { Observers } from "../util/observers.ts";
import type { Observation } from "./observation.ts";

/** Tells the observers of a radio what happens on it. Where there are none, nothing is prepared and nothing copied. */
export class RadioTap {
  readonly #radio: Radio;
  readonly #observers = new Observers<Observation>();

  constructor(radio: Radio) {
    this.#radio = radio;
  }

  /** As `EspNowCore.observe`. */
  observe(listener: (event: Observation) => void): () => void {
    if (typeof listener !== "function") throw new TypeError(`listener must be a function, not ${describe(listener)}`);
    const stop = this.#observers.add(listener);
    this.#radio.onDrop = (dropped) => this.#observers.tell({ kind: "dropped", ...dropped });
    return () => {
      stop();
      if (this.#observers.isEmpty) this.#radio.onDrop = undefined;
    };
  }

  /** A message was heard. */
  heard(message: MessageInfo): void {
    if (!this.#observers.isEmpty) this.#observers.tell({ kind: "heard", message });
  }

  /** It found no room in the receive buffer. */
  bufferFull({ source, destination, rssi, channel, rate, timeMs }: MessageInfo): void {
    if (this.#observers.isEmpty) return;
    const reception = { source, destination, rssi, channel, rate, timeMs };
    this.#observers.tell({ kind: "dropped", reason: "bufferFull", ...reception });
  }

  /** A message is to be sent. Returns who is told its reports; until then its bytes may change. */
  sending(data: Uint8Array): SendDone | undefined {
    if (this.#observers.isEmpty) return undefined;
    const { clock } = this.#radio;
    const copy = data.slice();
    const queuedMs = clock.now();
    return (report, destination) => {
      const message = { destination, data: copy, queuedMs, timeMs: clock.now() };
      this.#observers.tell({ kind: "sent", message, report });
    };
  }
}
