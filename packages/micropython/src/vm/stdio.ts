import type { Input } from "./input.ts";
import type { Output } from "./output.ts";

/** WASI's number: MicroPython then runs what is pending, a KeyboardInterrupt for example, and tries again. */
const EINTR = 27;
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
/** Of an iovec: an address and a length. */
const IOVEC_BYTES = 8;

/** The doors for what is typed and printed. */
export interface Stdio {
  readonly input: Input;
  readonly output: Pick<Output, "write">;
  /** Sleeps until something was typed, or something else happened. */
  awaitInput(): void;
}

/** Replaces reading and writing of the standard streams among the imports; other files are Emscripten's. */
export function replaceStdio(imports: WebAssembly.Imports, memory: () => WebAssembly.Memory, stdio: Stdio): void {
  const wasi = imports["wasi_snapshot_preview1"] as object as Wasi;
  const { fd_read, fd_write } = wasi;
  wasi.fd_write = (fd, iovecs, count, written) => {
    if (fd !== STDOUT && fd !== STDERR) return fd_write(fd, iovecs, count, written);
    const { buffer } = memory();
    const view = new DataView(buffer);
    let total = 0;
    for (let at = iovecs; at < iovecs + count * IOVEC_BYTES; at += IOVEC_BYTES) {
      const bytes = vector(view, at);
      stdio.output.write(fd === STDOUT ? "stdout" : "stderr", bytes);
      total += bytes.length;
    }
    view.setUint32(written, total, true);
    return 0;
  };
  // MicroPython reads with one vector.
  wasi.fd_read = (fd, iovecs, count, read) => {
    if (fd !== STDIN) return fd_read(fd, iovecs, count, read);
    const view = new DataView(memory().buffer);
    const target = vector(view, iovecs);
    const bytes = stdio.input.take(target.length);
    if (bytes.length === 0 && target.length > 0) {
      stdio.awaitInput();
      return EINTR;
    }
    target.set(bytes);
    view.setUint32(read, bytes.length, true);
    return 0;
  };
}

type FileCall = (fd: number, iovecs: number, count: number, done: number) => number;
type Wasi = { fd_read: FileCall; fd_write: FileCall };

function vector(view: DataView, at: number): Uint8Array {
  return new Uint8Array(view.buffer, view.getUint32(at, true), view.getUint32(at + 4, true));
}
