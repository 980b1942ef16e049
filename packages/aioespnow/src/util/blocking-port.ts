import { guard } from "./clock-base.ts";
import { bell, takeMessage } from "./event-loop.ts";
import { type SystemClock, systemClock } from "./system-clock.ts";

/** What is used of a MessagePort of node:worker_threads. */
export interface ThreadPort {
  /** As MessagePort. */
  postMessage(message: unknown): void;
  /** As MessagePort. */
  on(event: "message", listener: (message: unknown) => void): unknown;
  /** As MessagePort. */
  ref(): void;
  /** As MessagePort. */
  unref(): void;
  /** As MessagePort. */
  close(): void;
}

/**
 * One end of a channel between two threads, whose owner may block its thread and receives all the same. Messages come in
 * order, by events, or inside `wait()` (the clock's or this one) while the thread blocks. It does not keep the process
 * alive: `clock.keepAlive()` does.
 *
 * The thread at the other end rings this thread's bell after each message; so it must get that bell:
 *
 *     const { port1, port2 } = new MessageChannel();
 *     const port = new BlockingPort(port1);
 *     new Worker(file, { workerData: { port: port2, bell: BlockingPort.bell }, transferList: [port2] });
 *     // in the worker: new BlockingPort(workerData.port, workerData.bell)
 */
export class BlockingPort<In, Out> {
  /** The bell of this thread, to be given to the other one. */
  static readonly bell: Int32Array<ArrayBufferLike> = bell;

  /** Called for each message, never nested in `post`. */
  onMessage: ((message: In) => void) | undefined;
  readonly #port: ThreadPort;
  readonly #peerBell: Int32Array | undefined;
  readonly #clock: SystemClock;
  readonly #detach: () => void;
  #closed = false;

  /** `peerBell`: the bell of the thread at the other end. Left out: it never blocks. */
  constructor(port: ThreadPort, peerBell?: Int32Array, clock: SystemClock = systemClock) {
    this.#port = port;
    this.#peerBell = peerBell;
    this.#clock = clock;
    this.#detach = clock.attach(() => this.takeAll());
    port.on("message", (message) => this.#receive(message));
    port.unref(); // to listen is to hold the process
  }

  /** Sends a message to the other thread, and rings its bell. */
  post(message: Out): void {
    this.#port.postMessage(message);
    if (this.#peerBell === undefined) return;
    Atomics.add(this.#peerBell, 0, 1);
    Atomics.notify(this.#peerBell, 0);
  }

  /**
   * Blocks this thread until a message came or the clock reaches `deadlineMs`; one that is not in the future takes what
   * has come. Timers of the clock run meanwhile; may also return when one of them delivered something.
   */
  wait(deadlineMs: number): void {
    this.#clock.wait(deadlineMs);
  }

  /** Takes what has come, without a wait. */
  takeAll(): void {
    while (!this.#closed) {
      const taken = takeMessage(this.#port);
      if (taken === undefined) return;
      this.#receive(taken.message);
    }
  }

  /** No more messages, in either direction. More calls do nothing. */
  close(): void {
    this.#closed = true;
    this.#detach();
    this.#port.close();
  }

  #receive(message: unknown): void {
    if (this.#closed) return;
    this.#clock.delivered();
    guard(() => this.onMessage?.(message as In));
  }
}
