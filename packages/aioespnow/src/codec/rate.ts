/**
 * Bit rates by their ESP-IDF number (wifi_phy_rate_t, docs/protocol.md 5.1). The names are MicroPython's where it has one;
 * `LGI` and `SGI` are the long and the short guard interval of HT20.
 */
export const Rate = {
  /** 1 Mbit/s, DSSS with the long preamble: what devices send with unless they are told otherwise. */
  RATE_1M: 0,
  /** 2 Mbit/s, DSSS with the long preamble. */
  RATE_2M: 1,
  /** 5.5 Mbit/s, CCK with the long preamble. */
  RATE_5M: 2,
  /** 11 Mbit/s, CCK with the long preamble. */
  RATE_11M: 3,
  /** 24 Mbit/s, OFDM. */
  RATE_24M: 9,
  /** 12 Mbit/s, OFDM. */
  RATE_12M: 10,
  /** 6 Mbit/s, OFDM. */
  RATE_6M: 11,
  /** 54 Mbit/s, OFDM. */
  RATE_54M: 12,
  /** 250 kbit/s, Espressif's long range mode: only its own chips hear it. */
  RATE_LORA_250K: 41,
  /** 500 kbit/s, Espressif's long range mode: only its own chips hear it. */
  RATE_LORA_500K: 42,
} as const;

/** A number of wifi_phy_rate_t: one of `Rate`, or another that `rateInfo` knows. */
export type Rate = number;

/** How a rate is sent: the modulation class decides preamble and airtime. */
export interface RateInfo {
  /** As ESP-IDF names it, such as `11M_L`. */
  readonly name: string;
  /** DSSS and CCK, OFDM, HT, or Espressif's long range. */
  readonly modulation: "dsss" | "ofdm" | "ht" | "lr";
  /** kbit/s */
  readonly kbps: number;
  /** DSSS only: 96 us instead of 192 us of preamble. HT only: short guard interval. */
  readonly short: boolean;
}

const dsss = (name: string, kbps: number, short = false): RateInfo => ({ name, modulation: "dsss", kbps, short });
const ofdm = (name: string, kbps: number): RateInfo => ({ name, modulation: "ofdm", kbps, short: false });
const lr = (name: string, kbps: number): RateInfo => ({ name, modulation: "lr", kbps, short: false });

const RATES: ReadonlyMap<Rate, RateInfo> = new Map<Rate, RateInfo>([
  [0x00, dsss("1M", 1000)],
  [0x01, dsss("2M", 2000)],
  [0x02, dsss("5.5M", 5500)],
  [0x03, dsss("11M", 11000)],
  [0x05, dsss("2M short", 2000, true)],
  [0x06, dsss("5.5M short", 5500, true)],
  [0x07, dsss("11M short", 11000, true)],
  [0x08, ofdm("48M", 48000)],
  [0x09, ofdm("24M", 24000)],
  [0x0a, ofdm("12M", 12000)],
  [0x0b, ofdm("6M", 6000)],
  [0x0c, ofdm("54M", 54000)],
  [0x0d, ofdm("36M", 36000)],
  [0x0e, ofdm("18M", 18000)],
  [0x0f, ofdm("9M", 9000)],
  ...[6500, 13000, 19500, 26000, 39000, 52000, 58500, 65000].flatMap((kbps, mcs): [Rate, RateInfo][] => [
    [0x10 + mcs, { name: `MCS${mcs} LGI`, modulation: "ht", kbps, short: false }],
    [0x18 + mcs, { name: `MCS${mcs} SGI`, modulation: "ht", kbps: Math.round((kbps * 10) / 9), short: true }],
  ]),
  [0x29, lr("LR 250K", 250)],
  [0x2a, lr("LR 500K", 500)],
]);

/** Bits of a station's 802.11 protocols: WIFI_PROTOCOL_... of ESP-IDF, `network.MODE_...` of MicroPython. */
export const Protocol = {
  /** 802.11b */
  b: 1,
  /** 802.11g */
  g: 2,
  /** 802.11n */
  n: 4,
  /** Espressif's long range. */
  lr: 8,
  /** 802.11ax */
  ax: 16,
} as const;

/** 802.11b, g and n: what an ESP32 starts with (ESP-IDF, "Wi-Fi Driver"). */
export const DEFAULT_PROTOCOL: number = Protocol.b | Protocol.g | Protocol.n;

/** All of them. */
export const MAX_PROTOCOL: number = DEFAULT_PROTOCOL | Protocol.lr | Protocol.ax;

/** Whether a station of these protocols, bits of `Protocol`, understands frames of long range, or else those of 802.11. */
export function understands(protocol: number, ofLongRange: boolean): boolean {
  return (protocol & (ofLongRange ? Protocol.lr : ~Protocol.lr)) !== 0;
}

/** Whether a rate is one of Espressif's long range mode. */
export function isLongRange(rate: Rate): boolean {
  return RATES.get(rate)?.modulation === "lr";
}

/** What is known of a rate; undefined for a number that wifi_phy_rate_t does not have. */
export function rateInfo(rate: Rate): RateInfo | undefined {
  return RATES.get(rate);
}

/** The legacy (DSSS or OFDM, long preamble) rate of this speed; undefined if there is none. For radiotap's Rate field. */
export function rateOfKbps(kbps: number): Rate | undefined {
  return LEGACY_BY_KBPS.get(kbps);
}

const LEGACY_BY_KBPS: ReadonlyMap<number, Rate> = new Map(
  [...RATES]
    .filter(([, info]) => !info.short && (info.modulation === "dsss" || info.modulation === "ofdm"))
    .map(([rate, info]) => [info.kbps, rate]),
);
