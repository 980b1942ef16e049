import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import type { Exit, VmMessage, VmStart } from "../messages.ts";
import { EventPump } from "./event-pump.ts";
import { type HostActions, hostModule } from "./host-module.ts";
import { Internals } from "./internals.ts";
import { type FileSystem, loadVm, type MicroPython } from "./micropython.ts";
import { savedFiles } from "./saved-files.ts";
import { VmChannel } from "./vm-channel.ts";

/** The Python modules of a board: espnow, network, machine, asyncio and what they stand on. */
const MODULES = fileURLToPath(new URL("../../../python/", import.meta.url));

/**
 * Where they stand on the board: where a board has its read-only file system. The board's own files are under /board
 * in Emscripten's file system, so that a program sees nothing but them and `/rom`.
 */
const ROM = "/rom";
const FILES = "/board";
const MOUNT = `
import os
os.umount('/')
os.mount(os.VfsPosix('${ROM}'), '${ROM}')
os.mount(os.VfsPosix('${FILES}'), '/')
os.chdir('/')
import sys
sys.path[:] = ['', '/lib', '${ROM}/lib', '.frozen']
`;

/** Loads a MicroPython, runs the program in it, and tells how it ended. */
export async function runVm(start: VmStart, post: (message: VmMessage) => void): Promise<void> {
  const channel = new VmChannel(start.control, start.clock, post);
  const warn = (consequence: string): void => {
    const text = `espnow: this MicroPython is built otherwise than 1.27.0: ${consequence}\n`;
    post({ type: "output", stream: "stderr", bytes: new TextEncoder().encode(text) });
  };
  const events = new EventPump(channel.control);
  const { python, memory } = await loadVm(start, channel, events);
  copyTree(python.FS, MODULES, `${ROM}/lib`);
  python.FS.mkdirTree(FILES);
  for (const [path, bytes] of start.files) writeFile(python.FS, `${FILES}${path}`, bytes);
  let traceback: string | undefined;
  const interrupt = (): void => python._module._mp_sched_keyboard_interrupt();
  const internals = Internals.probe(memory, interrupt);
  if (internals === undefined) warn("callbacks may come late");
  const actions: HostActions = {
    interrupt,
    callbacksPending: () => internals?.callbacksPending ?? false,
    saveFiles: () => post({ type: "files", files: savedFiles(python.FS, FILES) }),
    failed: (text) => {
      traceback = text;
    },
  };
  python.registerJsModule("_host", hostModule(channel, events, memory, actions));
  channel.awaitTurn();
  const exit = run(python, start);
  actions.saveFiles();
  post({ type: "exit", exit: traceback === undefined ? exit : { ...exit, traceback } });
}

function run(python: MicroPython, { main, argv }: VmStart): Exit {
  try {
    python.runPython(`${MOUNT}sys.argv[:] = ${JSON.stringify(argv)}`);
    const boot = python.pyimport("_boot") as { run: (path: string) => number };
    return { code: boot.run(main) };
  } catch (error) {
    // Python code has caught all that it could.
    return { code: 1, traceback: `MicroPython broke down: ${String((error as Error).message).slice(0, 1000)}\n` };
  }
}

function copyTree(fs: FileSystem, from: string, to: string): void {
  fs.mkdirTree(to);
  for (const name of readdirSync(from)) {
    const path = join(from, name);
    if (statSync(path).isDirectory()) copyTree(fs, path, join(to, name));
    else if (name.endsWith(".py")) fs.writeFile(join(to, name), readFileSync(path));
  }
}

function writeFile(fs: FileSystem, path: string, bytes: Uint8Array): void {
  fs.mkdirTree(path.slice(0, path.lastIndexOf("/")) || "/");
  fs.writeFile(path, bytes);
}
