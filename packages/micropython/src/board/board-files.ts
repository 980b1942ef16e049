import type { Dirent } from "node:fs";
import { nodeModule } from "./node-module.ts";

/** What a board's flash holds, and what a file takes of it beside its content: as vm/files/file-system.ts. */
const FLASH_BYTES = 2 * 1024 * 1024;
const ENTRY_BYTES = 4096;
const MAX_FILES = 500;
/** Folders in folders in the program's folder. */
const MAX_DEPTH = 4;

/** The most entries that are looked at beside a program: a home directory has too many. */
const MAX_ENTRIES = 10_000;

/** Folders that no board needs. */
const NO_BOARD_FOLDERS: ReadonlySet<string> = new Set(["__pycache__", "node_modules"]);

const nodeFs = () => nodeModule("node:fs", "a program in a file");
const nodePath = () => nodeModule("node:path", "a program in a file");

/** The file system of a board: contents by absolute path. */
type BoardFiles = Map<string, Uint8Array>;

/** A program and the files beside it. */
export interface ProgramFiles {
  /** Its path on the board. */
  readonly main: string;
  readonly files: BoardFiles;
}

/**
 * Reads a program and the other files of its folder, as if the folder had been copied to a board. Left out are hidden
 * files, links, what cannot be read, and what finds no room: Python files find it first.
 * @throws Error where there is no such file, or where it cannot be read.
 */
export function readProgramFiles(file: string): ProgramFiles {
  if (!nodeFs().statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new Error(`there is no file ${nodePath().resolve(file)}`);
  const main = `/${nodePath().basename(file)}`;
  return { main, files: readFiles(nodePath().dirname(file), new Map([[main, nodeFs().readFileSync(file)]])) };
}

/** As `readProgramFiles`: of a folder whose program is `main.py`, if there is one. */
export function readFolder(folder: string): ProgramFiles {
  if (!nodeFs().statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new Error(`there is no folder ${nodePath().resolve(folder)}`);
  return { main: "/main.py", files: readFiles(folder, new Map()) };
}

function readFiles(folder: string, files: BoardFiles): BoardFiles {
  let room = FLASH_BYTES;
  const rank = (path: string): number => (path === "/main.py" ? 0 : path.endsWith(".py") ? 1 : 2);
  const paths = [...pathsIn(folder)].filter((path) => !files.has(path)).sort((a, b) => rank(a) - rank(b));
  for (const path of paths) {
    if (files.size >= MAX_FILES) break;
    const content = readIfSmall(nodePath().join(folder, path), room - ENTRY_BYTES);
    if (content === undefined) continue;
    room -= ENTRY_BYTES + content.length;
    files.set(path, content);
  }
  return files;
}

/** Undefined: it is larger, or cannot be read, or is gone by now. */
function readIfSmall(file: string, maxBytes: number): Uint8Array | undefined {
  try {
    return nodeFs().statSync(file).size <= maxBytes ? nodeFs().readFileSync(file) : undefined;
  } catch {
    return undefined;
  }
}

/** The files of a folder and the folders in it, the nearest first. */
function* pathsIn(folder: string): Generator<string> {
  const folders = [{ prefix: "", depth: 0 }];
  let seen = 0;
  for (const { prefix, depth } of folders) {
    for (const entry of entriesOf(nodePath().join(folder, prefix))) {
      if (++seen > MAX_ENTRIES) return;
      if (entry.name.startsWith(".") || NO_BOARD_FOLDERS.has(entry.name)) continue;
      const path = `${prefix}/${entry.name}`;
      if (entry.isFile()) yield path;
      else if (entry.isDirectory() && depth < MAX_DEPTH) folders.push({ prefix: path, depth: depth + 1 });
    }
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return nodeFs()
      .readdirSync(folder, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return []; // it is another user's, or gone by now
  }
}
