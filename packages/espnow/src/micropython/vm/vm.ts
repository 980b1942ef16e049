import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import type { Exit, HostMessage, VmMessage, VmStart } from "../messages.ts";
import { Collector } from "./collector.ts";
import { EventPump } from "./event-pump.ts";
import { limitFlash } from "./flash-limit.ts";
import { type HostActions, hostModule } from "./host-module.ts";
import { Input } from "./input.ts";
import { Internals } from "./internals.ts";
import { type FileSystem, loadVm, type MicroPython } from "./micropython.ts";
import { savedFiles } from "./saved-files.ts";
import { SerialLine } from "./serial-line.ts";
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
import uos as os
os.umount('/')
os.mount(os.VfsPosix('${ROM}'), '${ROM}')
os.mount(os.VfsPosix('${FILES}'), '/')
os.chdir('/')
import sys
sys.path[:] = ['', '/lib', '${ROM}/lib', '.frozen']
del os, sys
`;

/** Gives the next message of the host, without waiting. */
export type Receive = () => HostMessage | undefined;

/** Loads a MicroPython, runs the program in it, and tells how it ended. */
export async function runVm(start: VmStart, post: (message: VmMessage) => void, receive: Receive): Promise<void> {
  const channel = new VmChannel(start.control, start.clock, post);
  const { output } = channel;
  const warn = (consequence: string): void => {
    const text = `espnow: this MicroPython is built otherwise than 1.27.0: ${consequence}\n`;
    output.write("stderr", new TextEncoder().encode(text));
  };
  const events = new EventPump(channel.control);
  const collector = new Collector();
  let internals: Internals | undefined;
  const callbacksPending = (): boolean => {
    events.service();
    return internals?.callbacksPending ?? false;
  };
  const wait = (delayMs: number): boolean => {
    if (!callbacksPending()) channel.wait(delayMs);
    return callbacksPending();
  };
  const chance = chances(start.seed);
  let calls = 0;
  let served = 0;
  const onCall = (): void => {
    calls++;
    channel.compute();
    collector.offer();
    const { rings } = channel.control;
    if (rings !== served && events.service()) served = rings;
  };
  const vm = await loadVm(start.module, {
    uptime: () => {
      channel.look();
      events.service();
      return channel.uptime();
    },
    calendar: () => channel.calendar(),
    chance,
    onCall,
    input: new Input(channel.control, () => receive()?.input),
    output: start.repl === undefined ? output : new SerialLine(output),
    awaitInput: () => void wait(-1),
    watch: (imports) => collector.watch(imports),
    outOfMemory: () => collector.insist(),
  });
  const { python, memory } = vm;
  copyTree(python.FS, MODULES, `${ROM}/lib`);
  python.FS.mkdirTree(FILES);
  for (const [path, bytes] of start.files) writeFile(python.FS, `${FILES}${path}`, bytes);
  limitFlash(python.FS, FILES);
  let traceback: string | undefined;
  const interrupt = (): void => python._module._mp_sched_keyboard_interrupt();
  internals = Internals.probe(memory, interrupt);
  if (internals === undefined) warn("callbacks may come late");
  if (calls === 0) warn("callbacks and Ctrl-C do not come in loops that neither wait nor look at the time");
  if (internals !== undefined && memory.buffer instanceof SharedArrayBuffer) {
    post({ type: "memory", memory: memory.buffer });
  } else warn("`while True: pass` can only be ended");
  const actions: HostActions = {
    interrupt,
    callbacksPending,
    wait,
    chance,
    collect: () => collector.insist(),
    saveFiles: () => post({ type: "files", files: savedFiles(python.FS, FILES) }),
    failed: (text) => {
      traceback = text;
    },
  };
  python.registerJsModule("_host", hostModule(channel, events, memory, actions));
  python.runPython(MOUNT);
  if (internals === undefined || !collector.start(vm, internals))
    warn("a program that does not end may run out of memory");
  channel.awaitTurn();
  const exit = run(python, start, (text) => {
    traceback = `MicroPython broke down: ${text}\n`;
    output.write("stderr", new TextEncoder().encode(traceback));
  });
  output.flush();
  actions.saveFiles();
  post({ type: "exit", exit: traceback === undefined ? exit : { ...exit, traceback } });
}

/** The seeds of `random`, at its import and for each `random.seed()`, and of `os.urandom`. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes, 7.1
    return state;
  };
}

function run(python: MicroPython, { main, argv, platform, repl }: VmStart, brokenDown: (why: string) => void): Exit {
  try {
    const boot = python.pyimport("_boot") as { run: (...start: [string, string, string, string]) => number };
    return { code: boot.run(main, argv.join("\0"), platform, repl ?? "") };
  } catch (error) {
    // Python code has caught all that it could.
    brokenDown(String((error as Error).message).slice(0, 1000));
    return { code: 1 };
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
  fs.writeFile(path, path.endsWith(".py") ? withoutNativeCode(bytes) : bytes);
}

const NATIVE = /^([ \t]*@micropython\.)(?:native|viper)\b/gm;

/** This MicroPython compiles to bytecode only, and takes the decorators for native code as syntax errors. */
function withoutNativeCode(source: Uint8Array): Uint8Array {
  const text = Buffer.from(source).toString("latin1");
  return NATIVE.test(text) ? Buffer.from(text.replace(NATIVE, "$1bytecode"), "latin1") : source;
}
