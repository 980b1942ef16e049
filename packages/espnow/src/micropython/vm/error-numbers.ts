/**
 * Emscripten's file system speaks WASI's error numbers; MicroPython's `errno` has those of Linux.
 * WASI: wasi_snapshot_preview1, "errno".
 */
const LINUX: ReadonlyMap<number, number> = new Map([
  [2, 13], // EACCES
  [8, 9], // EBADF
  [10, 16], // EBUSY
  [20, 17], // EEXIST
  [28, 22], // EINVAL
  [29, 5], // EIO
  [31, 21], // EISDIR
  [32, 40], // ELOOP
  [33, 24], // EMFILE
  [37, 36], // ENAMETOOLONG
  [43, 19], // ENODEV
  [44, 2], // ENOENT
  [51, 28], // ENOSPC
  [52, 38], // ENOSYS
  [54, 20], // ENOTDIR
  [55, 39], // ENOTEMPTY
  [63, 1], // EPERM
  [69, 30], // EROFS
  [70, 29], // ESPIPE
  [75, 18], // EXDEV
]);

/** Makes the file functions among the imports fail with the numbers of Linux. */
export function replaceErrorNumbers({ env = {}, wasi_snapshot_preview1: wasi = {} }: WebAssembly.Imports): void {
  for (const [name, call] of Object.entries(env)) {
    if (name.startsWith("__syscall_")) env[name] = linuxErrors(call, -1);
  }
  for (const [name, call] of Object.entries(wasi)) wasi[name] = linuxErrors(call, 1);
}

/** `sign`: of the results that are error numbers. */
function linuxErrors(call: WebAssembly.Import, sign: number): WebAssembly.Import {
  return (...args: unknown[]) => {
    const result: unknown = call(...args);
    return typeof result === "number" && result * sign > 0 ? (LINUX.get(result * sign) ?? result * sign) * sign : result;
  };
}
