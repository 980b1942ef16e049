import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import {
  CANNOT_RESTART,
  type Exit,
  type HostMessage,
  type ReplMode,
  type VmMessage,
  type VmRestart,
  type VmStart,
} from "../channel/messages.ts";
import { Collector } from "./collector.ts";
import { EventPump } from "./event-pump.ts";
import { limitFlash } from "./flash-limit.ts";
import { type HostActions, hostModule } from "./host-module.ts";
import { Input } from "./input.ts";
import { Internals } from "./internals.ts";
import { type FileSystem, loadVm } from "./micropython.ts";
import { Restarts } from "./restarts.ts";
import { savedFiles } from "./saved-files.ts";
import { SerialLine } from "./serial-line.ts";
import { ProgramEnded, VmChannel } from "./vm-channel.ts";

/** The Python modules of a board: espnow, network, machine, asyncio and what they stand on. */
const MODULES = fileURLToPath(new URL("../../python/", import.meta.url));

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
  const channel = new VmChannel(start, post);
  const { output } = channel;
  const warn = (consequence: string): void => {
    const text = `espnow: this MicroPython is built otherwise than 1.27.0: ${consequence}\n`;
    output.write("stderr", new TextEncoder().encode(text));
  };
  const events = new EventPump(channel);
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
  let chance = chances(start.seed);
  let calls = 0;
  let served = 0;
  const onCall = (): void => {
    calls++;
    channel.compute();
    collector.offer();
    const { rings } = channel.control;
    if (rings !== served && events.service()) served = rings;
  };
  const input = new Input(channel, () => typed(receive));
  const vm = await loadVm(start.module, {
    uptime: () => {
      channel.look();
      events.service();
      return channel.uptime();
    },
    calendar: () => channel.calendar(),
    chance: () => chance(),
    onCall,
    input,
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
  const isShared = internals !== undefined && memory.buffer instanceof SharedArrayBuffer;
  if (!isShared) warn("`while True: pass` can only be ended");
  const actions: HostActions = {
    interrupt,
    callbacksPending,
    wait,
    chance: () => chance(),
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
  const { run } = python.pyimport("_boot") as unknown as Boot;
  const restarts = new Restarts(vm, { own: [FILES, `${FILES}/lib`], rom: `${ROM}/lib` });
  const runProgram = (repl: ReplMode | undefined): Exit | undefined => {
    if (isShared) post({ type: "memory", memory: memory.buffer as object as SharedArrayBuffer });
    channel.awaitTurn();
    return runToEnd(run, start, repl, (text) => {
      traceback = `MicroPython broke down: ${text}\n`;
      output.write("stderr", new TextEncoder().encode(traceback));
    });
  };
  let exit = runProgram(start.repl);
  while (exit === undefined) {
    const restart = channel.awaitRestart(() => nextRestart(receive));
    channel.begin(restart);
    events.isInterruptible = false;
    chance = chances(restart.seed);
    served = 0;
    input.clear();
    collector.reset();
    if (!restarts.restart()) process.exit(CANNOT_RESTART);
    exit = runProgram(restart.repl);
  }
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

/** python/_boot.py */
interface Boot {
  run(path: string, argv: string, platform: string, repl: string): number;
}

/** Undefined: it was ended, to begin anew. */
function runToEnd(
  run: Boot["run"],
  { main, argv, platform }: VmStart,
  repl: ReplMode | undefined,
  brokenDown: (why: string) => void,
): Exit | undefined {
  try {
    return { code: run(main, argv.join("\0"), platform, repl ?? "") };
  } catch (error) {
    if (error instanceof ProgramEnded) return undefined;
    // Python code has caught all that it could.
    brokenDown(String((error as Error).message).slice(0, 1000));
    return { code: 1 };
  }
}

/** What was typed next. */
function typed(receive: Receive): Uint8Array | undefined {
  const message = receive();
  return message !== undefined && "input" in message ? message.input : undefined;
}

/** What was typed at the program before is not for the next. */
function nextRestart(receive: Receive): VmRestart | undefined {
  for (let message = receive(); message !== undefined; message = receive()) {
    if ("restart" in message) return message.restart;
  }
  return undefined;
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
