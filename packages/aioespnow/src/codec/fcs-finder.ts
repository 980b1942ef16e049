import { ActionBody, decodeActionBody } from "./action-frame.ts";
import { packetNumber } from "./ccmp-header.ts";
import { isAck, isAction, isProtected, MANAGEMENT_HEADER_LENGTH } from "./dot11.ts";
import { checkFcs, FCS_LENGTH } from "./fcs.ts";
import { type Refusal, refusals } from "./refusal.ts";

const NO = refusals("bad-fcs");

/**
 * Where captured frames end. Captures are wrong about the FCS: some promise one that was stripped, some have one and do
 * not tell. So both ends are tried, and the bytes decide: an FCS that fits is one, an ESP-NOW body ends where its last
 * element does. Where neither helps, what was found of the frames before counts.
 */
export class FcsFinder {
  /** Frames whose capture promised an FCS that is not there. */
  missing = 0;
  /** Frames with an FCS of which their capture did not tell. */
  untold = 0;
  /** A promise was kept once: from then on an FCS that does not fit is a wrong one. */
  #wasKept = false;
  readonly #body = new ActionBody();

  /**
   * Where the 802.11 frame that begins at `start` ends: at `end`, or before the FCS that stands there; or that this FCS is
   * wrong. `isPromised`: the capture says that there is one.
   */
  frameEnd(bytes: Uint8Array, start: number, end: number, isPromised: boolean): number | Refusal<"bad-fcs"> {
    return isPromised ? this.#endOfPromised(bytes, start, end) : this.#endOfUntold(bytes, start, end);
  }

  #endOfPromised(bytes: Uint8Array, start: number, end: number): number | Refusal<"bad-fcs"> {
    if (checkFcs(bytes, start, end)) {
      this.#wasKept = true;
      return end - FCS_LENGTH;
    }
    if (!this.#isWithoutFcs(bytes, start, end)) return NO["bad-fcs"];
    this.missing++;
    return end;
  }

  #isWithoutFcs(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#isMessage(bytes, start, end)) return true;
    if (this.#wasKept || this.#isMessage(bytes, start, end - FCS_LENGTH)) return false;
    return this.missing > 0 || isEncrypted(bytes, start, end) || isBareAck(bytes, start, end);
  }

  #endOfUntold(bytes: Uint8Array, start: number, end: number): number | Refusal<"bad-fcs"> {
    if (this.#isMessage(bytes, start, end)) return end;
    if (checkFcs(bytes, start, end)) {
      this.untold++;
      return end - FCS_LENGTH;
    }
    return this.#isMessage(bytes, start, end - FCS_LENGTH) ? NO["bad-fcs"] : end;
  }

  /** Whether an ESP-NOW message in the clear ends exactly at `end`. */
  #isMessage(bytes: Uint8Array, start: number, end: number): boolean {
    if (!isAction(bytes, start, end) || isProtected(bytes, start)) return false;
    return decodeActionBody(bytes, start + MANAGEMENT_HEADER_LENGTH, end, "v2", this.#body) === this.#body;
  }
}

/** Whether it may be an encrypted message: whether it is whole, only its key can tell. */
function isEncrypted(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    isAction(bytes, start, end) &&
    isProtected(bytes, start) &&
    typeof packetNumber(bytes.subarray(start, end)) === "number"
  );
}

/** An ACK that has no room for an FCS. */
function isBareAck(bytes: Uint8Array, start: number, end: number): boolean {
  return isAck(bytes, start, end) && !isAck(bytes, start, end - FCS_LENGTH);
}
