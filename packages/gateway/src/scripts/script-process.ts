import { existsSync } from "node:fs";
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { systemClock } from "aioespnow/sim";
import type { Answer, Call, News, Powers, Request } from "./script-protocol.ts";

/** Threads and processes run what was compiled: Node 20 loads no TypeScript. */
const RELAY = new URL("../../dist/scripts/script-relay.js", import.meta.url);

/** How much longer than its limit a call is waited for: a process that cannot even stop itself is ended then. */
const PATIENCE_MS = 200;

export interface ScriptListener {
  onLoaded(powers: Powers): void;
  /** It cannot be loaded, or its process has ended between two calls. Nothing follows. */
  onEnded(reason: string): void;
  /** What it wrote with `console`. */
  onLog(line: string): void;
}

/**
 * A script in a process of its own. A thread lies between: `call` waits for the answer, with a limit, which a process alone
 * cannot give. A worker thread instead of the process would not do: V8 ends the whole program when a single allocation does
 * not fit into the heap of a thread (seen with Node 20.20 and `new Array(5e7).fill(1.5)`).
 */
export class ScriptProcess {
  readonly #listener: ScriptListener;
  readonly #thread: Worker;
  readonly #port: MessagePort;
  readonly #bell = new Int32Array(new SharedArrayBuffer(4));
  #calls = 0;
  #isLoaded = false;
  #isEnded = false;

  readonly #patienceMs: number;

  /** Starts to load it; the listener is told. Each call may take `limitMs`. */
  constructor(name: string, text: string, limitMs: number, listener: ScriptListener) {
    if (!existsSync(RELAY)) throw new Error(`espnow-gateway needs its own file ${RELAY.pathname}, which is missing`);
    this.#listener = listener;
    this.#patienceMs = limitMs + PATIENCE_MS;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#port.on("message", (news: News) => this.#take(news));
    this.#thread = new Worker(RELAY, {
      workerData: { port: port2, bell: this.#bell },
      transferList: [port2],
      execArgv: [],
    });
    this.#thread.on("error", ({ message }) => this.#take({ kind: "ended", reason: message }));
    this.#post({ op: "load", name, text, limitMs });
  }

  /** Blocks until it has answered, or has taken too long: then it is ended. */
  call(call: Call): Answer {
    const id = ++this.#calls;
    const deadline = systemClock.now() + this.#patienceMs;
    Atomics.store(this.#bell, 0, 0);
    this.#post({ ...call, id });
    for (;;) {
      for (let news = this.#next(); news !== undefined; news = this.#next()) {
        if (news.kind === "ended") {
          this.end();
          return { failure: news.reason };
        }
        if (news.answer.id === id) return this.#logged(news.answer);
      }
      const left = deadline - systemClock.now();
      if (left <= 0) {
        this.end();
        return { failure: "it took too long, or more memory than it may have" };
      }
      Atomics.wait(this.#bell, 0, 0, left);
      Atomics.store(this.#bell, 0, 0);
    }
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#port.close(); // the thread then ends the process, and itself
    this.#thread.unref();
  }

  #next(): News | undefined {
    return (receiveMessageOnPort(this.#port) as { readonly message: News } | undefined)?.message;
  }

  #post(request: Request): void {
    this.#port.postMessage(request);
  }

  #take(news: News): void {
    if (this.#isEnded) return;
    if (news.kind === "ended") {
      this.end();
      this.#listener.onEnded(news.reason);
    } else if (!this.#isLoaded) this.#onLoad(this.#logged(news.answer));
  }

  #onLoad(answer: Answer): void {
    if ("failure" in answer) {
      this.end();
      this.#listener.onEnded(answer.failure);
      return;
    }
    this.#isLoaded = true;
    this.#thread.unref(); // it does not keep the program alive any longer
    this.#port.unref();
    this.#listener.onLoaded(answer.result as Powers);
  }

  #logged(answer: Answer): Answer {
    for (const line of answer.log ?? []) this.#listener.onLog(line);
    return answer;
  }
}
