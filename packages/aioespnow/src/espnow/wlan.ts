import type { MacAddress } from "../codec/mac-address.ts";
import { DEFAULT_PROTOCOL, MAX_PROTOCOL } from "../codec/rate.ts";
import { defaultRadio } from "../open/default-radio.ts";
import type { Radio } from "../radio/radio.ts";
import type { WifiInterface } from "../radio/wifi-interface.ts";
import { checkInteger, describe } from "../util/check.ts";

/** The settings that `WLAN.config` changes. Settings that are left out stay as they are. */
export interface WlanConfig {
  /** 1..14 */
  channel?: number;
  /** `WLAN.PM_NONE`, `WLAN.PM_PERFORMANCE` or `WLAN.PM_POWERSAVE`. */
  pm?: number;
  /** dBm */
  txpower?: number;
  /** Bits of the 802.11 protocols: 1 b, 2 g, 4 n, 8 long range, 16 ax (`Radio.protocol`). */
  protocol?: number;
}

/** network.STAT_IDLE: no connection and no attempt at one. */
const STAT_IDLE = 1000;

/** What a radio without an access point has no use for: kept, so that programs can read back what they set. */
interface KeptSettings {
  pm: number;
}

const kept = new WeakMap<Radio, KeptSettings>();

/**
 * MicroPython's `network.WLAN`, as far as ESP-NOW programs go: an interface has to be active for messages to be sent
 * and received. There is no access point here to connect to.
 * @example
 * import { WLAN } from "aioespnow";
 *
 * const wlan = new WLAN(WLAN.IF_STA);
 * wlan.active(true);
 * wlan.config({ channel: 6, txpower: 10 });
 * console.log(wlan.config("mac"));
 */
export class WLAN {
  /** The station interface. */
  static readonly IF_STA = 0;
  /** The access point interface. */
  static readonly IF_AP = 1;
  /** No power saving. */
  static readonly PM_NONE = 0;
  /** A balance of power and speed. */
  static readonly PM_PERFORMANCE = 1;
  /** As little power as possible. */
  static readonly PM_POWERSAVE = 2;

  readonly #iface: WifiInterface;
  readonly #radio: Radio;
  readonly #kept: KeptSettings;

  /**
   * @param iface `WLAN.IF_STA` or `WLAN.IF_AP`
   * @param radio default: the one `new ESPNow()` uses
   * @throws RangeError for another interface; EspNowError `ENOTSUP` for one that the radio does not have.
   */
  constructor(iface: WifiInterface = WLAN.IF_STA, radio: Radio = defaultRadio()) {
    this.#iface = checkInteger(iface, "iface", 0, 1) as WifiInterface;
    radio.address(this.#iface);
    this.#radio = radio;
    this.#kept = keptSettings(radio);
  }

  /** Brings the interface up (true) or down (false); returns whether it is up. */
  active(flag?: boolean): boolean {
    if (flag !== undefined) this.#radio.setInterfaceActive(this.#iface, Boolean(flag));
    return this.#radio.isInterfaceActive(this.#iface);
  }

  /** Reads one setting, or changes several. @throws TypeError, RangeError before anything changes. */
  config(name: "mac"): MacAddress;
  config(name: "channel" | "pm" | "txpower" | "protocol"): number;
  config(values: WlanConfig): void;
  config(argument: string | WlanConfig): MacAddress | number | undefined {
    if (typeof argument === "string") return this.#readConfig(argument);
    if (typeof argument !== "object" || argument === null) {
      throw new TypeError(`config() needs a name or values like { channel: 6 }, not ${describe(argument)}`);
    }
    const { channel, pm, txpower, protocol, ...unknown } = argument;
    for (const name of Object.keys(unknown)) throw new TypeError(`unknown config param "${name}"`);
    if (pm !== undefined) checkInteger(pm, "pm", WLAN.PM_NONE, WLAN.PM_POWERSAVE);
    if (protocol !== undefined) checkInteger(protocol, "protocol", 1, MAX_PROTOCOL);
    this.#setRadio(channel, txpower);
    if (protocol !== undefined) this.#radio.protocol = protocol;
    this.#kept.pm = pm ?? this.#kept.pm;
    return undefined;
  }

  /** Does nothing: there is no connection. */
  disconnect(): void {}

  /** Always false: there is no access point. */
  isConnected(): boolean {
    return false;
  }

  /** Always STAT_IDLE (1000). */
  status(): number {
    return STAT_IDLE;
  }

  #readConfig(name: string): MacAddress | number {
    switch (name) {
      case "mac":
        return this.#radio.address(this.#iface);
      case "channel":
        return this.#radio.channel;
      case "txpower":
        return this.#radio.txPower;
      case "pm":
        return this.#kept.pm;
      case "protocol":
        return this.#radio.protocol ?? DEFAULT_PROTOCOL;
      default:
        throw new TypeError(`unknown config param "${name}"; there are mac, channel, pm, txpower and protocol`);
    }
  }

  /** Both or, where one is refused, none. */
  #setRadio(channel: number | undefined, txpower: number | undefined): void {
    const former = this.#radio.channel;
    if (channel !== undefined) this.#radio.channel = channel;
    try {
      if (txpower !== undefined) this.#radio.txPower = txpower;
    } catch (error) {
      this.#radio.channel = former;
      throw error;
    }
  }
}

function keptSettings(radio: Radio): KeptSettings {
  let settings = kept.get(radio);
  if (settings === undefined) {
    settings = { pm: WLAN.PM_PERFORMANCE };
    kept.set(radio, settings);
  }
  return settings;
}
