import { ACK_LENGTH } from "../../codec/dot11.ts";
import { FCS_LENGTH } from "../../codec/fcs.ts";
import { Rate, type RateInfo, rateInfo } from "../../codec/rate.ts";

/** Short interframe space of the 2.4 GHz band (IEEE 802.11-2020, 15.4.4, 18.4.4), microseconds. */
export const SIFS_US = 10;

/** PLCP preamble and header, microseconds: 144 + 48 at 1 Mbit/s, or the short form (IEEE 802.11-2020, 16.2.2). */
const DSSS_PREAMBLE_US = 192;
const DSSS_SHORT_PREAMBLE_US = 96;
/** Training fields and SIGNAL (17.3.3); HT-mixed adds HT-SIG, HT-STF and one HT-LTF (19.3.2). */
const OFDM_PREAMBLE_US = 20;
const HT_PREAMBLE_US = 36;
/** Silence behind an OFDM frame in the 2.4 GHz band (18.3.2.4). */
const SIGNAL_EXTENSION_US = 6;
const SYMBOL_US = 4;
const SERVICE_AND_TAIL_BITS = 22;

/**
 * Preamble of Espressif's long range mode. Undocumented. 250K: four times the DSSS preamble fits two oscilloscope
 * pictures of hx_espnow_rc; 500K: a guess.
 */
const LR_250K_PREAMBLE_US = 768;
const LR_500K_PREAMBLE_US = 384;

/**
 * Microseconds on the air of an MPDU of `length` bytes, its FCS included. Always a whole number.
 * @throws RangeError for a rate that wifi_phy_rate_t does not have.
 */
export function airtimeUs(rate: Rate, length: number): number {
  const info = knownRate(rate);
  const bits = 8 * length;
  switch (info.modulation) {
    case "dsss":
      return preambleUs(rate) + Math.ceil((bits * 1000) / info.kbps);
    case "lr":
      return preambleUs(rate) + (bits * 1000) / info.kbps;
    default:
      return preambleUs(rate) + symbolsUs(info, bits) + SIGNAL_EXTENSION_US;
  }
}

/** Microseconds until a receiver knows that a frame of this rate has begun (PHY-RXSTART). */
export function preambleUs(rate: Rate): number {
  const info = knownRate(rate);
  switch (info.modulation) {
    case "dsss":
      return info.short ? DSSS_SHORT_PREAMBLE_US : DSSS_PREAMBLE_US;
    case "lr":
      return rate === Rate.RATE_LORA_250K ? LR_250K_PREAMBLE_US : LR_500K_PREAMBLE_US;
    case "ofdm":
      return OFDM_PREAMBLE_US;
    case "ht":
      return HT_PREAMBLE_US;
  }
}

/**
 * How a station chooses the rate of its ACKs to OFDM and HT frames. `standard`: the highest of 6, 12 and 24 Mbit/s that is
 * not faster than the frame (IEEE 802.11-2020, 10.6.6.5.2). `lowest`: always 6 Mbit/s, as ESP32s do: SIFS and ACK were
 * measured at 63 to 66 us behind frames of 6 to 54 Mbit/s.
 */
export type AckPolicy = "standard" | "lowest";

/** The rate of the ACK to a frame of `rate`. DSSS and long range frames are answered at their own rate. */
export function ackRate(rate: Rate, policy: AckPolicy): Rate {
  const info = knownRate(rate);
  if (info.modulation === "dsss" || info.modulation === "lr") return rate;
  if (policy === "lowest" || info.kbps < 12_000) return Rate.RATE_6M;
  return info.kbps < 24_000 ? Rate.RATE_12M : Rate.RATE_24M;
}

/** Microseconds on the air of the ACK to a frame of `rate`. */
export function ackTimeUs(rate: Rate, policy: AckPolicy): number {
  return airtimeUs(ackRate(rate, policy), ACK_LENGTH + FCS_LENGTH);
}

/** The Duration field of an acknowledged frame: SIFS and the ACK (IEEE 802.11-2020, 9.2.5.2), microseconds. */
export function durationUs(rate: Rate, policy: AckPolicy): number {
  return SIFS_US + ackTimeUs(rate, policy);
}

function symbolsUs(info: RateInfo, bits: number): number {
  // Short guard interval symbols last 3.6 us; the sum is rounded up to a whole long symbol (19.4.3).
  const shortGuard = info.modulation === "ht" && info.short;
  const symbolTenths = shortGuard ? 36 : 10 * SYMBOL_US;
  const bitsPerSymbol = Math.round((info.kbps * symbolTenths) / 10_000);
  const symbols = Math.ceil((bits + SERVICE_AND_TAIL_BITS) / bitsPerSymbol);
  return SYMBOL_US * Math.ceil((symbolTenths * symbols) / (10 * SYMBOL_US));
}

function knownRate(rate: Rate): RateInfo {
  const info = rateInfo(rate);
  if (info === undefined) throw new RangeError(`rate must be a number of wifi_phy_rate_t, not ${rate}`);
  return info;
}
