import { MANAGEMENT_HEADER_LENGTH } from "../codec/dot11.ts";
import { type MacAddress, toMac } from "../codec/mac-address.ts";
import { type Rate, rateInfo } from "../codec/rate.ts";
import { checkInteger, describe } from "../util/check.ts";

/** The channels of the 2.4 GHz band. */
export const CHANNELS: readonly number[] = Array.from({ length: 14 }, (_, i) => i + 1);

/** The longest MPDU of the 2.4 GHz rates, without its FCS (aMPDUMaxLength of IEEE 802.11-2020, table 16-4, less 4). */
export const MAX_FRAME_LENGTH = 2342;

/** @throws TypeError, RangeError unless there are at most `max` addresses, each of them one. */
export function checkAddresses(addresses: readonly MacAddress[], max: number): MacAddress[] {
  if (addresses.length > max) throw new RangeError(`addresses must be at most ${max}, not ${addresses.length}`);
  return addresses.map((mac) => toMac(mac, "addresses"));
}

/** @throws TypeError, RangeError for what is no MPDU of at most `maxLength` bytes. */
export function checkFrame(frame: Uint8Array, maxLength: number): void {
  if (!(frame instanceof Uint8Array)) throw new TypeError(`frame must be a Uint8Array, not ${describe(frame)}`);
  checkInteger(frame.length, "frame.length", MANAGEMENT_HEADER_LENGTH, maxLength);
}

/** @throws TypeError, RangeError for what no station can send. */
export function checkTransmission(frame: Uint8Array, rate: Rate): void {
  checkFrame(frame, MAX_FRAME_LENGTH);
  if (rateInfo(rate) === undefined) throw new RangeError(`rate must be one of Rate, not ${describe(rate)}`);
}
