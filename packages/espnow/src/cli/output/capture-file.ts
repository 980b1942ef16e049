import { closeSync, openSync, writeSync } from "node:fs";
import { withFile } from "../process/system-message.ts";

/** A capture that is written while frames arrive. A failed write throws nothing into the radio that the frames come from. */
export class CaptureFile {
  /** Rejects at the first write that fails, with an Error that names the file. */
  readonly failed: Promise<never>;
  readonly #file: string;
  readonly #descriptor: number;
  #fail: ((error: unknown) => void) | undefined;

  /** @throws Error for a file that cannot be opened. */
  constructor(file: string) {
    this.#file = file;
    this.#descriptor = withFile("write", file, () => openSync(file, "w"));
    this.failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    this.failed.catch(() => undefined); // whoever waits for it is told
  }

  readonly write = (bytes: Uint8Array): void => {
    if (this.#fail === undefined) return;
    try {
      withFile("write", this.#file, () => this.#writeAll(bytes));
    } catch (error) {
      this.#fail(error);
      this.#fail = undefined;
    }
  };

  close(): void {
    closeSync(this.#descriptor);
  }

  /** A disk that is nearly full takes a part. */
  #writeAll(bytes: Uint8Array): void {
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written);
  }
}
