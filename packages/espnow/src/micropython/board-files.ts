import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** What a board's flash holds at most: more than an ESP32 with 4 MiB has, less than a folder of measurements. */
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_FILES = 500;
/** Folders in folders in the program's folder. */
const MAX_DEPTH = 4;

/** Folders that no board needs. */
const NO_BOARD_FOLDERS: ReadonlySet<string> = new Set(["__pycache__", "node_modules"]);

/** The file system of a board: contents by absolute path. */
type BoardFiles = Map<string, Uint8Array>;

/** A program and what stands beside it. */
export interface ProgramFiles {
  /** Its path on the board. */
  readonly main: string;
  readonly files: BoardFiles;
  /** Files that found no room: the largest folders are a project's, not a board's. */
  readonly leftOut: number;
}

/**
 * Reads a program and the other files of its folder, as if the folder had been copied to a board. Hidden files are not
 * copied; Python files come first, so that they find room. @throws Error where there is no such file.
 */
export function readProgramFiles(file: string): ProgramFiles {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Error(`there is no file ${file}`);
  return readFiles(dirname(file), `/${basename(file)}`);
}

/** As `readProgramFiles`: of a folder whose program is `main.py`, if there is one. */
export function readFolder(folder: string): ProgramFiles {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Error(`there is no folder ${folder}`);
  return readFiles(folder, "/main.py");
}

function readFiles(folder: string, main: string): ProgramFiles {
  const files: BoardFiles = new Map();
  let room = MAX_BYTES;
  let leftOut = 0;
  const rank = (path: string): number => (path === main ? 0 : path.endsWith(".py") ? 1 : 2);
  for (const path of [...pathsIn(folder, "", 0)].sort((a, b) => rank(a) - rank(b))) {
    const { size } = statSync(join(folder, path));
    if (files.size >= MAX_FILES || size > room) leftOut++;
    else {
      room -= size;
      files.set(path, readFileSync(join(folder, path)));
    }
  }
  return { main, files, leftOut };
}

function* pathsIn(folder: string, prefix: string, depth: number): Generator<string> {
  const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : 1);
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort(byName)) {
    if (entry.name.startsWith(".") || NO_BOARD_FOLDERS.has(entry.name)) continue;
    const path = `${prefix}/${entry.name}`;
    if (entry.isFile()) yield path;
    else if (entry.isDirectory() && depth < MAX_DEPTH) yield* pathsIn(join(folder, entry.name), path, depth + 1);
  }
}
