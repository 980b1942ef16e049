// espnow: The driver and its faces for programs. Readers are served in the order in which they came; every iterator
// ends; a message that is dropped is counted. It knows radios by their interface only.

import { type MacLike, toMac } from "../codec/mac-address.ts";
import { EspNowError } from "../errors.ts";
import { emptyHeader, type MessageInfo } from "../radio/message-info.ts";
import type { SendReport } from "../radio/radio.ts";
import { abortable } from "../util/abortable.ts";
import { type BytesLike, toBytes } from "../util/bytes.ts";
import { ESPNow } from "./espnow.ts";
import { MessageIterator } from "./message-iterator.ts";
import { type MessagePair, MessageSlot, takeFresh } from "./message-slot.ts";
import { isDelivered, isOutOfBuffers, type Outgoing, parseSend } from "./outgoing.ts";
import type { WaitingLine } from "./waiting-line.ts";

/** How to cancel waiting: the promise is rejected with the signal's reason. */
export interface WaitOptions {
  /** Ends the wait: the promise is rejected with its reason. */
  signal?: AbortSignal;
}

/**
 * MicroPython's `aioespnow.AIOESPNow`: everything of `ESPNow`, and promises instead of blocking. Source: the document
 * of micropython-lib's aioespnow.
 *
 * Several readers (`arecv`, `airecv`, iterations) are served in turn, one message each.
 * @example
 * import { AIOESPNow, WLAN } from "aioespnow";
 *
 * new WLAN(WLAN.IF_STA).active(true);
 * const e = new AIOESPNow();
 * e.active(true);
 * for await (const [mac, msg] of e) console.log(mac, msg);
 */
export class AIOESPNow extends ESPNow implements AsyncIterable<MessagePair>, AsyncDisposable {
  readonly #header = emptyHeader();
  /** Storage of `airecv` that no reader waits with: the one used longest ago is first. */
  readonly #slots: MessageSlot[] = [];

  /**
   * Waits for a message, in new storage.
   * @throws by rejection: EspNowError `ESP_ERR_ESPNOW_NOT_INIT` while inactive and when `active(false)` is called,
   *   `ERR_RADIO_CLOSED` when no message can come anymore; the signal's reason.
   */
  arecv(options: WaitOptions = {}): Promise<MessagePair> {
    return this.#next(options.signal, () => takeFresh(this.core, this.#header));
  }

  /**
   * Like `arecv`, but reuses its storage. With one reader, a message is valid until the next call. Readers that wait at
   * the same time get different storage, and at their next calls perhaps each other's. If several readers keep a message
   * while they wait for something else, use `arecv`.
   */
  async airecv(options: WaitOptions = {}): Promise<MessagePair> {
    const slot = this.#slots.shift() ?? new MessageSlot();
    try {
      return await this.#next(options.signal, () => slot.take(this.core));
    } finally {
      this.#slots.push(slot);
    }
  }

  /**
   * Sends a message and waits for the report: whether the peer acknowledged it (sending to all: every peer). Always true
   * for a group address, for `sync = false` (which does not wait for the report), and if the radio does not know
   * (`asendReport` tells the difference). The call copies the message. Aborting stops the waiting; a message that
   * is queued is still sent.
   * @throws by rejection: as `send`, without ETIMEDOUT: the report always comes.
   */
  asend(msg: BytesLike): Promise<boolean>;
  asend(mac: MacLike | null, msg: BytesLike, sync?: boolean, options?: WaitOptions): Promise<boolean>;
  async asend(...args: readonly unknown[]): Promise<boolean> {
    const { signal } = (args[3] ?? {}) as WaitOptions;
    const reports = await this.#sendAll(parseSend(args), signal);
    return reports.every(isDelivered);
  }

  /** Sends a message to one peer and returns the whole report. @throws by rejection: as `asend`. */
  async asendReport(mac: MacLike, msg: BytesLike, options: WaitOptions = {}): Promise<SendReport> {
    const [report] = await this.#sendAll({ mac: toMac(mac), msg: toBytes(msg, "msg"), sync: true }, options.signal);
    return report as SendReport;
  }

