import { type MacAddress, toMac } from "../../codec/mac-address.ts";
import { EspNowError } from "../../errors.ts";
import { parseLinks } from "./ip.ts";

/** What `ip` and `iw` say of a network interface. */
export interface InterfaceDescription {
  readonly up: boolean;
  readonly mtu: number;
  /** Undefined for a virtual device without addresses. */
  readonly address: MacAddress | undefined;
  /** `managed`, `monitor`, ...; undefined if the interface is no Wi-Fi interface. */
  readonly type: string | undefined;
  /** The number of its radio: phy0 is 0. */
  readonly wiphy: number | undefined;
  /** Undefined while it is on none, or outside of the 2.4 GHz band. */
  readonly channel: number | undefined;
}

/**
 * @param ip what `ip -json link show dev NAME` prints
 * @param iw what `iw dev NAME info` prints; empty if the interface is no Wi-Fi interface
 * @throws EspNowError `ERR_RADIO_PROTOCOL` if `ip` printed something else.
 */
export function parseInterface(ip: string, iw: string): InterfaceDescription {
  const [link] = parseLinks(ip);
  if (link === undefined) throw new EspNowError("ERR_RADIO_PROTOCOL", "ip -json link prints no interface");
  const channel = /^[ \t]*channel (\d+) \(24\d\d MHz\)/m.exec(iw)?.[1];
  const wiphy = /^[ \t]*wiphy (\d+)$/m.exec(iw)?.[1];
  return {
    up: link.isUp,
    mtu: link.mtu,
    address: link.address === undefined ? undefined : toMac(link.address),
    type: /^[ \t]*type (\S+)$/m.exec(iw)?.[1],
    wiphy: wiphy === undefined ? undefined : Number(wiphy),
    channel: channel === undefined ? undefined : Number(channel),
  };
}
