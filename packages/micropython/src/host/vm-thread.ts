import { Worker } from "node:worker_threads";
import { CANNOT_RESTART, type HostMessage, type VmMessage, type VmStart } from "../channel/messages.ts";

/** Threads run what was compiled: Node 20 loads no TypeScript. */
const WORKER = new URL("../../dist/vm/worker.js", import.meta.url);

/** Who is told what the thread says. */
export interface ThreadListener {
  receive(message: VmMessage): void;
  /** It came to an end by itself. */
  broken(why: string): void;
}

/**
 * The thread of a board's programs. Where a program has ended by asking for a restart, the next one begins in the same
 * thread and the same MicroPython, which takes a tenth of the time and less.
 */
export class VmThread {
  readonly #name: string;
  #worker: Worker | undefined;
  #start!: VmStart;
  #listener!: ThreadListener;
  /** Wakes the thread that waits for its next program. */
  #wake: (() => void) | undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** Begins a program. */
  run(start: VmStart, listener: ThreadListener): void {
    this.#start = start;
    this.#listener = listener;
    if (this.#wake === undefined) {
      this.#worker = this.#newWorker();
      return;
    }
    const { control, clock, seed, repl } = start;
    this.post({ restart: { control, clock, seed, ...(repl && { repl }) } });
    this.#wake();
    this.#wake = undefined;
  }

  post(message: HostMessage): void {
    this.#worker?.postMessage(message);
  }

  /** The program is told that it has ended. `wake` wakes it then. */
  rest(wake: () => void): void {
    this.#wake = wake;
  }

  /** Ends it, whatever it does. The next program gets a new one. */
  async terminate(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#wake = undefined;
    await worker?.terminate();
  }

  #newWorker(): Worker {
    const worker = new Worker(WORKER, {
      workerData: this.#start,
      name: this.#name,
      execArgv: [], // not those of the program: `--eval` is not for its threads
      // Half the memory of the defaults; Python's own heap is not in it.
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 24 },
    });
    worker.on("message", (message: VmMessage) => this.#listener.receive(message));
    worker.on("error", (error) => this.#ended(worker, error.message));
    worker.on("exit", (code) => this.#ended(worker, "the thread ended", code));
    return worker;
  }

  #ended(worker: Worker, why: string, code?: number): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#wake = undefined;
    if (code === CANNOT_RESTART) this.#worker = this.#newWorker();
    else this.#listener.broken(why);
  }
}
