import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { EspNowError } from "../../../errors.ts";
import { systemClock } from "../../../util/system-clock.ts";
import type { PausablePort } from "./board-port.ts";
import { OPENED, type SerialEnd } from "./line-protocol.ts";

/** Processes run what was compiled. */
const MAIN = new URL("../../../../dist/radio/board/line/serial-main.js", import.meta.url);

/** How long the process has to write what is on its way, and to end. */
const CLOSE_MS = 500;

/**
 * A serial port in a process of its own: serialport 13 reads on the event loop of the process's first thread, whichever
 * thread opens the port, and ends the whole process if that is another one.
 */
export class SerialProcess implements PausablePort {
  onOpen: (() => void) | undefined;
  onData: ((bytes: Uint8Array) => void) | undefined;
  onClose: ((error: EspNowError) => void) | undefined;
  onWritten: ((length: number) => void) | undefined;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  #said = "";

  constructor({ path, baud }: { readonly path: string; readonly baud: number }) {
    // The fourth is a channel by whose end the process knows that this one was killed.
    const child = spawn(process.execPath, [fileURLToPath(MAIN), path, String(baud)], {
      windowsHide: true,
      stdio: ["pipe", "pipe", "pipe", "ipc"],
    }) as ChildProcessWithoutNullStreams;
    this.#child = child;
    child.stdout.on("data", (bytes) => this.onData?.(new Uint8Array(bytes)));
    child.stderr.on("data", (bytes) => {
      this.#said += bytes;
      if (!this.#said.startsWith(OPENED)) return;
      this.#said = this.#said.slice(OPENED.length);
      this.onOpen?.();
    });
    child.stdin.on("error", () => undefined); // it is gone: "close" follows
    this.#ended = new Promise((resolve) => {
      child.on("error", ({ message }) => this.#end(new EspNowError("ERR_RADIO_DOWN", message)));
      child.on("close", () => {
        this.#end(explain(this.#said));
        resolve();
      });
    });
  }

  write(bytes: Uint8Array): void {
    this.#child.stdin.write(bytes, () => this.onWritten?.(bytes.length));
  }

  pause(): void {
    this.#child.stdout.pause();
  }

  resume(): void {
    this.#child.stdout.resume();
  }

  async close(): Promise<void> {
    this.onOpen = undefined;
    this.onData = undefined;
    this.onClose = undefined;
    this.onWritten = undefined;
    this.#child.stdin.end();
    this.#child.stdout.resume(); // to its end
    const cancel = systemClock.schedule(systemClock.now() + CLOSE_MS, () => this.#child.kill("SIGKILL"));
    await this.#ended;
    cancel();
  }

  #end(error: EspNowError): void {
    const { onClose } = this;
    this.onClose = undefined;
    onClose?.(error);
  }
}

function explain(said: string): EspNowError {
  try {
    const { code, reason } = JSON.parse(said) as SerialEnd;
    return new EspNowError(code, reason);
  } catch {
    return new EspNowError("ERR_RADIO_DOWN", said.trim() || "the line has ended");
  }
}
