import type { FileSystem } from "./micropython.ts";

type Files = Map<string, Uint8Array>;

/** The files under a folder, by path from there: the flash of a board keeps them when it starts again. */
export function savedFiles(fs: FileSystem, root: string): Files {
  const files: Files = new Map();
  collect(fs, root, "", files);
  return files;
}

function collect(fs: FileSystem, root: string, folder: string, files: Files): void {
  for (const name of fs.readdir(`${root}${folder}`)) {
    if (name === "." || name === "..") continue;
    const path = `${folder}/${name}`;
    const { mode } = fs.stat(`${root}${path}`);
    if (fs.isDir(mode)) collect(fs, root, path, files);
    else if (fs.isFile(mode)) files.set(path, fs.readFile(`${root}${path}`));
  }
}
