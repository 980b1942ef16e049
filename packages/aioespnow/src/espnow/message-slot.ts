import { MAX_RECEIVE_LEN } from "../codec/action-frame.ts";
import type { MacAddress } from "../codec/mac-address.ts";
import { emptyHeader, type MessageHeader } from "../radio/message-info.ts";
import type { EspNowCore } from "./espnow-core.ts";

/** A received message: who sent it, and its bytes. */
export type MessagePair = readonly [mac: MacAddress, msg: Uint8Array];

/**
 * Storage for one message at a time, used again and again: what `airecv` and `irecv` give. The bytes are views of one
 * buffer, kept by length, so that nothing is allocated in steady state.
 */
export class MessageSlot {
  readonly header: MessageHeader = emptyHeader();
  readonly #storage = new Uint8Array(MAX_RECEIVE_LEN);
  readonly #views: Uint8Array[] = [];
  readonly #received: [mac: MacAddress, msg: Uint8Array] = [this.header.source, this.#storage];

  /** Takes the next message of the core; only while there is one. Valid until the next call. */
  take(core: EspNowCore): MessagePair {
    const length = core.nextLength;
    core.take(this.header, this.#storage);
    this.#received[0] = this.header.source;
    this.#received[1] = this.#views[length] ?? this.#view(length);
    return this.#received;
  }

  #view(length: number): Uint8Array {
    const view = this.#storage.subarray(0, length);
    this.#views[length] = view;
    return view;
  }
}

/** The next message of the core in storage of its own; only while there is one. */
export function takeFresh(core: EspNowCore, header: MessageHeader): MessagePair {
  const data = new Uint8Array(core.nextLength);
  core.take(header, data);
  return [header.source, data];
}
