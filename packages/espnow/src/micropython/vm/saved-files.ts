import type { FileSystem } from "./micropython.ts";

/** Folders of the system. */
const SYSTEM: ReadonlySet<string> = new Set(["/dev", "/proc"]);

type Files = Map<string, Uint8Array>;

/**
 * The files of the board, by absolute path: its flash keeps them when it starts again. Of `/lib`, where the board's own
 * modules are, those it was started with.
 */
export function savedFiles(fs: FileSystem, started: ReadonlyMap<string, Uint8Array>): Files {
  const files: Files = new Map();
  collect(fs, "", files);
  for (const path of files.keys()) if (path.startsWith("/lib/") && !started.has(path)) files.delete(path);
  return files;
}

function collect(fs: FileSystem, folder: string, files: Files): void {
  for (const name of fs.readdir(folder === "" ? "/" : folder)) {
    const path = `${folder}/${name}`;
    if (name === "." || name === ".." || SYSTEM.has(path)) continue;
    const { mode } = fs.stat(path);
    if (fs.isDir(mode)) collect(fs, path, files);
    else if (fs.isFile(mode)) files.set(path, fs.readFile(path));
  }
}
