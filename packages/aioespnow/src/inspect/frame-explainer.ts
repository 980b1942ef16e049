// inspect: Explains frames to people and programs. Bytes of strangers come out as text that cannot drive a terminal.
// It sends nothing and keeps no more than the keys it is given and the sequence numbers it has seen.

import { isForeign } from "../codec/action-frame.ts";
import { type CcmpReason, packetNumber } from "../codec/ccmp-header.ts";
import {
  destinationOf,
  FRAME_CONTROL,
  isAck,
  isAction,
  isProtected,
  isRetry,
  MANAGEMENT_HEADER_LENGTH,
  sequenceNumber,
  sourceOf,
} from "../codec/dot11.ts";
import { decodeMpdu, EspNowFrame, type FrameReason } from "../codec/espnow-frame.ts";
import { isGroup, type MacAddress } from "../codec/mac-address.ts";
import { summarizeFrame } from "../codec/pretty.ts";
import { CcmpKey } from "../crypto/ccmp.ts";
import type { ReceivedFrame } from "../phy/phy.ts";

/** SIFS and the longest ACK, 192 us of preamble and 112 us at 1 Mbit/s (IEEE 802.11-2020, 15.2.3.2), and slack. */
const ACK_WITHIN_MS = 0.5;

/** What the 802.11 header of an action frame says. */
export interface FrameHeader {
  /** Who sent the frame. */
  readonly source: MacAddress;
  /** The receiver. */
  readonly destination: MacAddress;
  /** 0..4095 */
  readonly sequence: number;
  /** A retransmission. */
  readonly retry: boolean;
}

/** What a frame is to ESP-NOW. `text` says it in one line. */
export type FrameExplanation =
  | {
      /** An ESP-NOW message in clear, or one that a key decrypted. */
      readonly kind: "esp-now";
      /** One line, safe to print. */
      readonly text: string;
      /** Sender, receiver, and sequence number. */
      readonly header: FrameHeader;
      /** Of the first element: 1 or 2. */
      readonly version: number;
      /** How many vendor elements carry the message: 1 in version 1, up to 6 in version 2. */
      readonly elements: number;
      /** The message; valid until the next call of `explain`. */
      readonly data: Uint8Array;
      /** Whether it was encrypted on the air. */
      readonly decrypted: boolean;
    }
  | {
      /** An encrypted action frame, as ESP-NOW sends them, and no key fits. */
      readonly kind: "encrypted";
      /** One line, safe to print. */
      readonly text: string;
      /** Sender, receiver, and sequence number. */
      readonly header: FrameHeader;
      /** The number in its CCMP header, 0 to 2^48-1. */
      readonly packetNumber: number;
    }
  | {
      /** It begins like ESP-NOW, and devices drop it. */
      readonly kind: "malformed";
      /** One line, safe to print. */
      readonly text: string;
      /** Sender, receiver, and sequence number. */
      readonly header: FrameHeader;
      /** The first thing that is wrong with it. */
      readonly reason: FrameReason;
    }
  | {
      /** An acknowledgement. */
      readonly kind: "ack";
      /** One line, safe to print. */
      readonly text: string;
      /** The sender of the frame that it acknowledges. An ACK does not say who sent it. */
      readonly receiver: MacAddress;
      /** That of the frame that it acknowledges; undefined if that frame was not heard. */
      readonly sequence: number | undefined;
    }
  | {
      /** An action frame of something else. */
      readonly kind: "foreign";
      /** One line, safe to print. */
      readonly text: string;
      /** Sender, receiver, and sequence number. */
      readonly header: FrameHeader;
      /** Why it is not ESP-NOW. */
      readonly reason: FrameReason | CcmpReason;
    }
  | {
      /** Not an action frame: a beacon, data, ... */
      readonly kind: "other";
      /** One line, safe to print. */
      readonly text: string;
    };

interface AwaitedAck {
  readonly sender: MacAddress;
  readonly sequence: number;
  readonly endMs: number;
}

