import { hexByte } from "../util/bytes.ts";
import { isForeign } from "./action-frame.ts";
import { CCMP_HEADER_LENGTH, type CcmpReason, MIC_LENGTH, packetNumber } from "./ccmp-header.ts";
import { destinationOf, FRAME_CONTROL, isAck, MANAGEMENT_HEADER_LENGTH, type ManagementHeader } from "./dot11.ts";
import { decodeEspNowFrame, decodeMpdu, EspNowFrame, type FrameReason } from "./espnow-frame.ts";
import type { Radiotap } from "./radiotap.ts";
import { rateInfo } from "./rate.ts";
import type { Refusal } from "./refusal.ts";

/** What the bytes of a frame begin with: a radiotap header, or the 802.11 header (and then they end without FCS). */
export type Framing = "radiotap" | "802.11";

/** How much of a message is shown, in bytes. */
const PREVIEW_LENGTH = 32;

/**
 * A frame in one line, as tcpdump prints it:
 *
 *     1M ch 1 -83 dBm  b8:d6:1a:ab:4d:8c > ff:ff:ff:ff:ff:ff  ESP-NOW v1 seq 0 random 683c82ef length 5 "hello"
 * @example
 * import { summarizeFrame } from "aioespnow/codec";
 *
 * const bytes = new Uint8Array(64);
 * console.log(summarizeFrame(bytes, "802.11"));
 */
export function summarizeFrame(bytes: Uint8Array, framing: Framing): string {
  const frame = new EspNowFrame();
  const result = decodeFrame(bytes, framing, frame);
  const reason = "reason" in result ? result.reason : undefined;
  const reception = describeReception(frame.radiotap);
  const content = describeContent(bytes, frame, reason);
  return reception === "" ? content : `${reception}  ${content}`;
}

/** Decodes a frame of either framing by the rules of version 2, which explain the most. */
export function decodeFrame(
  bytes: Uint8Array,
  framing: Framing,
  into: EspNowFrame,
): EspNowFrame | Refusal<FrameReason> {
  const decode = framing === "radiotap" ? decodeEspNowFrame : decodeMpdu;
  return decode(bytes, 0, bytes.length, "v2", into);
}

/** `1M ch 1 -83 dBm`, as far as it is known. */
export function describeReception(radiotap: Radiotap): string {
  const { phyRate, channel, frequency, signal } = radiotap;
  const parts: string[] = [];
  if (phyRate !== undefined) parts.push(rateInfo(phyRate)?.name ?? "");
  if (channel !== undefined) parts.push(`ch ${channel}`);
  else if (frequency !== undefined) parts.push(`${frequency} MHz`);
  if (signal !== undefined) parts.push(`${signal} dBm`);
  return parts.join(" ");
}

function describeContent(bytes: Uint8Array, frame: EspNowFrame, reason: FrameReason | undefined): string {
  switch (reason) {
    case "radiotap-length":
    case "radiotap-version":
      return `no frame: ${reason} (${bytes.length} bytes)`;
    case "not-action":
      return describeOther(bytes, frame);
    default:
      return `${frame.header.source} > ${frame.header.destination}  ${describeAction(bytes, frame, reason)}`;
  }
}

/** What is said of an action frame behind its addresses. */
function describeAction(
  bytes: Uint8Array,
  frame: EspNowFrame,
  reason: Exclude<FrameReason, "radiotap-length" | "radiotap-version" | "not-action"> | undefined,
): string {
  const sequence = describeSequence(frame.header);
  if (reason === "protected") return `encrypted action frame ${sequence} ${describeCcmp(bytes, frame)}`;
  if (reason !== undefined) {
    return `${isForeign(reason) ? "another action frame" : "malformed ESP-NOW"} (${reason}) ${sequence}`;
  }
  const { body } = frame;
  const random = body.random.toString(16).padStart(8, "0");
  const length = `length ${body.dataLength}`;
  return `ESP-NOW v${body.version} ${sequence} random ${random} ${length} ${previewOf(body.data())}`;
}

function describeSequence(header: ManagementHeader): string {
  return `seq ${header.sequenceNumber}${(header.flags & FRAME_CONTROL.RETRY) === 0 ? "" : " retry"}`;
}

/** `PN 1 length 35`: the length is that of the encrypted action body. */
function describeCcmp(bytes: Uint8Array, frame: EspNowFrame): string {
  const pn = packetNumber(bytes.subarray(frame.offset, frame.end));
  if (typeof pn !== "number") return describeCcmpRefusal(pn);
  const body = frame.end - frame.offset - MANAGEMENT_HEADER_LENGTH - CCMP_HEADER_LENGTH - MIC_LENGTH;
  return `PN ${pn} length ${body}`;
}

/** What is wrong with the CCMP header of an encrypted frame. */
export function describeCcmpRefusal({ reason }: Refusal<CcmpReason>): string {
  switch (reason) {
    case "ccmp-length":
      return "too short for a CCMP header and a MIC";
    case "ccmp-ext-iv":
      return "without ExtIV: not by CCMP";
    case "ccmp-key-id":
      return "with another key id than ESP-NOW's 3";
  }
}

/** Whether it begins like an action frame, and its header is not all there. */
export function isCutAction(bytes: Uint8Array, { offset, end }: EspNowFrame): boolean {
  const length = end - offset;
  return length > 0 && length < MANAGEMENT_HEADER_LENGTH && bytes[offset] === FRAME_CONTROL.ACTION;
}

const TYPES: readonly string[] = ["management", "control", "data", "extension"];

/** A frame that is no action frame: by type and subtype, the bits 2-3 and 4-7 of its first byte. */
function describeOther(bytes: Uint8Array, frame: EspNowFrame): string {
  const length = frame.end - frame.offset;
  if (isAck(bytes, frame.offset, frame.end)) return `ACK > ${destinationOf(bytes, frame.offset)}`;
  if (length < 1) return "no frame: empty";
  if (isCutAction(bytes, frame))
    return `action frame, cut short: ${length} of ${MANAGEMENT_HEADER_LENGTH} bytes of its header`;
  const first = bytes[frame.offset] as number;
  return `${TYPES[(first >> 2) & 3]} frame, subtype ${first >> 4}, length ${length}`;
}

/** The first bytes of a message: as text in quotes if they are printable ASCII, else in hexadecimal. */
export function previewOf(data: Uint8Array): string {
  const shown = data.subarray(0, PREVIEW_LENGTH);
  const rest = data.length > PREVIEW_LENGTH ? "..." : "";
  const printable = shown.every((byte) => byte >= 0x20 && byte < 0x7f);
  return (printable ? JSON.stringify(String.fromCharCode(...shown)) : spacedHex(shown)) + rest;
}

/** `18 fe 34` */
export function spacedHex(bytes: Uint8Array): string {
  return Array.from(bytes, hexByte).join(" ");
}
