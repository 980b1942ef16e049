import { closeSync, constants, lstatSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Program } from "espnow-micropython";
import { withFile } from "../process/system-message.ts";

/**
 * The files of boards as their programs found them, to save those that they have written. What a program removes stays where
 * it is saved.
 */
export class SavedFiles {
  readonly #folder: string;
  readonly #boards: { readonly program: Program; readonly found: ReadonlyMap<string, Uint8Array> }[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Before the program begins. */
  add(program: Program): void {
    this.#boards.push({ program, found: program.files });
  }

  /** One board's files go into the folder, those of several into folders in it that have their names. @throws Error. */
  save(): void {
    const isAlone = this.#boards.length === 1;
    for (const { program, found } of this.#boards) {
      const folder = isAlone ? this.#folder : join(this.#folder, program.name);
      for (const [path, content] of program.files) {
        const before = found.get(path);
        if (before === undefined || !Buffer.from(before).equals(content)) put(folder, path, content);
      }
    }
  }
}

/** A program has chosen the path: no link may lead it out of the folder. */
function put(folder: string, path: string, content: Uint8Array): void {
  const file = join(folder, path);
  withFile("write", file, () => {
    mkdirSync(folder, { recursive: true });
    makeFolders(folder, dirname(path));
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW = 0 } = constants;
    const descriptor = openSync(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o666);
    try {
      writeFileSync(descriptor, content);
    } finally {
      closeSync(descriptor);
    }
  });
}

function makeFolders(root: string, path: string): void {
  let folder = resolve(root);
  for (const name of path.split("/")) {
    if (name === "") continue;
    folder = join(folder, name);
    const found = lstatSync(folder, { throwIfNoEntry: false });
    if (found === undefined) mkdirSync(folder);
    else if (!found.isDirectory()) throw new Error(`${folder} is no folder, and links are not followed`);
  }
}
