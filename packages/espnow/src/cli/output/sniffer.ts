import { CcmpKey, type ReceivedFrame } from "aioespnow";
import {
  decodeMpdu,
  destination,
  EspNowFrame,
  FRAME_CONTROL,
  isAck,
  isAction,
  isForeign,
  isGroup,
  isProtected,
  isRetry,
  MANAGEMENT_HEADER_LENGTH,
  type MacAddress,
  packetNumber,
  sequenceNumber,
  source,
  summarizeFrame,
} from "aioespnow/codec";
import { printableText, rateName, toHex } from "./format.ts";

/** SIFS and the longest ACK, 192 us of preamble and 112 us at 1 Mbit/s (IEEE 802.11-2020, 15.2.3.2), and slack. */
const ACK_WITHIN_MS = 0.5;

/** What a frame is to ESP-NOW. `encrypted`: in its way, and no key fits. */
type FrameKind = "esp-now" | "encrypted" | "malformed" | "ack" | "other";

/** One frame as it is shown. */
export interface SniffedFrame {
  readonly kind: FrameKind;
  readonly retry: boolean;
  /** In words. */
  readonly text: string;
  /** For programs. */
  readonly record: Readonly<Record<string, unknown>>;
}

interface Awaited {
  readonly sender: MacAddress;
  readonly sequence: number;
  readonly endMs: number;
}

/** Explains the frames of a channel one by one: decrypts what it has keys for, and knows whose ACK an ACK is. */
export class Sniffer {
  readonly #keys: readonly CcmpKey[];
  /** The unicast frame that was heard last: an ACK follows at once or never. */
  #awaited: Awaited | undefined;
  readonly #frame = new EspNowFrame();

  /** `temporalKeys` are those of `deriveTemporalKey`. Each is tried. */
  constructor(temporalKeys: readonly Uint8Array[] = []) {
    this.#keys = temporalKeys.map((key) => new CcmpKey(key));
  }

  explain(frame: ReceivedFrame): SniffedFrame {
    const { bytes } = frame;
    const reception = {
      time: frame.timeMs / 1000,
      channel: frame.channel,
      rate: rateName(frame.rate),
      rssi: frame.rssi,
    };
    const explained = isAck(bytes) ? this.#explainAck(frame) : this.#explainOther(frame);
    return { ...explained, record: { ...reception, kind: explained.kind, ...explained.record } };
  }

  #explainAck({ bytes, timeMs }: ReceivedFrame): SniffedFrame {
    const receiver = destination(bytes);
    const awaited = this.#awaited;
    this.#awaited = undefined;
    const matches = awaited !== undefined && awaited.sender === receiver && timeMs - awaited.endMs <= ACK_WITHIN_MS;
    const of = matches ? awaited.sequence : undefined;
    const text = `ACK > ${receiver}${of === undefined ? "" : `  of seq ${of}`}`;
    return { kind: "ack", retry: false, text, record: { destination: receiver, of } };
  }

  #explainOther(frame: ReceivedFrame): SniffedFrame {
    const { bytes, timeMs } = frame;
    this.#awaited = undefined;
    if (!isAction(bytes)) return { kind: "other", retry: false, text: summarizeFrame(bytes, "802.11"), record: {} };
    const sequence = sequenceNumber(bytes);
    if (!isGroup(destination(bytes))) this.#awaited = { sender: source(bytes), sequence, endMs: timeMs };
    const header = { source: source(bytes), destination: destination(bytes), sequence, retry: isRetry(bytes) };
    const plain = isProtected(bytes) ? this.#decrypt(bytes) : bytes;
    if (plain === undefined) {
      const kind = packetNumber(bytes) < 0 ? "other" : "encrypted";
      return { kind, retry: header.retry, text: summarizeFrame(bytes, "802.11"), record: header };
    }
    const decrypted = plain !== bytes;
    const reason = decodeMpdu(plain, 0, plain.length, "v2", this.#frame);
    const text = `${summarizeFrame(plain, "802.11")}${decrypted ? " decrypted" : ""}`;
    if (reason === undefined) {
      return { kind: "esp-now", retry: header.retry, text, record: { ...header, ...this.#message(), decrypted } };
    }
    const isOther = reason === "not-action" || reason === "protected" || isForeign(reason);
    return { kind: isOther ? "other" : "malformed", retry: header.retry, text, record: { ...header, reason } };
  }

  #message(): object {
    const { version, elementCount } = this.#frame.body;
    const data = this.#frame.body.data();
    return { version, elements: elementCount, length: data.length, text: printableText(data), hex: toHex(data) };
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
