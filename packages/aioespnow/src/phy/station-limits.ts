import { type MacAddress, toMac } from "../codec/mac-address.ts";

/** The channels of the 2.4 GHz band. */
export const CHANNELS: readonly number[] = Array.from({ length: 14 }, (_, i) => i + 1);

/** The longest MPDU of the 2.4 GHz rates, without its FCS (aMPDUMaxLength of IEEE 802.11-2020, table 16-4, less 4). */
export const MAX_FRAME_LENGTH = 2342;

/** @throws TypeError, RangeError unless there are at most `max` addresses, each of them one. */
export function checkAddresses(addresses: readonly MacAddress[], max: number): MacAddress[] {
  if (addresses.length > max) throw new RangeError(`addresses must be at most ${max}, not ${addresses.length}`);
  return addresses.map((mac) => toMac(mac, "addresses"));
}
