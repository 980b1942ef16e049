import { Errno, FileError } from "./errno.ts";
import type { FileSystem } from "./file-system.ts";
import { openMode } from "./open-mode.ts";
import type { Entry } from "./tree.ts";

/** What MicroPython's C library calls for files: Linux's system calls as Emscripten makes them. */
type Call = (...args: number[]) => number;

/** Of `unlinkat`. */
const AT_REMOVEDIR = 512;

/** Of `stat`: kind and permissions. */
const S_IFDIR = 0o040777;
const S_IFREG = 0o100666;

/** struct stat, offsets in bytes (emscripten's struct_info). */
const STAT = {
  mode: 4,
  links: 8,
  size: 24,
  blockSize: 32,
  blocks: 36,
  accessed: 40,
  modified: 56,
  changed: 72,
} as const;
/** struct statfs. */
const STATFS = { blockSize: 4, blocks: 8, free: 16, available: 24, files: 32, filesFree: 40, nameLength: 56 } as const;
/** struct dirent64. */
const DIRENT = { bytes: 280, next: 8, length: 16, type: 18, name: 19, nameBytes: 256 } as const;
const DT_DIR = 4;
const DT_REG = 8;
const BLOCK = 4096;
/** An address and a length. */
const IOVEC_BYTES = 8;
const EVENTS_OF_FILES = 5;

/** The imports for files, on the file system that `files` gives. They fail with error numbers and never throw. */
export function fileCalls(memory: () => DataView, files: () => FileSystem) {
  const calls = new FileCalls(memory, files);
  return {
    __syscall_chdir: (path) => negative(() => calls.chdir(path)),
    __syscall_getcwd: (at, size) => negative(() => calls.getcwd(at, size)),
    __syscall_mkdirat: (_folder, path) => negative(() => calls.mkdir(path)),
    __syscall_openat: (_folder, path, flags) => negative(() => calls.open(path, flags)),
    __syscall_poll: (fds, count) => negative(() => calls.poll(fds, count)),
    __syscall_getdents64: (fd, at, size) => negative(() => calls.list(fd, at, size)),
    __syscall_renameat: (_from, from, _to, to) => negative(() => calls.rename(from, to)),
    __syscall_rmdir: (path) => negative(() => calls.rmdir(path)),
    __syscall_fstat64: (fd, at) => negative(() => calls.statOpened(fd, at)),
    __syscall_stat64: (path, at) => negative(() => calls.stat(path, at)),
    __syscall_lstat64: (path, at) => negative(() => calls.stat(path, at)),
    __syscall_newfstatat: (_folder, path, at) => negative(() => calls.stat(path, at)),
    __syscall_statfs64: (path, _size, at) => negative(() => calls.space(path, at)),
    __syscall_unlinkat: (_folder, path, flags) => negative(() => calls.unlink(path, flags)),
    fd_close: (fd) => positive(() => calls.close(fd)),
    fd_sync: () => 0,
    // An offset of 64 bits comes as a BigInt.
    fd_seek: (fd, offset, whence, at) => positive(() => calls.seek(fd, Number(offset), whence, at)),
    fd_read: (fd, iovecs, count, done) => positive(() => calls.read(fd, iovecs, count, done)),
    fd_write: (fd, iovecs, count, done) => positive(() => calls.write(fd, iovecs, count, done)),
  } satisfies Record<string, Call>;
}

class FileCalls {
  readonly #memory: () => DataView;
  readonly #files: () => FileSystem;

  constructor(memory: () => DataView, files: () => FileSystem) {
    this.#memory = memory;
    this.#files = files;
  }

  chdir(path: number): number {
    this.#files().chdir(this.#text(path));
    return 0;
  }

  getcwd(at: number, size: number): number {
    const bytes = new TextEncoder().encode(`${this.#files().cwd}\0`);
    if (bytes.length > size) throw new FileError(Errno.ERANGE);
    this.#bytes(at, bytes.length).set(bytes);
    return bytes.length;
  }

  mkdir(path: number): number {
    this.#files().mkdir(this.#text(path));
    return 0;
  }

  open(path: number, flags: number): number {
    return this.#files().open(this.#text(path), openMode(flags));
  }

  /** Files are always ready. */
  poll(fds: number, count: number): number {
    const memory = this.#memory();
    let ready = 0;
    for (let at = fds; at < fds + count * 8; at += 8) {
      const events = memory.getInt16(at + 4, true) & EVENTS_OF_FILES;
      memory.setInt16(at + 6, events, true);
      if (events !== 0) ready++;
    }
    return ready;
  }

