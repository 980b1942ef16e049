import { DEFAULT_ROUTE_QUERIES, parseDefaultRoutes, parseLinks } from "./ip.ts";
import { type IwPhy, parseIwDev, parseIwPhy } from "./iw.ts";

/** How a computer is asked. What is not there, or fails, is undefined. */
export interface ComputerProbe {
  /** The standard output of a program. */
  run(program: string, args: readonly string[]): Promise<string | undefined>;
  /** The names in a folder; none if there is no such folder. */
  list(folder: string): readonly string[];
}

/** A Wi-Fi interface, as far as it is known. */
export interface InspectedInterface {
  /** Such as `wlan1`. */
  readonly name: string;
  /** `managed`, `monitor`, ...; undefined without `iw`. */
  readonly type: string | undefined;
  /** Undefined if it is on none. */
  readonly channel: number | undefined;
  /** Whether it is switched on. */
  readonly isUp: boolean;
  /** Bytes. */
  readonly mtu: number;
  /** The way to the network: `linux:` refuses it. Undefined if `ip` does not say. */
  readonly hasDefaultRoute: boolean | undefined;
  /** Its card; undefined without `iw`. */
  readonly phy: IwPhy | undefined;
}

/** The Wi-Fi interfaces of a computer, and the programs that `linux:` needs to use them. */
export interface Inspection {
  /** Whether the program `iw` is installed. */
  readonly hasIw: boolean;
  /** Whether the program `ip` is installed. */
  readonly hasIp: boolean;
  /** In the order of the kernel. */
  readonly interfaces: readonly InspectedInterface[];
}

const NET = "/sys/class/net";

/** Asks a Linux computer about its Wi-Fi interfaces, and changes nothing. It reads what `linux:` reads, in the same way. */
export async function inspectInterfaces(probe: ComputerProbe): Promise<Inspection> {
  const [dev, phy, links, ...routes] = await Promise.all([
    probe.run("iw", ["dev"]),
    probe.run("iw", ["phy"]),
    probe.run("ip", ["-json", "link"]),
    ...DEFAULT_ROUTE_QUERIES.map((query) => probe.run("ip", query)),
  ]);
  const cards = parseIwPhy(phy ?? "");
  const known = parseIwDev(dev ?? "");
  const up = parseLinks(links ?? "");
  const withRoute = routes.flatMap((route) => parseDefaultRoutes(route ?? ""));
  const isRouteKnown = routes.every((route) => route !== undefined);
  const interfaces = wifiNames(probe, known).map((name) => {
    const iw = known.find((one) => one.name === name);
    const link = up.find((one) => one.name === name);
    const hasDefaultRoute = withRoute.includes(name) || (isRouteKnown ? false : undefined);
    return {
      name,
      type: iw?.type,
      channel: iw?.channel,
      isUp: link?.isUp ?? false,
      mtu: link?.mtu ?? 0,
      hasDefaultRoute,
      phy: cards.find((one) => one.name === iw?.phy),
    };
  });
  return { hasIw: dev !== undefined, hasIp: links !== undefined, interfaces };
}

/** What `iw` knows and what the kernel calls Wi-Fi: such an interface has a folder `phy80211`. */
function wifiNames(probe: ComputerProbe, known: readonly { readonly name: string }[]): readonly string[] {
  const seen = probe.list(NET).filter((name) => probe.list(`${NET}/${name}`).includes("phy80211"));
  return [...new Set([...known.map(({ name }) => name), ...seen])];
}
