/** The errors of Emscripten's file system: WASI's numbers, and those of Linux, which MicroPython and its `errno` have. */
const LINUX: Readonly<Record<number, number>> = {
  2: 13, // EACCES
  8: 9, // EBADF
  10: 16, // EBUSY
  20: 17, // EEXIST
  28: 22, // EINVAL
  29: 5, // EIO
  31: 21, // EISDIR
  32: 40, // ELOOP
  33: 24, // EMFILE
  37: 36, // ENAMETOOLONG
  43: 19, // ENODEV
  44: 2, // ENOENT
  48: 12, // ENOMEM
  51: 28, // ENOSPC
  54: 20, // ENOTDIR
  55: 39, // ENOTEMPTY
  63: 1, // EPERM
  69: 30, // EROFS
  70: 29, // ESPIPE
  75: 18, // EXDEV
};

type SystemCall = (...args: unknown[]) => number;

/** Makes files fail with Linux's error numbers: `except OSError as e: if e.errno == errno.ENOENT` is true on a board. */
export function renumberFileErrors({ env = {}, wasi_snapshot_preview1: wasi = {} }: WebAssembly.Imports): void {
  for (const [name, call] of Object.entries(env as Record<string, SystemCall>)) {
    if (name.startsWith("__syscall_")) env[name] = (...args: unknown[]) => -renumbered(-call(...args));
  }
  for (const [name, call] of Object.entries(wasi as Record<string, SystemCall>)) {
    if (name.startsWith("fd_")) wasi[name] = (...args: unknown[]) => renumbered(call(...args));
  }
}

/** What is no error stays: 0 and less. */
function renumbered(error: number): number {
  return LINUX[error] ?? error;
}
