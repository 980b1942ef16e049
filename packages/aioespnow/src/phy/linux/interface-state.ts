import { type MacAddress, toMac } from "../../codec/mac-address.ts";

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
 */
export function parseInterface(ip: string, iw: string): InterfaceDescription {
  const [link] = JSON.parse(ip) as [{ flags: string[]; mtu: number; address?: string }];
  const channel = /^\s*channel (\d+) \(24\d\d MHz\)/m.exec(iw)?.[1];
  const wiphy = /^\s*wiphy (\d+)$/m.exec(iw)?.[1];
  return {
    up: link.flags.includes("UP"),
    mtu: link.mtu,
    address: link.address === undefined ? undefined : toMac(link.address),
    type: /^\s*type (\S+)$/m.exec(iw)?.[1],
    wiphy: wiphy === undefined ? undefined : Number(wiphy),
    channel: channel === undefined ? undefined : Number(channel),
  };
}

/** The usable channels of the 2.4 GHz band. @param iw what `iw phy phyN channels` prints */
export function parseChannels(iw: string): readonly number[] {
  const lines = iw.matchAll(/^\s*\* 24\d\d(?:\.\d)? MHz \[(\d+)\](.*)$/gm);
  return Array.from(lines, ([, channel, rest = ""]) => (rest.includes("disabled") ? [] : [Number(channel)])).flat();
}

/** The interfaces that lead to everywhere. @param ip what `ip -json route show default` prints: nothing, if there are none */
export function parseDefaultRoutes(ip: string): readonly string[] {
  const routes = ip.trim() === "" ? [] : (JSON.parse(ip) as { dev?: string; nexthops?: { dev?: string }[] }[]);
  return routes
    .flatMap(({ dev, nexthops = [] }) => [dev, ...nexthops.map((hop) => hop.dev)])
    .filter((dev) => dev !== undefined);
}
