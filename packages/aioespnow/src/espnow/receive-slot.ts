import type { MacAddress } from "../codec/mac-address.ts";
import type { MessageHeader } from "../radio/message-info.ts";
import { describe } from "../util/check.ts";
import type { EspNowCore } from "./espnow-core.ts";

/**
 * The caller's storage for `recvInto`, used for one message after another. Its `msg` must have room for the longest message
 * that you expect (`MAX_RECEIVE_LEN` fits every message). After a receive, it is a view of the message in that room.
 */
export interface ReceiveSlot {
  /** The sender; null if there was no message. */
  mac: MacAddress | null;
  /** The data. */
  msg: Uint8Array;
  /** dBm; undefined if the radio does not report it. */
  rssi: number | undefined;
  /** In milliseconds on the radio's clock. */
  timeMs: number;
}

/** The whole room of a slot whose `msg` we have set to a view of it. */
const rooms = new WeakMap<Uint8Array, Uint8Array>();

/** @throws TypeError for what is no slot. */
export function checkSlot(slot: ReceiveSlot): void {
  if (slot?.msg instanceof Uint8Array) return;
  throw new TypeError(`recvInto() needs a slot { mac, msg: Uint8Array, rssi, timeMs }, not ${describe(slot)}`);
}

/**
 * Moves the next message of the core (there is one) into the slot. Returns its length.
 * @throws RangeError when the message does not fit. It is lost then: a reader could not get past it otherwise.
 */
export function fillSlot(slot: ReceiveSlot, core: EspNowCore, header: MessageHeader): number {
  const room = rooms.get(slot.msg) ?? slot.msg;
  const length = core.nextLength;
  core.take(header, room);
  if (length > room.length) {
    throw new RangeError(`a message of ${length} bytes is lost: the slot's msg has room for ${room.length}`);
  }
  slot.mac = header.source;
  slot.rssi = header.rssi;
  slot.timeMs = header.timeMs;
  if (slot.msg.length !== length) {
    slot.msg = room.subarray(0, length);
    rooms.set(slot.msg, room);
  }
  return length;
}
