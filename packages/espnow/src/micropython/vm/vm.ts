import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import type { VmMessage, VmStart } from "../messages.ts";
import { hostModule } from "./host-module.ts";
import { type FileSystem, loadVm } from "./micropython.ts";
import { savedFiles } from "./saved-files.ts";
import { VmChannel } from "./vm-channel.ts";

/** The Python modules of a board: espnow, network, machine, asyncio and what they stand on. */
const MODULES = fileURLToPath(new URL("../../../python/", import.meta.url));

/** Loads a MicroPython, runs the program in it, and tells how it ended. */
export async function runVm(start: VmStart, post: (message: VmMessage) => void): Promise<void> {
  const channel = new VmChannel(start.control, start.clock, post);
  const { python, memory } = await loadVm(start, channel);
  copyTree(python.FS, MODULES, "/lib");
  for (const [path, bytes] of start.files) writeFile(python.FS, path, bytes);
  const saveFiles = (): void => post({ type: "files", files: savedFiles(python.FS, start.files) });
  python.registerJsModule("_host", hostModule(channel, memory, saveFiles));
  channel.awaitTurn();
  try {
    python.runPython("import sys; sys.path[:] = ['', '/', '/lib']; import _boot");
    python.runPython(`_boot.run(${JSON.stringify(start.main)})`);
    saveFiles();
    post({ type: "exit", exit: { code: 0 } });
  } catch (error) {
    saveFiles();
    post({ type: "exit", exit: { code: 1, traceback: String((error as Error).message).slice(0, 10_000) } });
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
