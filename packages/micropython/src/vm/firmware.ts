import type { CompiledModule } from "./compiled.ts";
import { FileSystem } from "./files/file-system.ts";
import { type Folder, ROM } from "./files/tree.ts";
import type { Image } from "./image-pages.ts";
import { Interpreter } from "./interpreter.ts";
import { Layout } from "./layout.ts";
import { Starts } from "./starts.ts";
import type { Surroundings } from "./surroundings.ts";

/** What Python calls the host's functions, before they are hidden. */
const HOST_MODULE = "_host";

/** How a program finds the files: nothing but the board's own, and those of the ROM. */
const MOUNT = `
import uos as os
os.umount('/')
os.mount(os.VfsPosix('${ROM}'), '${ROM}')
os.mount(os.VfsPosix('/board'), '/')
os.chdir('/')
import sys
sys.path[:] = ['', '${ROM}/modules/frozen', '/lib', '${ROM}/modules']
import gc
gc.threshold(-1)
del gc, os, sys
`;

/** What the modules of the ROM ask while they are imported: the answers by the numbers of the calls. */
export type Facts = ReadonlyMap<number, number>;

/** What of a call is refused while there is no board. */
const NO_BOARD = -19; // ENODEV

/**
 * MicroPython with the board's Python modules in it, as a board has its firmware: compiled and imported once, for all
 * boards of a kind. A board starts from its image.
 */
export class Firmware {
  readonly module: CompiledModule;
  /** `modules`, and the Python modules in it. */
  readonly rom: Folder;
  /** Of the programs that were started last. */
  readonly starts: Starts = new Starts();
  readonly #images = new Map<string, Image>();

  constructor(module: CompiledModule, rom: Folder) {
    this.module = module;
    this.rom = rom;
  }

  /** What a board starts from. */
  image(facts: Facts): Image {
    const key = JSON.stringify([...facts]);
    let image = this.#images.get(key);
    if (image === undefined) {
      image = this.#make(facts);
      this.#images.set(key, image);
    }
    return image;
  }

  #make(facts: Facts): Image {
    const interpreter = new Interpreter(this.module, bootSurroundings(this.rom, facts));
    interpreter.boot(HOST_MODULE);
    interpreter.execute(MOUNT);
    interpreter.execute("import _boot, _preload");
    interpreter.execute("_preload.preload()");
    interpreter.execute("_preload.hide_host()\ndel _boot, _preload\nimport gc\ngc.collect()\ndel gc");
    hideJavaScript(interpreter.memory);
    interpreter.collect();
    return { memory: interpreter.memory.slice(0, interpreter.used), registers: interpreter.registers };
  }
}

/** Puts another module in the places of MicroPython's `js` and `jsffi`, in the table of builtin modules. */
function hideJavaScript(memory: Uint8Array): void {
  const { builtinModules, javaScriptModules } = Layout;
  for (const entry of javaScriptModules) memory.copyWithin(entry, builtinModules, builtinModules + 8);
}

/** While there is no board: nothing waits, nothing is printed, time stands still. */
function bootSurroundings(rom: Folder, facts: Facts): Surroundings {
  const never = (): boolean => false;
  return {
    files: new FileSystem(rom, () => 0),
    beforeLook: never,
    beforeCall: never,
    beforeWait: never,
    beforeRead: never,
    beforeWrite: never,
    computed: never,
    uptime: () => 0,
    calendar: () => 0,
    chance: () => 0,
    call: (op) => facts.get(op) ?? NO_BOARD,
    replyLength: () => 0,
    waited: never,
    callbacksPending: never,
    word: () => 0,
    ticksUs: () => 0,
    random: () => undefined,
    writeBytes: () => undefined,
    interruptChar: () => undefined,
    read: () => new Uint8Array(0),
    write: () => undefined,
  };
}
