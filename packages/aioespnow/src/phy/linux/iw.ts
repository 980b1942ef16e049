/** What `iw dev` says of an interface. */
export interface IwInterface {
  /** Such as `wlan1`. */
  readonly name: string;
  readonly phy: string;
  /** `managed`, `monitor`, `AP`, ... */
  readonly type: string;
  readonly channel: number | undefined;
}

/** What `iw phy` says of a Wi-Fi card. */
export interface IwPhy {
  /** Such as `phy0`. */
  readonly name: string;
  /** As `iw` names them, such as `monitor`. */
  readonly modes: readonly string[];
  /** It acknowledges while it monitors (`iw ... set monitor active`). */
  readonly activeMonitor: boolean;
  /** Channels of the 2.4 GHz band that may be used. */
  readonly channels: readonly number[];
}

/** Reads the output of `iw dev`. */
export function parseIwDev(text: string): IwInterface[] {
  const interfaces: { -readonly [K in keyof IwInterface]: IwInterface[K] }[] = [];
  let phy = "";
  for (const line of text.split("\n")) {
    const card = /^phy#(\d+)/.exec(line);
    if (card !== null) phy = `phy${card[1]}`;
    const [, key, value = ""] = /^\s+(Interface|type|channel) (.+)/.exec(line) ?? [];
    if (key === "Interface") interfaces.push({ name: value, phy, type: "", channel: undefined });
    const last = interfaces.at(-1);
    if (last === undefined) continue;
    if (key === "type") last.type = value;
    if (key === "channel") last.channel = Number.parseInt(value, 10);
  }
  return interfaces;
}

/** Reads the output of `iw phy`. */
export function parseIwPhy(text: string): IwPhy[] {
  return text
    .split(/^Wiphy /m)
    .slice(1)
    .map((section) => ({
      name: /^\S+/.exec(section)?.[0] ?? "",
      modes: modesOf(section),
      activeMonitor: section.includes("Device supports active monitor"),
      channels: parseChannels(section),
    }));
}

/** The usable channels of the 2.4 GHz band. @param iw what `iw phy` or `iw phy phyN channels` prints */
export function parseChannels(iw: string): readonly number[] {
  const lines = iw.matchAll(/^\s*\* 24\d\d(?:\.\d)? MHz \[(\d+)\](.*)$/gm);
  return Array.from(lines, ([, channel, rest = ""]) => (rest.includes("disabled") ? [] : [Number(channel)])).flat();
}

function modesOf(section: string): string[] {
  const [, list = ""] = /Supported interface modes:\n((?:\s+\* .+\n)+)/.exec(section) ?? [];
  return [...list.matchAll(/\* (.+)/g)].map((match) => match[1] as string);
}

/** The country of `iw reg get`; `00` is the world: only what is allowed everywhere. */
export function parseIwReg(text: string): string | undefined {
  return /^country (\S\S):/m.exec(text)?.[1];
}
