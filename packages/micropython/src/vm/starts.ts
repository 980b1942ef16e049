import type { ReplMode } from "../bridge/exit.ts";
import type { StartedDoors } from "./doors-state.ts";
import { type FileSystem, FLASH } from "./files/file-system.ts";
import type { Image } from "./image-pages.ts";

/** Programs that are kept at most: the one that was used least recently goes. Each takes about half a mebibyte. */
const MAX_KEPT = 32;

/** A program, and the board on which it starts. */
export interface ProgramStart {
  readonly files: FileSystem;
  /** The program: a path among `files`. */
  readonly main: string;
  readonly argv: readonly string[];
  /** `sys.platform`. */
  readonly platform: "esp32" | "esp8266";
  /** `os.uname().machine`; empty or left out: a generic module's. */
  readonly machineName?: string;
  /** Left out: it ends with its program. */
  readonly repl?: ReplMode;
}

/** A MicroPython in which a program is compiled, and about to run. */
export interface Start {
  readonly image: Image;
  readonly doors: StartedDoors;
}

/**
 * What MicroPython does before a program runs is the same at every start of the same program among files of the same names:
 * a board that wakes from deep sleep each minute need not do it again. Keeps where it has led to.
 */
export class Starts {
  readonly #kept = new Map<string, Start>();

  get(key: string): Start | undefined {
    const start = this.#kept.get(key);
    if (start !== undefined) this.keep(key, start);
    return start;
  }

  keep(key: string, start: Start): void {
    this.#kept.delete(key);
    this.#kept.set(key, start);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT) this.#kept.delete(oldest as string);
  }
}

/** What python/_boot.py knows about its program. */
export function startText({ main, platform, machineName, repl, argv }: ProgramStart): string {
  return [main, platform, machineName ?? "", repl ?? "", ...argv].join("\0");
}

/** All that a start depends on, as python/_boot.py has it. */
export function startKey(facts: ReadonlyMap<number, number>, start: ProgramStart): string {
  const { files, main } = start;
  const names = (path: string): readonly string[] | undefined => {
    const entry = files.find(path);
    return entry?.kind === "folder" ? [...entry.entries].map(([name, { kind }]) => `${kind} ${name}`) : undefined;
  };
  const content = (path: string): string | undefined => {
    const entry = files.find(path);
    return entry?.kind === "file" ? new TextDecoder("latin1").decode(entry.content) : undefined;
  };
  const texts = [content(`${FLASH}/boot.py`), content(`${FLASH}${main}`)];
  return JSON.stringify([[...facts], startText(start), names(FLASH), names(`${FLASH}/lib`), texts]);
}