  /**
   * Iterates over the messages as they come, with everything that is known about them. It ends when the iteration of this
   * object ends; an aborted signal ends it with the signal's reason.
   */
  packets(options: WaitOptions = {}): AsyncIterableIterator<MessageInfo> {
    return this.#iterate(options.signal, () => {
      const header = emptyHeader();
      const [, data] = takeFresh(this.core, header);
      return { ...header, data };
    });
  }

  /**
   * Iterates over the messages as they come, each in new storage, so that you can keep it (MicroPython's iteration reuses
   * its storage). Ends on `active(false)`, when this object or the radio is disposed, and when the medium ends.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<MessagePair> {
    return this.#iterate(undefined, () => takeFresh(this.core, this.#header));
  }

  /** `active(false)`. The radio stays open: it belongs to whoever opened it. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.active(false);
  }

  /** Waits for this reader's turn and takes a message. */
  async #next<T>(signal: AbortSignal | undefined, take: () => T): Promise<T> {
    const { core } = this;
    core.requireActive();
    signal?.throwIfAborted();
    if (core.available > 0 && !core.readers.isOccupied) return take();
    const { epoch } = core;
    const ticket = core.readers.ticket();
    for (;;) {
      if (core.over !== undefined && core.available === 0) throw core.over;
      await turn(core.readers, ticket, signal);
      try {
        if (core.epoch !== epoch) throw deactivated();
        if (core.available > 0) return take();
      } finally {
        core.readerReturned();
      }
    }
  }

  #iterate<T>(signal: AbortSignal | undefined, take: () => T): AsyncIterableIterator<T> {
    const { core } = this;
    const { epoch } = core;
    const next = async (ending: AbortSignal): Promise<T | undefined> => {
      if (core.epoch !== epoch) return undefined;
      try {
        return await this.#next(ending, take);
      } catch (error) {
        const hasEnded = core.epoch !== epoch || core.over !== undefined;
        if (error instanceof EspNowError && hasEnded) return undefined;
        throw error;
      }
    };
    return new MessageIterator(next, signal);
  }

  /** Queues the frames as soon as there are buffers for them, and gives the reports; none where they are not awaited. */
  async #sendAll({ mac, msg, sync }: Outgoing, signal: AbortSignal | undefined): Promise<readonly SendReport[]> {
    const { core } = this;
    signal?.throwIfAborted();
    if (!core.senders.isOccupied) {
      const reports = this.#queue({ mac, msg, sync }, signal);
      if (reports !== undefined) return reports;
    }
    const copy = msg.slice();
    const { epoch } = core;
    const ticket = core.senders.ticket();
    for (;;) {
      await turn(core.senders, ticket, signal);
      let goesBack = false;
      try {
        if (core.epoch !== epoch) throw deactivated();
        const reports = this.#queue({ mac, msg: copy, sync }, signal);
        if (reports !== undefined) return reports;
        goesBack = true;
      } finally {
        core.senderReturned(goesBack);
      }
    }
  }

  /** Gives the message to the radio, and promises the reports; undefined: no buffer is free, but one will be. */
  #queue({ mac, msg, sync }: Outgoing, signal: AbortSignal | undefined): Promise<readonly SendReport[]> | undefined {
    const { core } = this;
    const reports: SendReport[] = [];
    let expected = 0;
    let onLast: (reports: readonly SendReport[]) => void = () => undefined;
    try {
      expected = core.send(mac, msg, (report) => {
        if (reports.push(report) === expected) onLast(reports);
      });
    } catch (error) {
      if (core.isSending && isOutOfBuffers(error)) return undefined;
      throw error;
    }
    if (!sync) return Promise.resolve(reports);
    return abortable(signal, (resolve) => {
      onLast = resolve;
      return () => undefined;
    });
  }
}

/** Waits for a turn in a line. @throws the signal's reason, by rejection. */
function turn(line: WaitingLine, ticket: number, signal: AbortSignal | undefined): Promise<void> {
  return abortable(signal, (wake) => {
    const waiter = { wake, ticket };
    line.join(waiter);
    return () => line.leave(waiter);
  });
}

function deactivated(): EspNowError {
  return new EspNowError("ESP_ERR_ESPNOW_NOT_INIT", "active(false) was called");
}
