import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { EspNowError } from "aioespnow";
import { type BoardIdentity, boardLine, identifyBoard, type SerialPortInfo, serialPorts } from "aioespnow/board";

/** Read and write (stat(2)). */
const GROUP_MAY = 0o060;
const ROOT_GROUP = 0;

/** How the serial ports of a machine are asked. */
export interface SerialProbe {
  /** The ports; or why they cannot be listed. */
  list(): Promise<readonly SerialPortInfo[] | string>;
  /** Why this user may not open it; undefined: nothing speaks against it. */
  refusal(path: string): string | undefined;
  /** What the board at a port is; or why no board can be found there. */
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
    return permissionRemedy(path, statSync(path));
  }
}

/** What gives a user the right to open a device. Nobody should join the group of root for it. */
export function permissionRemedy(path: string, { gid, mode }: { readonly gid: number; readonly mode: number }): string {
  const isForGroup = (mode & GROUP_MAY) === GROUP_MAY && gid !== ROOT_GROUP;
  if (!isForGroup) return `no permission: only root may open it; sudo setfacl -m u:"$USER":rw ${path}`;
  return `no permission: sudo usermod -aG ${groupName(gid)} "$USER", and log in again`;
}

function groupName(gid: number): string {
  const line = readFileSync("/etc/group", "utf8")
    .split("\n")
    .find((entry) => entry.split(":")[2] === String(gid));
  return line?.split(":")[0] ?? String(gid);
}
