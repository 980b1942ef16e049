import { existsSync } from "node:fs";
import { basename } from "node:path";

/** One board of `espnow run`. */
export interface BoardPlan {
  /** `gateway`; where a program runs on several boards `sensor-1`, `sensor-2`. */
  readonly name: string;
  readonly file: string;
  /** What `sys.argv` has after the program's name. */
  readonly argv: readonly string[];
}

/** The boards of a command line: each word is a program's file, with arguments behind it if there are spaces in it. */
export function planBoards(words: readonly string[]): readonly BoardPlan[] {
  const programs = words.map((word) => {
    const [file = "", ...argv] = existsSync(word) ? [word] : word.trim().split(/\s+/);
    return { file, argv, program: basename(file, ".py") };
  });
  return programs.map(({ file, argv, program }, index) => {
    const same = programs.filter((other) => other.program === program);
    const number = programs.slice(0, index + 1).filter((other) => other.program === program).length;
    return { file, argv, name: same.length === 1 ? program : `${program}-${number}` };
  });
}
