import { Image } from "./image.ts";
import type { FileSystem, LoadedVm } from "./micropython.ts";

/** Where the board's own files and modules stand, and those of its ROM, in Emscripten's file system. */
export interface Folders {
  readonly own: readonly string[];
  readonly rom: string;
}

/**
 * Makes a MicroPython begin anew within a few milliseconds, its RAM as after the first start. With the first restart the
 * modules of the ROM are imported once for all further programs, as they are compiled into a board's firmware; only not
 * those that the board's own files replace.
 */
export class Restarts {
  readonly #vm: LoadedVm;
  readonly #folders: Folders;
  /** `preload` of python/_preload.py. */
  readonly #preload: (replaced: string) => boolean;
  readonly #first: Image;
  #prepared: { readonly replaced: string; readonly image: Image } | undefined;

  /** What is in the VM now is what each program finds. */
  constructor(vm: LoadedVm, folders: Folders) {
    const { preload } = vm.python.pyimport("_preload") as { preload: (replaced: string) => boolean };
    this.#vm = vm;
    this.#folders = folders;
    this.#preload = preload;
    this.#first = new Image(vm);
  }

  /** The program before was left by an exception. False: MicroPython is built otherwise, and cannot begin anew. */
  restart(): boolean {
    try {
      const replaced = this.#replaced();
      if (this.#prepared?.replaced !== replaced) return this.#prepare(replaced);
      this.#prepared.image.restore();
      return true;
    } catch {
      return false;
    }
  }

  /** Tries on the way whether Python begins anew. */
  #prepare(replaced: string): boolean {
    this.#first.restore();
    const isFresh = this.#preload(replaced);
    this.#prepared = { replaced, image: new Image(this.#vm) };
    return isFresh;
  }

  /** Modules of the ROM for which the board has files of its own. */
  #replaced(): string {
    const { FS } = this.#vm.python;
    const rom = new Set(moduleNames(FS, this.#folders.rom));
    return this.#folders.own.flatMap((folder) => moduleNames(FS, folder).filter((name) => rom.has(name))).join("/");
  }
}

/** The modules in a folder: files and packages. */
function moduleNames(fs: FileSystem, folder: string): string[] {
  if (!fs.analyzePath(folder).exists) return [];
  const names = fs.readdir(folder).map((name) => name.replace(/\.m?py$/, ""));
  return names.filter((name) => !name.startsWith("."));
}
