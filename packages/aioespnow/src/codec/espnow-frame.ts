import { ActionBody, decodeActionBody, type MalformedReason, type ReceiveRules } from "./action-frame.ts";
import { decodeManagementHeader, isAction, isProtected, MANAGEMENT_HEADER_LENGTH, ManagementHeader } from "./dot11.ts";
import { FCS_LENGTH } from "./fcs.ts";
import { decodeRadiotap, Radiotap, type RadiotapReason } from "./radiotap.ts";
import { type Refusal, refusals } from "./refusal.ts";

/** Why a captured frame is no readable ESP-NOW message. */
export type FrameReason =
  | RadiotapReason
  | MalformedReason
  /** A beacon, an ACK, data: any 802.11 frame but an action frame. */
  | "not-action"
  /** An encrypted action frame: header and radiotap are decoded, the body needs a key. */
  | "protected";

const NO = refusals("not-action", "protected");

/** A whole captured frame, decoded; to be used again from frame to frame. */
export class EspNowFrame {
  /** What the card said of the frame. */
  readonly radiotap: Radiotap = new Radiotap();
  /** The 802.11 header. */
  readonly header: ManagementHeader = new ManagementHeader();
  /** The ESP-NOW part. */
  readonly body: ActionBody = new ActionBody();
  /** Where the 802.11 frame begins. */
  offset = 0;
  /** Where it ends: its FCS, if radiotap says that there is one, follows here. It is not checked (`checkFcs`). */
  end = 0;
}

/**
 * Decodes radiotap, 802.11 header and ESP-NOW body of the captured frame `bytes[offset..end)`. Returns `into`; or why it is
 * no message, and the stages before the one that refused it are decoded then.
 */
export function decodeEspNowFrame(
  bytes: Uint8Array,
  offset: number,
  end: number,
  rules: ReceiveRules,
  into: EspNowFrame,
): EspNowFrame | Refusal<FrameReason> {
  const start = decodeRadiotap(bytes, offset, end, into.radiotap);
  if (typeof start !== "number") return start;
  const frameEnd = into.radiotap.hasFcs ? Math.max(start, end - FCS_LENGTH) : end;
  return decodeMpdu(bytes, start, frameEnd, rules, into);
}

/** As `decodeEspNowFrame`, for an 802.11 frame without radiotap and FCS. What `into` says of radiotap is left alone. */
export function decodeMpdu(
  bytes: Uint8Array,
  offset: number,
  end: number,
  rules: ReceiveRules,
  into: EspNowFrame,
): EspNowFrame | Refusal<Exclude<FrameReason, RadiotapReason>> {
  into.offset = offset;
  into.end = end;
  if (!isAction(bytes, offset, end)) return NO["not-action"];
  decodeManagementHeader(bytes, offset, end, into.header);
  if (isProtected(bytes, offset)) return NO.protected;
  const body = decodeActionBody(bytes, offset + MANAGEMENT_HEADER_LENGTH, end, rules, into.body);
  return "reason" in body ? body : into;
}
