import type { MacAddress } from "../../codec/mac-address.ts";
import { EspNowError } from "../../errors.ts";
import { describe } from "../../util/check.ts";
import { type InterfaceDescription, parseInterface } from "./interface-state.ts";
import { DEFAULT_ROUTE_QUERIES, parseDefaultRoutes } from "./ip.ts";
import { parseChannels } from "./iw.ts";
import type { RunCommand } from "./run-command.ts";

/** What a monitor interface is given: the most that mac80211 takes (IEEE80211_MAX_DATA_LEN): an ESP-NOW v2 message needs 1552 bytes with its headers. */
export const MONITOR_MTU: number = 2304;

/** What the kernel allows (dev_valid_name), less what `ip` would take for an option. */
const NAME = /^(?!-|\.{1,2}$)[^\s/:]{1,15}$/;

/** @throws RangeError, TypeError for what cannot be the name of a network interface. */
export function checkInterfaceName(name: string): string {
  if (typeof name !== "string") throw new TypeError(`the interface must be a string, not ${describe(name)}`);
  if (!NAME.test(name)) throw new RangeError(`the interface must be a name such as wlan1, not ${describe(name)}`);
  return name;
}

/** A Wi-Fi interface, put into monitor mode with `iw` and `ip`, and put back. */
export class MonitorInterface {
  readonly name: string;
  readonly #run: RunCommand;
  /** How it was, while it is changed. */
  #before: InterfaceDescription | undefined;

  constructor(name: string, run: RunCommand) {
    this.name = checkInterfaceName(name);
    this.#run = run;
  }

  /** @throws EspNowError `ERR_RADIO_DOWN` if there is no such interface; so do the others. */
  describe(): InterfaceDescription {
    const ip = this.#run("ip", ["-json", "link", "show", "dev", this.name]);
    let iw = "";
    try {
      iw = this.#run("iw", ["dev", this.name, "info"]);
    } catch {
      // No Wi-Fi interface, or no iw: it may be used as it is.
    }
    return parseInterface(ip, iw);
  }

  /** The channels of the 2.4 GHz band that it may use. */
  channels(wiphy: number): readonly number[] {
    return parseChannels(this.#run("iw", ["phy", `phy${wiphy}`, "channels"]));
  }

  /**
   * Monitor mode, where supported one that acknowledges what is sent to its address. Leaves the interface down.
   * @throws EspNowError `ENOTSUP` if it is no Wi-Fi interface; `ERR_RADIO_PERMISSION` if the way to the rest of the world
   *   goes through it, unless that is forced.
   */
  prepare(before: InterfaceDescription, force: boolean): void {
    if (before.type === undefined) {
      throw new EspNowError("ENOTSUP", `${this.name} is no Wi-Fi interface, or iw is missing`);
    }
    if (!force) this.#refuseDefaultRoute();
    this.#before ??= before;
    this.setDown();
    try {
      this.#iw("set", "monitor", "active");
    } catch (error) {
      if (error instanceof EspNowError && error.code !== "ERR_RADIO_PROTOCOL") throw error;
      this.#iw("set", "monitor", "none");
    }
  }

  setUp(address: MacAddress, channel: number): void {
    this.setDown();
    this.#ip("address", address, "mtu", String(MONITOR_MTU), "up");
    this.setChannel(channel);
  }

  setDown(): void {
    this.#ip("down");
  }

  /** Only while it is up. */
  setChannel(channel: number): void {
    this.#iw("set", "channel", String(channel));
  }

  /** Puts back what was changed, as far as it can be: the interface may be gone. */
  restore(): void {
    const before = this.#before;
    this.#before = undefined;
    if (before === undefined) return;
    const address = before.address === undefined ? [] : ["address", before.address];
    const steps = [
      () => this.setDown(),
      () => this.#iw("set", "type", before.type ?? "managed"),
      () => this.#ip(...address, "mtu", String(before.mtu), ...(before.up ? ["up"] : [])),
    ];
    if (before.up && before.type === "monitor") steps.push(() => this.setChannel(before.channel ?? 1));
    for (const step of steps) {
      try {
        step();
      } catch {
        // The next step may still be possible.
      }
    }
  }

  #refuseDefaultRoute(): void {
    const routes = DEFAULT_ROUTE_QUERIES.map((query) => this.#run("ip", query));
    if (!routes.flatMap(parseDefaultRoutes).includes(this.name)) return;
    throw new EspNowError(
      "ERR_RADIO_PERMISSION",
      `${this.name} carries the default route, which monitor mode would cut: use another interface, or force=1`,
    );
  }

  #iw(...args: readonly string[]): void {
    this.#run("iw", ["dev", this.name, ...args]);
  }

  #ip(...args: readonly string[]): void {
    this.#run("ip", ["link", "set", "dev", this.name, ...args]);
  }
}
