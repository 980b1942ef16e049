// cli/doctor: What a computer has, and what follows from it for a radio, each with a remedy. It reads what the radio
// itself reads, and changes nothing.

import type { Machine, WifiInterface } from "./machine.ts";

/** One thing that was looked at. What is not `ok` comes with a remedy. */
export type Finding =
  | { readonly level: "ok"; readonly text: string }
  | { readonly level: "warning" | "problem"; readonly text: string; readonly remedy: string };

/** An ESP-NOW v2 message of 1470 bytes, its frame, and a radiotap header; the kernel allows MTU + 14. */
const MTU_FOR_V2 = 1538;

/** Everything about a machine that helps or hinders a Wi-Fi radio. */
export function findings(machine: Machine): Finding[] {
  if (machine.platform !== "linux") {
    return [problem(`this is ${machine.platform}: Wi-Fi cards can be used on Linux only`, "use air: or sim: here")];
  }
  const { interfaces } = machine;
  const cards =
    interfaces.length === 0
      ? [problem("there is no Wi-Fi interface", "plug in a USB Wi-Fi card with monitor mode, or use air: or sim:")]
      : [];
  return [
    ...cards,
    ...toolFindings(machine),
    ...permissionFindings(machine),
    ...rfkillFindings(machine),
    ...regionFindings(machine),
    ...interfaces.flatMap((one) => interfaceFindings(one)),
  ];
}

function toolFindings({ hasIw, hasIp, socketFault }: Machine): Finding[] {
  const iw = hasIw
    ? ok("iw is there")
    : problem("iw is missing: it sets monitor mode and channel", "sudo apt install iw");
  const ip = hasIp ? [] : [problem("ip is missing: it sets an interface up", "sudo apt install iproute2")];
  const sockets =
    socketFault === undefined ? [] : [problem(`packet sockets cannot be opened: ${socketFault}`, "npm install koffi")];
  return [iw, ...ip, ...sockets];
}

function permissionFindings({ permissions: { netRaw, netAdmin } }: Machine): Finding[] {
  const remedy = "run as root, or as a systemd service with AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN";
  return [
    netRaw ? ok("CAP_NET_RAW: may open a monitor interface") : problem("no CAP_NET_RAW: cannot open it", remedy),
    netAdmin ? ok("CAP_NET_ADMIN: may set it up") : problem("no CAP_NET_ADMIN: cannot set mode and channel", remedy),
  ];
}

function rfkillFindings({ rfkill }: Machine): Finding[] {
  return rfkill.flatMap(({ name, soft, hard }) => {
    if (hard) return [problem(`rfkill: ${name} is switched off by hardware`, "use the switch or key of the computer")];
    return soft ? [problem(`rfkill: ${name} is blocked`, "rfkill unblock wifi")] : [];
  });
}

function regionFindings({ region }: Machine): Finding[] {
  if (region === undefined) return [];
  if (region !== "00") return [ok(`regulatory domain ${region}`)];
  const remedy = "iw reg set DE (your country's code)";
  return [warning("the regulatory domain is not set: channels 12 to 14 may be for listening only", remedy)];
}

function interfaceFindings(wifi: WifiInterface): Finding[] {
  const reason = whyNot(wifi);
  if (reason !== undefined) return [reason];
  const { name, type, isUp, mtu, channel, phy } = wifi;
  const found: Finding[] = [ok(`${name} can monitor${type === "monitor" ? `, and does, on channel ${channel}` : ""}`)];
  if (type === "monitor" && !isUp) found.push(warning(`${name} is down`, `ip link set ${name} up`));
  if (type === "monitor" && mtu < MTU_FOR_V2) {
    const text = `${name}: an MTU of ${mtu} bytes is too small for messages of 1470 bytes`;
    found.push(warning(text, `ip link set ${name} mtu 2304`));
  }
  if (phy !== undefined && !phy.activeMonitor) {
    const text = `${name} does not acknowledge while it monitors: its peers see their messages fail`;
    found.push(warning(text, "use a card with active monitor, or peers that do not ask for acknowledgement"));
  }
  return found;
}

/** Why an interface cannot be a radio; undefined if it can. */
export function whyNot({ name, type, phy, hasDefaultRoute, isNetworkManagers }: WifiInterface): Finding | undefined {
  if (hasDefaultRoute) {
    return problem(`${name} is this computer's way to the network`, "use another card: it cannot do both");
  }
  if (hasDefaultRoute === undefined) {
    return problem(
      `${name}: without ip it is not known whether it is the way to the network`,
      "sudo apt install iproute2",
    );
  }
  if (type === undefined || phy === undefined) {
    return problem(`${name}: without iw nothing more is known of it`, "sudo apt install iw");
  }
  if (!phy.modes.includes("monitor")) {
    return problem(
      `${name}: its driver has no monitor mode`,
      "use another card, for example with an MT7612U or AR9271",
    );
  }
  if (phy.channels.length === 0) {
    return problem(`${name} has no channel of the 2.4 GHz band`, "use another card: ESP-NOW is on 2.4 GHz");
  }
  if (isNetworkManagers) {
    return problem(`${name} is held by NetworkManager`, `nmcli device set ${name} managed no`);
  }
  return undefined;
}

export function ok(text: string): Finding {
  return { level: "ok", text };
}

export function warning(text: string, remedy: string): Finding {
  return { level: "warning", text, remedy };
}

export function problem(text: string, remedy: string): Finding {
  return { level: "problem", text, remedy };
}
