import { once } from "node:events";
import { chmodSync, linkSync, lstatSync, mkdtempSync, rmSync } from "node:fs";
import { connect, type Server } from "node:net";
import { join } from "node:path";

/** sun_path has 104 bytes on macOS and the BSDs, 108 on Linux (unix(7)), with the 0 at the end. */
const MAX_SOCKET_PATH = 103;
/** What a server's folder adds to a path: `.XXXXXX/s`. */
const FOLDER_SUFFIX = 9;

/**
 * Lets a server listen at a Unix socket that only this user can connect to (mode 0600, from its first moment: it is made
 * in a folder of mode 0700, and linked to its place). A socket that a killed program left there is replaced, nothing else.
 * @returns how to remove the socket.
 * @throws by rejection: an error for a path that is taken or too long; the system's error where nobody may listen.
 */
export async function listenPrivately(server: Server, path: string): Promise<() => void> {
  if (process.platform === "win32") throw new Error(`Windows has no Unix sockets: use --listen HOST:PORT, not ${path}`);
  const longest = MAX_SOCKET_PATH - FOLDER_SUFFIX;
  if (Buffer.byteLength(path) > longest)
    throw new Error(`${path} is too long: a socket's path may have ${longest} bytes`);
  await removeStale(path);
  const folder = mkdtempSync(`${path}.`);
  try {
    const made = join(folder, "s");
    server.listen(made);
    await once(server, "listening");
    chmodSync(made, 0o600);
    linkSync(made, path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const { dev, ino } = lstatSync(path);
  return () => {
    const now = lstatSync(path, { throwIfNoEntry: false });
    if (now?.dev === dev && now.ino === ino) rmSync(path, { force: true });
  };
}

async function removeStale(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw new Error(`${path} exists and is no socket: choose another path`);
  const probe = connect(path);
  try {
    await once(probe, "connect");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ECONNREFUSED") throw error;
    return rmSync(path, { force: true });
  } finally {
    probe.destroy();
  }
  throw new Error(`another program listens at ${path}: choose another path`);
}
