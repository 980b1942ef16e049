import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { EspNowError, type EspNowErrorCode } from "../../../errors.ts";
import type { BoardPort } from "./board-port.ts";

/** Processes run what was compiled. */
const MAIN = new URL("../../../../dist/radio/board/line/serial-main.js", import.meta.url);

/** What the process that has the port says, on its error output, when the port is open. */
export const OPENED = "open\n";

/** What it says there at its end, as JSON: why. */
export interface SerialEnd {
  readonly code: EspNowErrorCode;
  readonly reason: string;
}

/**
 * A serial port in a process of its own: serialport 13 reads on the event loop of the process's first thread, whichever
 * thread opens the port, and ends the whole process if that is another one.
 */
export class SerialProcess implements BoardPort {
  onOpen: (() => void) | undefined;
  onData: ((bytes: Uint8Array) => void) | undefined;
  onClose: ((error: EspNowError) => void) | undefined;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #said = "";

  constructor({ path, baud }: { readonly path: string; readonly baud: number }) {
    const child = spawn(process.execPath, [fileURLToPath(MAIN), path, String(baud)], { windowsHide: true });
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
    this.#child.stdin?.write(bytes);
  }

  async close(): Promise<void> {
    this.onOpen = undefined;
    this.onData = undefined;
    this.onClose = undefined;
    this.#child.stdin?.end();
    await this.#ended;
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
