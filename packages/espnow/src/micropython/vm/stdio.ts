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
  readonly output: Output;
  /** Sleeps until something was typed, or something else happened. */
  awaitInput(): void;
}

/** Replaces reading and writing of the standard streams among the imports; other files are Emscripten's. */
export function replaceStdio(imports: WebAssembly.Imports, memory: () => WebAssembly.Memory, stdio: Stdio): void {
  const wasi = imports["wasi_snapshot_preview1"] as WebAssembly.Imports[string];
  const { fd_read, fd_write } = wasi;
  wasi["fd_write"] = (fd: number, iovecs: number, count: number, written: number): number => {
    if (fd !== STDOUT && fd !== STDERR) return fd_write?.(fd, iovecs, count, written);
    const { buffer } = memory();
    let total = 0;
    for (const bytes of vectors(buffer, iovecs, count)) {
      stdio.output.write(fd === STDOUT ? "stdout" : "stderr", bytes);
      total += bytes.length;
    }
    new DataView(buffer).setUint32(written, total, true);
    return 0;
  };
  wasi["fd_read"] = (fd: number, iovecs: number, count: number, read: number): number => {
    if (fd !== STDIN) return fd_read?.(fd, iovecs, count, read);
    const { buffer } = memory();
    const [target] = [...vectors(buffer, iovecs, count)].filter(({ length }) => length > 0);
    const bytes = stdio.input.take(target?.length ?? 0);
    if (bytes.length === 0 && target !== undefined) {
      stdio.awaitInput();
      return EINTR;
    }
    target?.set(bytes);
    new DataView(buffer).setUint32(read, bytes.length, true);
    return 0;
  };
}

function* vectors(buffer: ArrayBuffer, iovecs: number, count: number): Generator<Uint8Array> {
  const view = new DataView(buffer);
  for (let at = iovecs; at < iovecs + count * IOVEC_BYTES; at += IOVEC_BYTES)
    yield new Uint8Array(buffer, view.getUint32(at, true), view.getUint32(at + 4, true));
}
