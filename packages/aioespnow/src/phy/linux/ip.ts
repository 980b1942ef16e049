/** A network interface, as `ip -json link` prints it. */
export interface IpLink {
  readonly name: string;
  readonly isUp: boolean;
  readonly mtu: number;
  /** Undefined for a virtual device without addresses. */
  readonly address: string | undefined;
}

/** The arguments of `ip` that show the default routes, of IPv4 and of IPv6. */
export const DEFAULT_ROUTE_QUERIES: readonly (readonly string[])[] = ["-4", "-6"].map((family) => {
  return ["-json", family, "route", "show", "default"];
});

/** Reads the output of `ip -json link`, of all interfaces or of one. */
export function parseLinks(ip: string): readonly IpLink[] {
  return parseList(ip).map(({ ifname, flags, mtu, address }) => ({
    name: String(ifname),
    isUp: Array.isArray(flags) && flags.includes("UP"),
    mtu: Number(mtu),
    address: typeof address === "string" ? address : undefined,
  }));
}

/** The interfaces of the default routes, also of those with several ways. @param ip what a default route query prints */
export function parseDefaultRoutes(ip: string): readonly string[] {
  return parseList(ip)
    .flatMap(({ dev, nexthops }) => [dev, ...(Array.isArray(nexthops) ? nexthops.map((hop) => hop?.dev) : [])])
    .filter((dev) => typeof dev === "string");
}

/** No text, or something else than a list, is an empty list: `ip` prints nothing where there is nothing. */
function parseList(text: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.filter((entry) => typeof entry === "object" && entry !== null) : [];
  } catch {
    return [];
  }
}
