import { chmodSync, closeSync, existsSync, openSync, realpathSync, statSync } from "node:fs";

/** Rights of the group and of others. */
const OTHERS = 0o077;

/**
 * Makes a database's file for its own user only, before SQLite does it for everybody. What SQLite adds beside it takes its
 * rights. An older file is narrowed. Returns the files that others can read all the same: they belong to another user, or are
 * on a file system without rights.
 * @throws Error of the file system: there is no such folder, or the file cannot be written.
 */
export function makePrivate(file: string): readonly string[] {
  // A file that is there is not opened: closing it would end the locks that this process has on it.
  if (!existsSync(file)) closeSync(openSync(file, "wx", 0o600));
  if (process.platform === "win32") return []; // its files have no such rights
  const real = realpathSync(file); // beside it, not beside a link, are the others
  return [real, `${real}-wal`, `${real}-shm`].filter((path) => existsSync(path) && !narrow(path));
}

/** Whether only the user can read it afterwards. */
function narrow(path: string): boolean {
  const { mode } = statSync(path);
  if ((mode & OTHERS) === 0) return true;
  try {
    chmodSync(path, mode & 0o700);
  } catch {
    return false;
  }
  return (statSync(path).mode & OTHERS) === 0;
}
