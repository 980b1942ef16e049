import type { FileSystem } from "./micropython.ts";

/** What a board's flash holds at most, in bytes: more than an ESP32 with 4 MiB has. */
const FLASH_BYTES = 8 * 1024 * 1024;
/** WASI's number. */
const ENOSPC = 51;

/** Gives the files under a folder an end: a write that finds no room raises OSError(ENOSPC), as on a board. */
export function limitFlash(fs: FileSystem, root: string): void {
  let used = usedBytes(fs, root);
  const write = fs.write.bind(fs);
  fs.write = (stream, buffer, offset, length, position) => {
    const isAppending = (stream.flags & APPEND) !== 0;
    const at = position ?? (isAppending ? stream.node.usedBytes : stream.position);
    const growth = Math.max(0, at + length - stream.node.usedBytes);
    if (used + growth > FLASH_BYTES) {
      used = usedBytes(fs, root); // without what was removed
      if (used + growth > FLASH_BYTES) throw new fs.ErrnoError(ENOSPC);
    }
    used += growth;
    return write(stream, buffer, offset, length, position);
  };
}

/** O_APPEND */
const APPEND = 0o2000;

function usedBytes(fs: FileSystem, folder: string): number {
  let used = 0;
  for (const name of fs.readdir(folder)) {
    if (name === "." || name === "..") continue;
    const path = `${folder}/${name}`;
    const { mode, size } = fs.stat(path);
    used += fs.isDir(mode) ? usedBytes(fs, path) : size;
  }
  return used;
}
