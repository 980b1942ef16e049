/** The thread between the gateway's thread, which waits for each answer, and the process of a script. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { type MessagePort, workerData } from "node:worker_threads";
import { type Answer, MEMORY_LIMIT_MB, type News, type Request } from "./script-protocol.ts";

const CHILD = fileURLToPath(new URL("./script-child.js", import.meta.url));

const { port, bell } = workerData as { readonly port: MessagePort; readonly bell: Int32Array };
let child: ChildProcess | undefined;

function tell(news: News): void {
  port.postMessage(news);
  Atomics.store(bell, 0, 1);
  Atomics.notify(bell, 0);
}

/** It has nothing of the environment: that has secrets. */
function start(): ChildProcess {
  const process_ = spawn(process.execPath, [`--max-old-space-size=${MEMORY_LIMIT_MB}`, CHILD], {
    stdio: ["pipe", "ignore", "ignore", "pipe"],
    env: {},
  });
  const ended = (reason: string): void => {
    if (child !== process_) return;
    child = undefined;
    tell({ kind: "ended", reason });
  };
  process_.on("error", ({ message }) => ended(`its process cannot be started: ${message}`));
  process_.on("exit", (code, signal) => ended(reasonOf(code, signal)));
  process_.stdin?.on("error", () => undefined); // it has ended: `exit` tells it
  const answers = createInterface({ input: process_.stdio[3] as Readable });
  answers.on("line", (line) => {
    if (child === process_) tell({ kind: "answer", answer: JSON.parse(line) as Answer });
  });
  return process_;
}

/** V8 ends a process without memory with SIGABRT (or SIGTRAP, SIGILL, as it was built). */
function reasonOf(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === "SIGABRT" || signal === "SIGTRAP" || signal === "SIGILL" || code === 134)
    return `it needed more than ${MEMORY_LIMIT_MB} MB of memory`;
  return signal === null ? `it ended its process (code ${code})` : `its process was ended by ${signal}`;
}

function stop(): void {
  const old = child;
  child = undefined;
  old?.kill("SIGKILL");
}

port.on("close", stop);
port.on("message", (request: Request) => {
  if (request.op === "load") {
    stop();
    child = start();
  }
  child?.stdin?.write(`${JSON.stringify(request)}\n`);
});