  list(fd: number, at: number, size: number): number {
    const memory = this.#memory();
    const entries = this.#files().list(fd, Math.floor(size / DIRENT.bytes));
    entries.forEach(([name, isFolder], index) => {
      const entry = at + index * DIRENT.bytes;
      this.#bytes(entry, DIRENT.bytes).fill(0);
      memory.setBigUint64(entry, BigInt(index + 1), true);
      memory.setBigUint64(entry + DIRENT.next, BigInt(index + 1), true);
      memory.setUint16(entry + DIRENT.length, DIRENT.bytes, true);
      memory.setUint8(entry + DIRENT.type, isFolder ? DT_DIR : DT_REG);
      const bytes = new TextEncoder().encode(name).subarray(0, DIRENT.nameBytes - 1);
      this.#bytes(entry + DIRENT.name, bytes.length).set(bytes);
    });
    return entries.length * DIRENT.bytes;
  }

  rename(from: number, to: number): number {
    this.#files().rename(this.#text(from), this.#text(to));
    return 0;
  }

  rmdir(path: number): number {
    this.#files().rmdir(this.#text(path));
    return 0;
  }

  unlink(path: number, flags: number): number {
    if (flags === AT_REMOVEDIR) return this.rmdir(path);
    this.#files().unlink(this.#text(path));
    return 0;
  }

  stat(path: number, at: number): number {
    return this.#putStat(this.#files().stat(this.#text(path)), at);
  }

  statOpened(fd: number, at: number): number {
    return this.#putStat(this.#files().entryOf(fd), at);
  }

  space(path: number, at: number): number {
    this.#files().stat(this.#text(path));
    const { total, free } = this.#files().space;
    const memory = this.#memory();
    memory.setUint32(at + STATFS.blockSize, BLOCK, true);
    memory.setUint32(at + 60, BLOCK, true);
    const blocks = (offset: number, count: number): void => memory.setBigUint64(at + offset, BigInt(count), true);
    blocks(STATFS.blocks, total / BLOCK);
    blocks(STATFS.free, Math.floor(free / BLOCK));
    blocks(STATFS.available, Math.floor(free / BLOCK));
    blocks(STATFS.files, total / BLOCK);
    blocks(STATFS.filesFree, Math.floor(free / BLOCK));
    memory.setUint32(at + STATFS.nameLength, 255, true);
    return 0;
  }

  close(fd: number): void {
    this.#files().close(fd);
  }

  seek(fd: number, offset: number, whence: number, at: number): void {
    const position = this.#files().seek(fd, offset, whence);
    this.#memory().setBigUint64(at, BigInt(position), true);
  }

  read(fd: number, iovecs: number, count: number, done: number): void {
    let total = 0;
    for (const target of this.#vectors(iovecs, count)) {
      const bytes = this.#files().read(fd, target.length);
      target.set(bytes);
      total += bytes.length;
      if (bytes.length < target.length) break;
    }
    this.#memory().setUint32(done, total, true);
  }

  write(fd: number, iovecs: number, count: number, done: number): void {
    let total = 0;
    for (const bytes of this.#vectors(iovecs, count)) total += this.#files().write(fd, bytes);
    this.#memory().setUint32(done, total, true);
  }

  #putStat(entry: Entry, at: number): number {
    const memory = this.#memory();
    this.#bytes(at, 96).fill(0);
    const size = entry.kind === "file" ? entry.length : 0;
    memory.setUint32(at + STAT.mode, entry.kind === "file" ? S_IFREG : S_IFDIR, true);
    memory.setUint32(at + STAT.links, 1, true);
    memory.setBigInt64(at + STAT.size, BigInt(size), true);
    memory.setInt32(at + STAT.blockSize, BLOCK, true);
    memory.setInt32(at + STAT.blocks, Math.ceil(size / 512), true);
    const seconds = BigInt(Math.floor(entry.kind === "file" ? entry.modified : 0));
    for (const time of [STAT.accessed, STAT.modified, STAT.changed]) memory.setBigInt64(at + time, seconds, true);
    return 0;
  }

  #vectors(iovecs: number, count: number): Uint8Array[] {
    const memory = this.#memory();
    return Array.from({ length: count }, (_, index) => {
      const at = iovecs + index * IOVEC_BYTES;
      return this.#bytes(memory.getUint32(at, true), memory.getUint32(at + 4, true));
    });
  }

  #bytes(at: number, length: number): Uint8Array {
    return new Uint8Array(this.#memory().buffer, at, length);
  }

  /** A text that ends with NUL. */
  #text(at: number): string {
    const bytes = new Uint8Array(this.#memory().buffer, at);
    return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
  }
}

/** System calls answer with minus the number of an error. */
function negative(call: () => number): number {
  try {
    return call();
  } catch (error) {
    return -errnoOf(error);
  }
}

/** WASI's calls answer with the number of an error. */
function positive(call: () => void): number {
  try {
    call();
    return 0;
  } catch (error) {
    return errnoOf(error);
  }
}

/** A program with wild pointers gets an error: nothing is thrown into MicroPython. */
function errnoOf(error: unknown): number {
  return error instanceof FileError ? error.errno : Errno.EINVAL;
}
