import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import {
  type ComputerProbe,
  type InspectedInterface,
  inspectInterfaces,
  packetSocketFault,
  parseIwReg,
} from "aioespnow/linux";
import { type Permissions, parsePermissions } from "./permissions.ts";

/** How a machine is asked. What is not there is undefined. */
export interface Probe extends ComputerProbe {
  readonly platform: NodeJS.Platform;
  read(file: string): string | undefined;
  /** Why packet sockets cannot be opened; undefined if they can. */
  socketFault(): string | undefined;
}

/** A Wi-Fi interface, as far as it is known. */
export interface WifiInterface extends InspectedInterface {
  readonly isNetworkManagers: boolean;
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
  readonly hasIp: boolean;
  readonly socketFault: string | undefined;
  readonly permissions: Permissions;
  readonly interfaces: readonly WifiInterface[];
  readonly rfkill: readonly Rfkill[];
  readonly region: string | undefined;
}

const RFKILL = "/sys/class/rfkill";

export async function inspectMachine(probe: Probe): Promise<Machine> {
  const [{ hasIw, hasIp, interfaces }, reg, managed] = await Promise.all([
    inspectInterfaces(probe),
    probe.run("iw", ["reg", "get"]),
    probe.run("nmcli", ["-terse", "-fields", "DEVICE,STATE", "device"]),
  ]);
  const networkManagers = parseNmcli(managed ?? "");
  return {
    platform: probe.platform,
    hasIw,
    hasIp,
    socketFault: probe.platform === "linux" ? probe.socketFault() : undefined,
    permissions: parsePermissions(probe.read("/proc/self/status") ?? ""),
    region: parseIwReg(reg ?? ""),
    rfkill: probe.list(RFKILL).flatMap((entry) => readRfkill(probe, `${RFKILL}/${entry}`)),
    interfaces: interfaces.map((one) => ({ ...one, isNetworkManagers: networkManagers.includes(one.name) })),
  };
}

/** The interfaces that NetworkManager manages, from `nmcli -terse -fields DEVICE,STATE device`. */
export function parseNmcli(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.split(":"))
    .filter(([device, state]) => device !== "" && state !== undefined && !/^(unmanaged|unavailable)/.test(state))
    .map(([device]) => device as string);
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
  socketFault: packetSocketFault,
  list: (folder) => ignoringErrors<readonly string[]>(() => readdirSync(folder), []),
};

function ignoringErrors<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
