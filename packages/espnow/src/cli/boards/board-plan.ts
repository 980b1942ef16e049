// cli/boards: Simulated boards of `run` and `repl`, and terminals of real ones. What can be wrong in the words of a
// user is found before a board starts. Only the board that a user types at reaches the terminal unescaped.

import { statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import type { Program } from "espnow-micropython";
import { UsageError } from "../process/explain.ts";
import { type BoardSettings, parseProgramWord } from "./board-settings.ts";

/** Where a program is: a file, or a folder with `main.py`. */
export type ProgramPath = { readonly file: string } | { readonly folder: string };

/** One board of `espnow run`: its program, and how it is set up. */
export type BoardPlan<Source = ProgramPath> = BoardSettings & {
  /** `gateway`; where a program runs on several boards `sensor-1`, `sensor-2`. */
  readonly name: string;
  /** What `sys.argv` has after the program's name. */
  readonly argv: readonly string[];
  /** A file with what is typed at the program. */
  readonly typed?: string;
  /** Gives the board its devices. */
  readonly hardware?: (program: Program) => void;
} & Source;

/** The boards of a run, and the air that they are on. */
export interface RunPlan<Source = ProgramPath> {
  readonly boards: readonly BoardPlan<Source>[];
  readonly seed?: number;
  /** The share of frames that is lost on every link, 0 to 1. */
  readonly loss?: number;
  readonly links: readonly LinkPlan[];
}

/** Both directions between two boards. */
export interface LinkPlan {
  readonly between: readonly [string, string];
  /** The share of frames that is lost, 0 to 1. */
  readonly loss: number;
}

/**
 * The boards of a command line: each word is a program's file, or the folder of a board with `main.py` in it, with settings
 * (`sensor.py:board=esp8266`) and arguments behind it. A board is called after its file, or after its folder if the file is
 * `main.py`. @throws UsageError for settings that are wrong, and for two boards of one name.
 */
export function planBoards(words: readonly string[]): readonly BoardPlan[] {
  const programs = words.map((word) => {
    const { path, settings, argv } =
      kindOf(word) === undefined ? parseProgramWord(word) : { path: word, settings: {}, argv: [] };
    return { ...programAt(path), settings, argv };
  });
  const isUnnamed = ({ settings }: (typeof programs)[number]): boolean => settings.name === undefined;
  const plans = programs.map(({ source, argv, title, settings }, index) => {
    const isSame = (other: (typeof programs)[number]): boolean => isUnnamed(other) && other.title === title;
    const number = programs.slice(0, index + 1).filter(isSame).length;
    const name = settings.name ?? (programs.filter(isSame).length === 1 ? title : `${title}-${number}`);
    return { ...settings, ...source, argv, name };
  });
  const twice = plans.find(({ name }, index) => plans.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined) throw new UsageError(`two boards cannot have the name "${twice.name}"`);
  return plans;
}

/** The program at a path, and what its board is called after it. */
export function programAt(path: string): { source: ProgramPath; title: string } {
  const isFolder = kindOf(path) === "folder";
  const folder = isFolder ? path : dirname(path);
  const title = isFolder || basename(path) === "main.py" ? basename(resolve(folder)) : basename(path, ".py");
  return { source: isFolder ? { folder: path } : { file: path }, title };
}

function kindOf(path: string): "file" | "folder" | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? undefined : stat.isDirectory() ? "folder" : "file";
}
