/** What `ip -json link` says of an interface. */
export interface Link {
  readonly name: string;
  readonly isUp: boolean;
  readonly mtu: number;
}

/** Reads the output of `ip -json link`. */
export function parseIpLink(text: string): Link[] {
  return parseList(text).map(({ ifname, flags, mtu }) => ({
    name: String(ifname),
    isUp: Array.isArray(flags) && flags.includes("UP"),
    mtu: Number(mtu),
  }));
}

/** The interfaces of `ip -json route show default`. */
export function parseDefaultRoutes(text: string): string[] {
  return parseList(text).map(({ dev }) => String(dev));
}

/** The interfaces that NetworkManager manages, from `nmcli -terse -fields DEVICE,STATE device`. */
export function parseNmcli(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.split(":"))
    .filter(([device, state]) => device !== "" && state !== undefined && !/^(unmanaged|unavailable)/.test(state))
    .map(([device]) => device as string);
}

/** No text, or something else than a list, is an empty list: `ip` prints nothing where there is nothing. */
function parseList(text: string): Readonly<Record<string, unknown>>[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}
