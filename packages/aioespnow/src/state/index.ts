/**
 * What programs keep on disk, in Node: `new PacketNumbers(new PacketNumberFolder(packetNumberFolder()))` are packet numbers
 * that all programs of a user share, and that survive restarts.
 *
 * @module aioespnow/state
 */
import { join } from "node:path";
import { stateFolder } from "./state-folder.ts";

export { PacketNumberFolder } from "./packet-number-folder.ts";
export { stateFolder } from "./state-folder.ts";

/** Where the commands keep the packet numbers of this user. */
export function packetNumberFolder(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return join(stateFolder(env), "packet-numbers");
}