/**
 * Explains the frames of a channel, one by one, in the order in which they were heard: decrypts what it has keys for, and
 * knows which frame an ACK acknowledges.
 */
export class FrameExplainer {
  readonly #keys: readonly CcmpKey[];
  /** The unicast frame that was heard last: an ACK follows at once or never. */
  #awaited: AwaitedAck | undefined;
  readonly #frame = new EspNowFrame();

  /**
   * @param temporalKeys keys of 16 bytes, as `deriveTemporalKey` gives them; each is tried
   * @throws RangeError for a key of another length.
   */
  constructor(temporalKeys: readonly Uint8Array[] = []) {
    this.#keys = temporalKeys.map((key) => new CcmpKey(key));
  }

  /** Explains one frame. Never throws, whatever its bytes are. */
  explain({ bytes, timeMs }: Pick<ReceivedFrame, "bytes" | "timeMs">): FrameExplanation {
    const awaited = this.#awaited;
    this.#awaited = undefined;
    if (isAck(bytes)) return explainAck(destinationOf(bytes), awaited, timeMs);
    if (!isAction(bytes)) return { kind: "other", text: summarizeFrame(bytes, "802.11") };
    const header = {
      source: sourceOf(bytes),
      destination: destinationOf(bytes),
      sequence: sequenceNumber(bytes),
      retry: isRetry(bytes),
    };
    if (!isGroup(header.destination)) {
      this.#awaited = { sender: header.source, sequence: header.sequence, endMs: timeMs };
    }
    return isProtected(bytes) ? this.#explainProtected(bytes, header) : this.#explainPlain(bytes, header, false);
  }

  #explainProtected(bytes: Uint8Array, header: FrameHeader): FrameExplanation {
    const plain = this.#decrypt(bytes);
    if (plain !== undefined) return this.#explainPlain(plain, header, true);
    const text = summarizeFrame(bytes, "802.11");
    const pn = packetNumber(bytes);
    if (typeof pn !== "number") return { kind: "foreign", text, header, reason: pn.reason };
    return { kind: "encrypted", text, header, packetNumber: pn };
  }

  #explainPlain(bytes: Uint8Array, header: FrameHeader, decrypted: boolean): FrameExplanation {
    const text = `${summarizeFrame(bytes, "802.11")}${decrypted ? " decrypted" : ""}`;
    const { body } = this.#frame;
    const result = decodeMpdu(bytes, 0, bytes.length, "v2", this.#frame);
    if (!("reason" in result)) {
      const { version, elementCount: elements } = body;
      return { kind: "esp-now", text, header, version, elements, data: body.data(), decrypted };
    }
    const { reason } = result;
    const isOther = reason === "not-action" || reason === "protected" || isForeign(reason);
    return { kind: isOther ? "foreign" : "malformed", text, header, reason };
  }

  /** The frame as it would be without encryption; undefined if no key fits. */
  #decrypt(bytes: Uint8Array): Uint8Array | undefined {
    for (const key of this.#keys) {
      const body = key.open(bytes);
      if (body === undefined) continue;
      const plain = new Uint8Array(MANAGEMENT_HEADER_LENGTH + body.length);
      plain.set(bytes.subarray(0, MANAGEMENT_HEADER_LENGTH));
      plain.set(body, MANAGEMENT_HEADER_LENGTH);
      plain[1] = (plain[1] as number) & ~FRAME_CONTROL.PROTECTED;
      return plain;
    }
    return undefined;
  }
}

function explainAck(receiver: MacAddress, awaited: AwaitedAck | undefined, timeMs: number): FrameExplanation {
  const matches = awaited !== undefined && awaited.sender === receiver && timeMs - awaited.endMs <= ACK_WITHIN_MS;
  const sequence = matches ? awaited.sequence : undefined;
  const text = `ACK > ${receiver}${sequence === undefined ? "" : `  of seq ${sequence}`}`;
  return { kind: "ack", text, receiver, sequence };
}
