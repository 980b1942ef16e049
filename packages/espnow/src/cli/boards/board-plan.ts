import { statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";

/** One board of `espnow run`. */
export type BoardPlan = {
  /** `gateway`; where a program runs on several boards `sensor-1`, `sensor-2`. */
  readonly name: string;
  /** What `sys.argv` has after the program's name. */
  readonly argv: readonly string[];
} & ({ readonly file: string } | { readonly folder: string });

/**
 * The boards of a command line: each word is a program's file, or the folder of a board with `main.py` in it, with arguments
 * behind it if there are spaces in it. A board is called after its file, or after its folder if the file is `main.py`.
 */
export function planBoards(words: readonly string[]): readonly BoardPlan[] {
  const programs = words.map((word) => {
    const [path = "", ...argv] = kindOf(word) === undefined ? word.trim().split(/\s+/) : [word];
    const isFolder = kindOf(path) === "folder";
    return { source: isFolder ? { folder: path } : { file: path }, argv, title: titleOf(path, isFolder) };
  });
  return programs.map(({ source, argv, title }, index) => {
    const same = programs.filter((other) => other.title === title);
    const number = programs.slice(0, index + 1).filter((other) => other.title === title).length;
    return { ...source, argv, name: same.length === 1 ? title : `${title}-${number}` };
  });
}

function titleOf(path: string, isFolder: boolean): string {
  const folder = isFolder ? path : dirname(path);
  return isFolder || basename(path) === "main.py" ? basename(resolve(folder)) : basename(path, ".py");
}

function kindOf(path: string): "file" | "folder" | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : stat.isDirectory() ? "folder" : "file";
}
