import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { EspNowError } from "aioespnow";
import { type BoardIdentity, boardLine, identifyBoard, type SerialPortInfo, serialPorts } from "aioespnow/board";

/** How the serial ports of a machine are asked. */
export interface SerialProbe {
  /** The ports; or why they cannot be listed. */
  list(): Promise<readonly SerialPortInfo[] | string>;
  /** Why this user may not open it; undefined: nothing speaks against it. */
  refusal(path: string): string | undefined;
  /** What the board at a port is; or why there is none. */
  ask(path: string): Promise<BoardIdentity | string>;
}

/** The serial ports of the machine this runs on. */
export const theseSerialPorts: SerialProbe = {
  list: () => serialPorts().catch(reasonOf),
  refusal: permissionRefusal,
  ask: (path) => identifyBoard(boardLine(path)).catch(reasonOf),
};

/** What an error says, without its code and the port, which stand before it already. */
function reasonOf(error: unknown): string {
  if (!(error instanceof EspNowError)) throw error;
  return error.message.slice(error.code.length + 2).replace(/^\/[^ ]*: /, "");
}

function permissionRefusal(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EACCES") return `it cannot be opened (${code})`;
    return `no permission: sudo usermod -aG ${groupOf(path)} "$USER", and log in again`;
  }
}

/** The name of the group that a device belongs to. */
function groupOf(path: string): string {
  const { gid } = statSync(path);
  const line = readFileSync("/etc/group", "utf8")
    .split("\n")
    .find((entry) => entry.split(":")[2] === String(gid));
  return line?.split(":")[0] ?? String(gid);
}
