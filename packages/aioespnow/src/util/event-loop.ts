/**
 * The event loop as it was when this module was loaded: a test that installs fake timers later cannot freeze a radio.
 * The only place that touches timers and the wall clock.
 */
const { setTimeout, clearTimeout, setInterval, clearImmediate, performance, queueMicrotask } = globalThis;
const nodeImmediate: typeof setImmediate | undefined = globalThis.setImmediate;

/** Milliseconds since the process (the page) started; monotonic. */
export function wallNow(): number {
  return performance.now();
}

/** A macrotask that was asked for. `ref` says whether it keeps the process alive (Node; browsers have no such thing). */
export interface Task {
  ref(alive: boolean): void;
}

/** Calls `callback` in the next turn of the event loop. */
export const nextTurn: (callback: () => void) => Task = nodeImmediate === undefined ? turnByMessage : turnByImmediate;

/**
 * An immediate; where nobody waits for it, also a timer: Node does not leave its poll phase for an unreferenced
 * immediate alone, so that it could come as late as the next timer or packet.
 */
function turnByImmediate(callback: () => void): Task {
  const immediate = (nodeImmediate as typeof setImmediate)(run);
  let timer: ReturnType<typeof setTimeout> | undefined;
  function run(): void {
    clearImmediate(immediate);
    clearTimeout(timer);
    callback();
  }
  return {
    ref(alive) {
      if (alive) {
        immediate.ref();
      } else {
        immediate.unref();
        timer ??= setTimeout(run, 1).unref();
      }
    },
  };
}

/** Browsers: a message to oneself is the fastest macrotask (setTimeout is clamped to 4 ms). */
function turnByMessage(callback: () => void): Task {
  const { port1, port2 } = new MessageChannel();
  port1.addEventListener("message", () => {
    port1.close();
    callback();
  });
  port1.start();
  port2.postMessage(null);
  return { ref: () => undefined };
}

/** setTimeout that never keeps a process alive. Late by about a millisecond. Returns the way to cancel it. */
export function afterMs(delayMs: number, callback: () => void): () => void {
  const MAX_TIMEOUT = 0x7fff_ffff; // longer ones would fire at once (HTML standard, timers)
  const timer = setTimeout(callback, Math.min(delayMs, MAX_TIMEOUT));
  if (typeof timer === "object") timer.unref();
  return () => clearTimeout(timer);
}

/** Something that keeps the process alive while it is wanted. In a browser there is nothing to do. */
export function processHold(): Task {
  const timer = setInterval(() => undefined, 0x7fff_ffff);
  if (typeof timer !== "object") return { ref: () => undefined };
  timer.unref();
  return { ref: (alive) => void (alive ? timer.ref() : timer.unref()) };
}

/** Throws `error` where the platform looks for uncaught ones: `uncaughtException` in Node, `error` in a browser. */
export function reportUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/**
 * What wakes this thread where it blocks. Others count it up and notify it (`Atomics.add`, `Atomics.notify`) after they
 * have left something to be looked at.
 */
export const bell: Int32Array<ArrayBufferLike> = new Int32Array(
  typeof SharedArrayBuffer === "undefined" ? new ArrayBuffer(4) : new SharedArrayBuffer(4),
);

/** How many times this thread's bell was rung. Read it before you look whether there is something to wait for. */
export function rings(): number {
  return Atomics.load(bell, 0);
}

/**
 * Blocks this thread until its bell is rung, `delayMs` at most; not at all if it was rung since it was read as `seen`.
 * Throws a TypeError where the platform forbids blocking (a browser's main thread).
 */
export function blockUntilRung(seen: number, delayMs: number): void {
  Atomics.wait(bell, 0, seen, delayMs);
}

const workerThreads = globalThis.process?.getBuiltinModule?.("node:worker_threads");

/** The next message of a port, taken without a turn of the event loop; undefined: there is none, or no such way. */
export function takeMessage(port: unknown): { readonly message: unknown } | undefined {
  return workerThreads?.receiveMessageOnPort(port as Parameters<typeof workerThreads.receiveMessageOnPort>[0]);
}

/**
 * What to add to this thread's `wallNow()` to get a time in milliseconds that all processes of the machine share (Node:
 * the monotonic clock that libuv reads, uv_hrtime). 0 where there is none.
 */
export const machineTimeOffset: number =
  globalThis.process?.hrtime === undefined ? 0 : Number(globalThis.process.hrtime.bigint()) / 1e6 - wallNow();
