import { Errno, FileError } from "./errno.ts";
import { asOnBoard } from "./native-code.ts";
import type { OpenMode } from "./open-mode.ts";
import { type FilesState, loadFiles, type Opened, saveFiles } from "./saved-files.ts";
import { type Entry, File, Folder, isRom, putFile, ROM, walk } from "./tree.ts";

/** Where the board's own files stand: what its program sees as `/`. */
export const FLASH = "/board";
const FLASH_BYTES = 2 * 1024 * 1024; // the partition of an ESP32 with 4 MiB: ports/esp32/partitions-4MiB.csv
const ENTRY_BYTES = 4096; // what a file or folder takes of it beside its content: a block
const MAX_OPEN = 128;
const MAX_NAME = 255;
const MAX_PATH = 4096;
const FIRST_FD = 3; // stdin, stdout, stderr are not files

/** The files of a board: in memory, with an end. Its errors are FileErrors, as on a board. */
export class FileSystem {
  readonly #root = new Folder();
  #flash = new Folder();
  #cwd = FLASH;
  #open: (Opened | undefined)[] = [];
  #used = 0;
  readonly #seconds: () => number;
  /** Called with the number of what was closed, by its program or by MicroPython's collector. */
  onClose: (fd: number) => void = () => undefined;

  /** `seconds`: the board's calendar. `rom` is shared, and never changed. */
  constructor(rom: Folder, seconds: () => number) {
    this.#seconds = seconds;
    this.#root.entries.set(ROM.slice(1), rom);
    this.#root.entries.set(FLASH.slice(1), this.#flash);
  }

  /** Replaces the files of the board, by absolute path as its program sees them. Nothing is open then. */
  reset(files: ReadonlyMap<string, Uint8Array>): void {
    this.#flash = new Folder();
    this.#root.entries.set(FLASH.slice(1), this.#flash);
    this.put(files);
    this.closeAll();
  }

