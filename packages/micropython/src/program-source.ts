import { type ProgramFiles, readFolder, readProgramFiles } from "./board/board-files.ts";

/** Where a program comes from. */
export type ProgramSource =
  | {
      /** Its text, which becomes `/main.py` of a board without other files. */
      readonly source: string;
    }
  | {
      /** The path of its file. The folder of that file becomes the board's file system. */
      readonly file: string;
    }
  | {
      /** The path of a folder with `main.py`, which becomes the board's file system. */
      readonly folder: string;
    };

/** A board that is to be loaded with a saved state: its program's path among the files that it gets then. */
export interface SavedSource {
  /** The program's path among the files of the state: `/main.py`. */
  readonly main: string;
}

/** What a board is called after its program: `sensor` for `examples/sensor.py`. */
export function programName(program: ProgramSource | SavedSource): string {
  return "file" in program ? (program.file.split(/[\\/]/).at(-1) as string).replace(/(?<=.)\.py$/, "") : "main";
}

/** What the absence of its program is called. */
export function noProgram(main: string): string {
  return `there is no ${main} on the board to run`;
}

/** What a board's file system is made of. */
interface BoardContents {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** It needs no program. */
  readonly repl?: boolean;
}

/** The files of a board. @throws Error where the program is not among them; RangeError for a path of no file. */
export function filesOf(options: (ProgramSource | SavedSource) & BoardContents): ProgramFiles {
  const { main, files } = readSource(options);
  if (options.repl === true && "source" in options && options.source === "") files.delete(main); // an empty board
  for (const [path, content] of Object.entries(options.files ?? {})) {
    files.set(boardPath(path), bytesOf(content));
  }
  if (!files.has(main) && options.repl !== true) {
    throw new Error("folder" in options ? `the folder ${options.folder} has no main.py` : noProgram(main));
  }
  return { main, files };
}

function readSource(program: ProgramSource | SavedSource): ProgramFiles {
  if ("main" in program) return { main: program.main, files: new Map([[program.main, new Uint8Array(0)]]) };
  if ("file" in program) return readProgramFiles(program.file);
  if ("folder" in program) return readFolder(program.folder);
  if (typeof program.source !== "string") throw new TypeError("a program is { source }, { file } or { folder }");
  const main = "/main.py";
  return { main, files: new Map([[main, new TextEncoder().encode(program.source)]]) };
}

/** A text in UTF-8, or bytes as they are. */
export function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

/** Absolute and normal. @throws RangeError for that of no file. */
export function boardPath(path: string): string {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  const normal = `/${names.join("/")}`;
  if (normal === "/" || path.endsWith("/")) throw new RangeError(`"${path}" is no path of a file on the board`);
  return normal;
}
