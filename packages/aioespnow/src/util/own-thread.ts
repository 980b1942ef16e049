import { EspNowError } from "../errors.ts";
import { BlockingPort } from "./blocking-port.ts";
import { requireOwnFile } from "./own-file.ts";

type Threads = typeof import("node:worker_threads");

/** A thread that runs a file of this package, and the port to it. */
export interface OwnThread<Received, Sent> {
  /** It does not keep the process alive. */
  readonly thread: InstanceType<Threads["Worker"]>;
  /** Messages of the thread reach it also while this thread blocks. The thread has the other end as `workerData.port`. */
  readonly port: BlockingPort<Received, Sent>;
}

/** Whether there are threads: not in a browser. */
export function hasThreads(): boolean {
  return threads() !== undefined;
}

/**
 * Starts a thread with `file`, which gets `data`, its port, and the bell to ring (`BlockingPort`) as its `workerData`.
 * @throws EspNowError `ENOTSUP` where there are no threads, and in a bundle, where the file is missing.
 */
export function startThread<Received, Sent>(file: URL, data: object): OwnThread<Received, Sent> {
  const node = threads();
  if (node === undefined) throw new EspNowError("ENOTSUP", "this takes threads of Node, which are missing here");
  requireOwnFile(file);
  const { port1, port2 } = new node.MessageChannel();
  const thread = new node.Worker(file, {
    workerData: { ...data, port: port2, bell: BlockingPort.bell },
    transferList: [port2],
    execArgv: [], // not those of the program: `--eval` is not for its threads
  });
  thread.unref();
  const port = new BlockingPort<Received, Sent>(port1);
  // What it says last comes before its end, whichever the event loop has first.
  thread.on("exit", () => port.takeAll());
  return { thread, port };
}

function threads(): Threads | undefined {
  return globalThis.process?.getBuiltinModule?.("node:worker_threads");
}
