import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import type { Exit, VmMessage, VmStart } from "../messages.ts";
import { EventPump } from "./event-pump.ts";
import { hostModule } from "./host-module.ts";
import { type FileSystem, loadVm, type MicroPython } from "./micropython.ts";
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
  const events = new EventPump(channel.control);
  const { python, memory } = await loadVm(start.module, channel, events);
  copyTree(python.FS, MODULES, `${ROM}/lib`);
  python.FS.mkdirTree(FILES);
  for (const [path, bytes] of start.files) writeFile(python.FS, `${FILES}${path}`, bytes);
  const interrupt = () => python._module._mp_sched_keyboard_interrupt();
  python.registerJsModule("_host", hostModule(channel, events, memory, interrupt));
  channel.awaitTurn();
  post({ type: "exit", exit: run(python, start) });
}

function run(python: MicroPython, start: VmStart): Exit {
  try {
    python.runPython(MOUNT);
    const { run } = python.pyimport("_boot") as { run: (path: string) => number | null };
    const code = run(start.main);
    return code === null ? { code: 0 } : { code };
  } catch (error) {
    return { code: 1, traceback: String((error as Error).message).slice(0, 10_000) };
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