  /** Writes files from outside, with the folders on the way to them. */
  put(files: ReadonlyMap<string, Uint8Array>): void {
    for (const [path, bytes] of files) putFile(this.#flash, path, asOnBoard(path, bytes));
    this.#used = this.#measure();
  }

  /** As after a reset: nothing is open. */
  closeAll(): void {
    this.#open = [];
    this.#cwd = FLASH;
  }

  /** Whether anything is open. */
  get hasOpen(): boolean {
    return this.#open.some((opened) => opened !== undefined);
  }

  save(): FilesState {
    return { ...saveFiles(this.#flash, this.#open), cwd: this.#cwd, used: this.#used };
  }

  load(state: FilesState): void {
    const { flash, opened } = loadFiles(state, (path) => this.find(path));
    this.#flash = flash;
    this.#root.entries.set(FLASH.slice(1), flash);
    this.#open = opened;
    this.#cwd = state.cwd;
    this.#used = state.used;
  }

  /** The files of the board, by absolute path as its program sees them. */
  get files(): Map<string, Uint8Array> {
    const files = new Map<string, Uint8Array>();
    for (const [path, entry] of walk(this.#flash)) if (entry.kind === "file") files.set(path, entry.content.slice());
    return files;
  }

  get cwd(): string {
    return this.#cwd;
  }

  chdir(path: string): void {
    this.#cwd = this.#folder(path)[0];
  }

  stat(path: string): Entry {
    const entry = this.find(path);
    if (entry === undefined) throw new FileError(Errno.ENOENT);
    return entry;
  }

  mkdir(path: string): void {
    const [folder, name] = this.#place(path);
    if (folder.entries.has(name)) throw new FileError(Errno.EEXIST);
    this.#take(ENTRY_BYTES);
    folder.entries.set(name, new Folder());
  }

  rmdir(path: string): void {
    const [folder, name] = this.#place(path);
    const entry = folder.entries.get(name);
    if (entry === undefined) throw new FileError(Errno.ENOENT);
    if (entry.kind !== "folder") throw new FileError(Errno.ENOTDIR);
    if (entry.entries.size > 0) throw new FileError(Errno.ENOTEMPTY);
    folder.entries.delete(name);
    this.#used -= ENTRY_BYTES;
  }

  unlink(path: string): void {
    const [folder, name] = this.#place(path);
    const entry = folder.entries.get(name);
    if (entry === undefined) throw new FileError(Errno.ENOENT);
    if (entry.kind === "folder") throw new FileError(Errno.EISDIR);
    folder.entries.delete(name);
    this.#used -= ENTRY_BYTES + entry.length;
  }

  rename(from: string, to: string): void {
    const [oldFolder, oldName] = this.#place(from);
    const [newFolder, newName] = this.#place(to);
    const entry = oldFolder.entries.get(oldName);
    if (entry === undefined) throw new FileError(Errno.ENOENT);
    if (entry.kind === "folder" && `${this.resolve(to)}/`.startsWith(`${this.resolve(from)}/`)) {
      throw new FileError(Errno.EINVAL);
    }
    const replaced = newFolder.entries.get(newName);
    if (replaced === entry) return;
    if (replaced !== undefined) this.#replace(entry, replaced, to);
    oldFolder.entries.delete(oldName);
    newFolder.entries.set(newName, entry);
  }

  /** Returns its number. */
  open(path: string, mode: OpenMode): number {
    let entry = this.find(path);
    if (entry !== undefined && mode.create && mode.exclusive) throw new FileError(Errno.EEXIST);
    if (entry === undefined) {
      if (!mode.create) throw new FileError(Errno.ENOENT);
      const [folder, name] = this.#place(path);
      this.#take(ENTRY_BYTES);
      entry = new File(new Uint8Array(0), this.#seconds());
      folder.entries.set(name, entry);
    }
    if (mode.folder && entry.kind !== "folder") throw new FileError(Errno.ENOTDIR);
    if (mode.write && entry.kind === "folder") throw new FileError(Errno.EISDIR);
    const resolved = this.resolve(path);
    if (mode.write && isRom(resolved)) throw new FileError(Errno.EROFS);
    let fd = 0;
    while (this.#open[fd] !== undefined) fd++;
    if (fd >= MAX_OPEN) throw new FileError(Errno.EMFILE);
    if (mode.truncate && mode.write && entry.kind === "file") this.#resize(entry, 0);
    this.#open[fd] = { path: resolved, entry, mode, position: 0, listing: undefined };
    return fd + FIRST_FD;
  }

  close(fd: number): void {
    this.#opened(fd);
    this.#open[fd - FIRST_FD] = undefined;
    this.onClose(fd);
  }

  /** As many bytes as there are, up to `length`; the file's own: to be copied. */
  read(fd: number, length: number): Uint8Array {
    const opened = this.#opened(fd);
    if (opened.entry.kind === "folder") throw new FileError(Errno.EISDIR);
    if (!opened.mode.read) throw new FileError(Errno.EBADF);
    const bytes = opened.entry.content.subarray(opened.position, opened.position + length);
    opened.position += bytes.length;
    return bytes;
  }

  write(fd: number, bytes: Uint8Array): number {
    const opened = this.#opened(fd);
    const { entry, mode } = opened;
    if (entry.kind === "folder" || !mode.write) throw new FileError(Errno.EBADF);
    const at = mode.append ? entry.length : opened.position;
    const end = at + bytes.length;
    if (bytes.length > 0) {
      if (end > entry.length) this.#resize(entry, end);
      entry.write(bytes, at);
      entry.modified = this.#seconds();
    }
    opened.position = end;
    return bytes.length;
  }

  /** From the start (0), from where it is (1), from the end (2). Returns the new position. */
  seek(fd: number, offset: number, whence: number): number {
    const opened = this.#opened(fd);
    const { entry } = opened;
    const end = entry.kind === "file" ? entry.length : (opened.listing?.length ?? 0);
    const base = [0, opened.position, end][whence];
    if (base === undefined || base + offset < 0) throw new FileError(Errno.EINVAL);
    opened.position = base + offset;
    if (entry.kind === "folder" && opened.position === 0) opened.listing = undefined;
    return opened.position;
  }

  /** The entries of an open folder, from its position on: at most `count`. */
  list(fd: number, count: number): readonly (readonly [name: string, isFolder: boolean])[] {
    const opened = this.#opened(fd);
    const { entry } = opened;
    if (entry.kind !== "folder") throw new FileError(Errno.ENOTDIR);
    opened.listing ??= [
      [".", true],
      ["..", true],
      ...[...entry.entries].map(([name, { kind }]) => [name, kind === "folder"] as const),
    ];
    const part = opened.listing.slice(opened.position, opened.position + count);
    opened.position += part.length;
    return part;
  }

  /** What is open as `fd`. */
  entryOf(fd: number): Entry {
    return this.#opened(fd).entry;
  }

  /** Of the board's flash, bytes. */
  get space(): { readonly total: number; readonly free: number } {
    return { total: FLASH_BYTES, free: Math.max(0, FLASH_BYTES - this.#used) };
  }

  /** An absolute path without `.` and `..`. */
  resolve(path: string): string {
    if (path.length > MAX_PATH) throw new FileError(Errno.ENAMETOOLONG);
    const names: string[] = [];
    for (const name of (path.startsWith("/") ? path : `${this.#cwd}/${path}`).split("/")) {
      // The board's flash has nothing above it.
      if (name === "..") names.length = Math.max(names.length - 1, Math.min(names.length, 1));
      else if (name !== "" && name !== ".") names.push(name);
    }
    return `/${names.join("/")}`;
  }

  #opened(fd: number): Opened {
    const opened = this.#open[fd - FIRST_FD];
    if (opened === undefined) throw new FileError(Errno.EBADF);
    return opened;
  }

  /** Undefined: there is nothing of this path. */
  find(path: string): Entry | undefined {
    if (path === "") throw new FileError(Errno.ENOENT);
    let entry: Entry = this.#root;
    for (const name of this.resolve(path).split("/")) {
      if (name === "") continue;
      if (entry.kind !== "folder") throw new FileError(Errno.ENOTDIR);
      const next = entry.entries.get(name);
      if (next === undefined) return undefined;
      entry = next;
    }
    return entry;
  }

  #folder(path: string): readonly [path: string, folder: Folder] {
    const entry = this.stat(path);
    if (entry.kind !== "folder") throw new FileError(Errno.ENOTDIR);
    return [this.resolve(path), entry];
  }

  /** The folder of what is to be made, changed or removed, and its name there. */
  #place(path: string): readonly [folder: Folder, name: string] {
    const resolved = this.resolve(path);
    const slash = resolved.lastIndexOf("/");
    const name = resolved.slice(slash + 1);
    const [, folder] = this.#folder(resolved.slice(0, slash) || "/");
    if (folder === this.#root) throw new FileError(Errno.EPERM);
    if (isRom(resolved)) throw new FileError(Errno.EROFS);
    if (name.length > MAX_NAME) throw new FileError(Errno.ENAMETOOLONG);
    return [folder, name];
  }

  #replace(entry: Entry, replaced: Entry, path: string): void {
    if (replaced.kind === "file" && entry.kind === "file") this.unlink(path);
    else if (replaced.kind === "file") throw new FileError(Errno.ENOTDIR);
    else if (entry.kind === "file") throw new FileError(Errno.EISDIR);
    else this.rmdir(path);
  }

  #resize(file: File, length: number): void {
    this.#take(length - file.length);
    file.resize(length);
  }

  #take(bytes: number): void {
    // What was removed while it was open may have gone meanwhile.
    if (bytes > 0 && this.#used + bytes > FLASH_BYTES) this.#used = this.#measure();
    if (bytes > 0 && this.#used + bytes > FLASH_BYTES) throw new FileError(Errno.ENOSPC);
    this.#used += bytes;
  }

  #measure(): number {
    let used = 0;
    for (const [, entry] of walk(this.#flash)) used += ENTRY_BYTES + (entry.kind === "file" ? entry.length : 0);
    return used;
  }
}
