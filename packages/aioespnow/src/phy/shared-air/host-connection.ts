import { connect, type Socket } from "node:net";
import type { Clock } from "../../util/clock.ts";
import { AIR_PROTOCOL_VERSION, encodeRequest } from "./air-protocol.ts";
import { frameMessage, MessageSplitter } from "./message-splitter.ts";

/** A host says something at least every quarter of this; one that is silent for this long was stopped. */
const SILENCE_MS = 1000;

/** Nobody listens there, or not yet. */
const REFUSED: readonly (string | undefined)[] = ["ECONNREFUSED", "ENOENT"];
/** The host left, or its queue is full. */
const LOST: readonly (string | undefined)[] = ["ECONNRESET", "EPIPE", "EAGAIN"];

/** Why a connection ended. An Error: something is wrong that another host would not mend. */
export type Ending = "refused" | "silent" | "lost" | Error;

/** A member's connection to the host of its air. */
export class HostConnection {
  readonly #socket: Socket;
  readonly #clock: Clock;
  #ending: Ending = "lost";
  #heard = true;
  #cancelWatch: () => void = () => undefined;

  /** `onMessage` returns what is wrong with a message, which ends the connection; `onEnd` is called once. */
  constructor(
    path: string,
    clock: Clock,
    onMessage: (message: Uint8Array) => Error | undefined,
    onEnd: (ending: Ending) => void,
  ) {
    this.#clock = clock;
    this.#socket = connect(path, () => this.write(encodeRequest({ type: "hello", version: AIR_PROTOCOL_VERSION })));
    const splitter = new MessageSplitter((message) => {
      const fault = this.#socket.destroyed ? undefined : onMessage(message);
      if (fault !== undefined) this.#end(fault);
    });
    this.#socket.on("data", (chunk: Uint8Array) => {
      this.#heard = true;
      const fault = splitter.push(chunk);
      if (fault !== undefined) this.#end(new Error(`the host of the air sent ${fault}`));
    });
    this.#socket.on("error", (error: NodeJS.ErrnoException) => {
      if (!LOST.includes(error.code)) this.#end(REFUSED.includes(error.code) ? "refused" : error);
    });
    this.#socket.on("close", () => {
      this.#cancelWatch();
      onEnd(this.#ending);
    });
    this.#watch();
  }

  write(request: Uint8Array): void {
    this.#socket.write(frameMessage(request));
  }

  /** More calls do nothing. */
  close(): void {
    this.#socket.destroy();
  }

  /** A process that was stopped (SIGSTOP, Ctrl-Z) keeps its socket. */
  #watch(): void {
    if (!this.#heard) this.#end("silent");
    this.#heard = false;
    this.#cancelWatch = this.#clock.schedule(this.#clock.now() + SILENCE_MS, () => this.#watch());
  }

  #end(ending: Ending): void {
    if (this.#ending === "lost") this.#ending = ending;
    this.#socket.destroy();
  }
}
