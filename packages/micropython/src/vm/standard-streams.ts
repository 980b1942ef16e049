const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
/** WASI's number: MicroPython then runs what is pending, a KeyboardInterrupt for example, and tries again. */
const EINTR = 27;
/** Of an iovec: an address and a length. */
const IOVEC_BYTES = 8;

/** What is typed at a program, and what it prints. */
export interface StandardStreams {
  /** Before `read`: whether the program waits for something to be typed. */
  beforeRead(): boolean;
  /** Up to `length` bytes; none where nothing was typed. */
  read(length: number): Uint8Array;
  /** Before `write`: whether the program waits, because what it printed is not taken. */
  beforeWrite(): boolean;
  write(stream: "stdout" | "stderr", bytes: Uint8Array): void;
}

type FileCall = (fd: number, iovecs: number, count: number, done: number) => number;

/** `fd_read` and `fd_write` for the standard streams; for other files they are `files`. */
export function standardStreams(
  streams: () => StandardStreams,
  memory: () => DataView,
  passes: (before: () => boolean) => boolean,
  files: { readonly fd_read: FileCall; readonly fd_write: FileCall },
): { readonly fd_read: FileCall; readonly fd_write: FileCall } {
  const vector = (at: number): Uint8Array =>
    new Uint8Array(memory().buffer, memory().getUint32(at, true), memory().getUint32(at + 4, true));
  return {
    fd_write: (fd, iovecs, count, written) => {
      if (fd !== STDOUT && fd !== STDERR) return files.fd_write(fd, iovecs, count, written);
      if (!passes(() => streams().beforeWrite())) return 0;
      let total = 0;
      for (let at = iovecs; at < iovecs + count * IOVEC_BYTES; at += IOVEC_BYTES) {
        const bytes = vector(at);
        streams().write(fd === STDOUT ? "stdout" : "stderr", bytes);
        total += bytes.length;
      }
      memory().setUint32(written, total, true);
      return 0;
    },
    // MicroPython reads with one vector.
    fd_read: (fd, iovecs, count, read) => {
      if (fd !== STDIN) return files.fd_read(fd, iovecs, count, read);
      if (!passes(() => streams().beforeRead())) return 0;
      const target = vector(iovecs);
      const bytes = streams().read(target.length);
      if (bytes.length === 0 && target.length > 0) return EINTR;
      target.set(bytes);
      memory().setUint32(read, bytes.length, true);
      return 0;
    },
  };
}
