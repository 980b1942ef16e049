import { CCMP_HEADER_LENGTH, MIC_LENGTH, packetNumber } from "./ccmp-header.ts";
import {
  ACK_LENGTH,
  destinationOf,
  FRAME_CONTROL,
  isAck,
  MANAGEMENT_HEADER_LENGTH,
  type ManagementHeader,
} from "./dot11.ts";
import { EspNowFrame, type FrameReason } from "./espnow-frame.ts";
import { checkFcs } from "./fcs.ts";
import {
  decodeFrame,
  describeCcmpRefusal,
  describeReception,
  type Framing,
  isCutAction,
  previewOf,
  spacedHex,
} from "./pretty.ts";
import { decodeElement, ELEMENT_HEADER_LENGTH, elementVersion } from "./vendor-element.ts";

/** One line of a dissection: what the bytes from `offset` on, `length` of them, are. */
interface Row {
  readonly offset: number;
  readonly length: number;
  readonly name: string;
  readonly meaning: string;
}

/** How many bytes of a row are shown. */
const SHOWN_BYTES = 8;

/**
 * A frame field by field, one line each: offset, length, name, the first bytes, and what they mean.
 *
 *     62     1  category         7f                       vendor specific
 *     63     3  organisation     18 fe 34                 Espressif
 */
export function dissectFrame(bytes: Uint8Array, framing: Framing): string {
  const frame = new EspNowFrame();
  const result = decodeFrame(bytes, framing, frame);
  return rowsOf(bytes, frame, "reason" in result ? result.reason : undefined)
    .filter((row) => row.length > 0)
    .map((row) => format(bytes, row))
    .join("\n");
}

function format(bytes: Uint8Array, { offset, length, name, meaning }: Row): string {
  const shown = spacedHex(bytes.subarray(offset, offset + Math.min(length, SHOWN_BYTES)));
  const hex = length > SHOWN_BYTES ? `${shown} ...` : shown;
  return `${String(offset).padStart(5)} ${String(length).padStart(5)}  ${name.padEnd(16)} ${hex.padEnd(28)} ${meaning}`.trimEnd();
}

function rowsOf(bytes: Uint8Array, frame: EspNowFrame, reason: FrameReason | undefined): Row[] {
  if (reason === "radiotap-length" || reason === "radiotap-version") {
    return [{ offset: 0, length: bytes.length, name: "radiotap", meaning: `refused: ${reason}` }];
  }
  const rows: Row[] = [
    { offset: 0, length: frame.offset, name: "radiotap", meaning: describeReception(frame.radiotap) },
  ];
  if (reason === "not-action") rows.push(...otherRows(bytes, frame));
  else rows.push(...headerRows(frame.header), ...bodyRows(bytes, frame, reason));
  const fcs = checkFcs(bytes, frame.offset, bytes.length) ? "correct" : "wrong";
  rows.push({ offset: frame.end, length: bytes.length - frame.end, name: "FCS", meaning: fcs });
  return rows;
}

function headerRows(header: ManagementHeader): Row[] {
  const { offset } = header;
  const flags = [
    (header.flags & FRAME_CONTROL.PROTECTED) === 0 ? "" : ", protected",
    (header.flags & FRAME_CONTROL.RETRY) === 0 ? "" : ", retry",
  ];
  return [
    { offset, length: 2, name: "frame control", meaning: `action${flags.join("")}` },
    { offset: offset + 2, length: 2, name: "duration", meaning: `${header.duration} us` },
    { offset: offset + 4, length: 6, name: "destination", meaning: header.destination },
    { offset: offset + 10, length: 6, name: "source", meaning: header.source },
    { offset: offset + 16, length: 6, name: "BSSID", meaning: header.bssid },
    { offset: offset + 22, length: 2, name: "sequence control", meaning: `sequence number ${header.sequenceNumber}` },
  ];
}

function bodyRows(bytes: Uint8Array, frame: EspNowFrame, reason: FrameReason | undefined): Row[] {
  const offset = frame.offset + MANAGEMENT_HEADER_LENGTH;
  if (reason === "protected") return protectedRows(bytes, frame);
  if (reason !== undefined && !reason.startsWith("element")) {
    return [{ offset, length: frame.end - offset, name: "body", meaning: reason }];
  }
  return [
    { offset, length: 1, name: "category", meaning: "vendor specific" },
    { offset: offset + 1, length: 3, name: "organisation", meaning: "Espressif" },
    { offset: offset + 4, length: 4, name: "random", meaning: "" },
    ...elementRows(bytes, offset + 8, frame.end),
  ];
}

function elementRows(bytes: Uint8Array, offset: number, end: number): Row[] {
  const rows: Row[] = [];
  for (let at = offset; at < end; ) {
    const next = decodeElement(bytes, at, end);
    if (typeof next !== "number") {
      rows.push({ offset: at, length: end - at, name: "element", meaning: `refused: ${next.reason}` });
      break;
    }
    const body = at + ELEMENT_HEADER_LENGTH;
    const meaning = `ESP-NOW version ${elementVersion(bytes, at)}`;
    rows.push({ offset: at, length: ELEMENT_HEADER_LENGTH, name: "element", meaning });
    rows.push({ offset: body, length: next - body, name: "data", meaning: previewOf(bytes.subarray(body, next)) });
    at = next;
  }
  return rows;
}

function protectedRows(bytes: Uint8Array, frame: EspNowFrame): Row[] {
  const offset = frame.offset + MANAGEMENT_HEADER_LENGTH;
  const pn = packetNumber(bytes.subarray(frame.offset, frame.end));
  if (typeof pn !== "number") {
    return [{ offset, length: frame.end - offset, name: "body", meaning: `encrypted ${describeCcmpRefusal(pn)}` }];
  }
  const body = offset + CCMP_HEADER_LENGTH;
  const mic = frame.end - MIC_LENGTH;
  return [
    { offset, length: CCMP_HEADER_LENGTH, name: "CCMP header", meaning: `packet number ${pn}, key id 3` },
    { offset: body, length: mic - body, name: "encrypted body", meaning: "" },
    { offset: mic, length: MIC_LENGTH, name: "MIC", meaning: "" },
  ];
}

function otherRows(bytes: Uint8Array, frame: EspNowFrame): Row[] {
  const { offset, end } = frame;
  if (!isAck(bytes, offset, end)) {
    const meaning = isCutAction(bytes, frame) ? "an action frame, cut short" : "no action frame";
    return [{ offset, length: end - offset, name: "802.11 frame", meaning }];
  }
  return [
    { offset, length: 2, name: "frame control", meaning: "ACK" },
    { offset: offset + 2, length: 2, name: "duration", meaning: "" },
    { offset: offset + 4, length: 6, name: "receiver", meaning: destinationOf(bytes, offset) },
    { offset: offset + ACK_LENGTH, length: end - offset - ACK_LENGTH, name: "trailing bytes", meaning: "" },
  ];
}
