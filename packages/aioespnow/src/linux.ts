/**
 * A Linux Wi-Fi card as a medium of 802.11 frames, as `linux:wlan1` opens it. Needs the package koffi.
 *
 * @module aioespnow/linux
 */
export {
  type ComputerProbe,
  type InspectedInterface,
  type Inspection,
  inspectInterfaces,
} from "./phy/linux/inspect-interfaces.ts";
export { type IwPhy, parseIwReg } from "./phy/linux/iw.ts";
export { packetSocketFault } from "./phy/linux/libc.ts";
export type { MonitorCounters, MonitorOptions } from "./phy/linux/monitor-options.ts";
export { MonitorPhy } from "./phy/linux/monitor-phy.ts";
export type { RunCommand } from "./phy/linux/run-command.ts";
