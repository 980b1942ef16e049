// vm/files: The file system of a board, in memory. It has an end, as flash has, and its errors are a board's. No path
// leads to a file of the computer.

/** Where the board's read-only modules stand, which all boards share. */
export const ROM = "/rom";

/** `path` is absolute. */
export function isRom(path: string): boolean {
  return path === ROM || path.startsWith(`${ROM}/`);
}

/** A file: its content may have room to grow. */
export class File {
  readonly kind = "file";
  bytes: Uint8Array;
  length: number;
  /** When it was written last, seconds of the board's calendar. */
  modified: number;

  constructor(bytes: Uint8Array, modified: number) {
    this.bytes = bytes;
    this.length = bytes.length;
    this.modified = modified;
  }

  get content(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** Cut, or filled with zeros. */
  resize(length: number): void {
    if (length < this.length) this.bytes.fill(0, length, this.length);
    this.#reserve(length);
    this.length = length;
  }

  write(bytes: Uint8Array, at: number): void {
    if (at + bytes.length > this.length) this.resize(at + bytes.length);
    else this.#reserve(this.length); // it may be shared with whoever gave it
    this.bytes.set(bytes, at);
  }

  #isOwn = false;

  #reserve(length: number): void {
    if (this.#isOwn && length <= this.bytes.length) return;
    const larger = new Uint8Array(this.#isOwn ? Math.max(length, this.bytes.length * 2) : length);
    larger.set(this.content.subarray(0, length));
    this.bytes = larger;
    this.#isOwn = true;
  }
}

/** Files and folders by name. */
export class Folder {
  readonly kind = "folder";
  readonly entries: Map<string, Entry> = new Map();
}

export type Entry = File | Folder;

/** Puts a file, and the folders on the way to it, in place. `path` is absolute. */
export function putFile(root: Folder, path: string, bytes: Uint8Array, modified = 0): void {
  const names = path.split("/").slice(1);
  const name = names.pop() as string;
  let folder = root;
  for (const part of names) {
    let next = folder.entries.get(part);
    if (next?.kind !== "folder") {
      next = new Folder();
      folder.entries.set(part, next);
    }
    folder = next;
  }
  folder.entries.set(name, new File(bytes, modified));
}

/** All entries under a folder, by their paths from there. */
export function* walk(root: Folder): Generator<readonly [path: string, entry: Entry]> {
  const folders: (readonly [path: string, folder: Folder])[] = [["", root]];
  for (const [path, folder] of folders) {
    for (const [name, entry] of folder.entries) {
      yield [`${path}/${name}`, entry];
      if (entry.kind === "folder") folders.push([`${path}/${name}`, entry]);
    }
  }
}
