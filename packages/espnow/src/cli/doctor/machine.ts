import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { type IwPhy, parseIwDev, parseIwPhy, parseIwReg } from "./iw.ts";
import { parseDefaultRoutes, parseIpLink, parseNmcli } from "./network.ts";
import { type Permissions, parsePermissions } from "./permissions.ts";

/** How a machine is asked. What is not there is undefined. */
export interface Probe {
  readonly platform: NodeJS.Platform;
  /** The standard output of a program. */
  run(program: string, args: readonly string[]): Promise<string | undefined>;
  read(file: string): string | undefined;
  list(folder: string): readonly string[];
}

/** A Wi-Fi interface, as far as it is known. */
export interface WifiInterface {
  readonly name: string;
  /** `managed`, `monitor`, ...; undefined without `iw`. */
  readonly type: string | undefined;
  readonly channel: number | undefined;
  readonly isUp: boolean;
  readonly mtu: number;
  readonly hasDefaultRoute: boolean;
  readonly isNetworkManagers: boolean;
  readonly phy: IwPhy | undefined;
}

/** A switch that turns a Wi-Fi card off. */
interface Rfkill {
  readonly name: string;
  readonly soft: boolean;
  readonly hard: boolean;
}

/** What of this computer matters to a Wi-Fi radio. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly hasIw: boolean;
  readonly permissions: Permissions;
  readonly interfaces: readonly WifiInterface[];
  readonly rfkill: readonly Rfkill[];
  readonly region: string | undefined;
}

const NET = "/sys/class/net";
const RFKILL = "/sys/class/rfkill";

export async function inspectMachine(probe: Probe): Promise<Machine> {
  const [dev, phy, reg, links, routes, managed] = await Promise.all([
    probe.run("iw", ["dev"]),
    probe.run("iw", ["phy"]),
    probe.run("iw", ["reg", "get"]),
    probe.run("ip", ["-json", "link"]),
    probe.run("ip", ["-json", "route", "show", "default"]),
    probe.run("nmcli", ["-terse", "-fields", "DEVICE,STATE", "device"]),
  ]);
  const phys = parseIwPhy(phy ?? "");
  const known = parseIwDev(dev ?? "");
  const up = parseIpLink(links ?? "");
  const withRoute = parseDefaultRoutes(routes ?? "");
  const networkManagers = parseNmcli(managed ?? "");
  return {
    platform: probe.platform,
    hasIw: dev !== undefined,
    permissions: parsePermissions(probe.read("/proc/self/status") ?? ""),
    region: parseIwReg(reg ?? ""),
    rfkill: probe.list(RFKILL).flatMap((entry) => readRfkill(probe, `${RFKILL}/${entry}`)),
    interfaces: wifiNames(probe, known).map((name) => {
      const iw = known.find((one) => one.name === name);
      const link = up.find((one) => one.name === name);
      return {
        name,
        type: iw?.type,
        channel: iw?.channel,
        isUp: link?.isUp ?? false,
        mtu: link?.mtu ?? 0,
        hasDefaultRoute: withRoute.includes(name),
        isNetworkManagers: networkManagers.includes(name),
        phy: phys.find((one) => one.name === iw?.phy),
      };
    }),
  };
}

/** What `iw` knows and what the kernel calls Wi-Fi: such an interface has a folder `phy80211`. */
function wifiNames(probe: Probe, known: readonly { readonly name: string }[]): string[] {
  const seen = probe.list(NET).filter((name) => probe.list(`${NET}/${name}`).includes("phy80211"));
  return [...new Set([...known.map(({ name }) => name), ...seen])];
}

function readRfkill(probe: Probe, folder: string): Rfkill[] {
  const value = (file: string): string => (probe.read(`${folder}/${file}`) ?? "").trim();
  if (value("type") !== "wlan") return [];
  return [{ name: value("name"), soft: value("soft") === "1", hard: value("hard") === "1" }];
}

/** The machine this runs on. */
export const thisMachine: Probe = {
  platform: process.platform,
  run: (program, args) =>
    new Promise((resolve) => {
      execFile(program, args, { timeout: 5000 }, (error, stdout) => resolve(error === null ? stdout : undefined));
    }),
  read: (file) => ignoringErrors(() => readFileSync(file, "utf8"), undefined),
  list: (folder) => ignoringErrors<readonly string[]>(() => readdirSync(folder), []),
};

function ignoringErrors<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
