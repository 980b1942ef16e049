import type { OpenMode } from "./open-mode.ts";
import { type Entry, File, Folder, isRom } from "./tree.ts";

/** A file or folder that is open. */
export interface Opened {
  readonly path: string;
  readonly entry: Entry;
  readonly mode: OpenMode;
  position: number;
  /** Of a folder: what is in it, as it was when it was first read. */
  listing: readonly (readonly [name: string, isFolder: boolean])[] | undefined;
}

/** A file, or a folder with the numbers of what is in it. */
type EntryState =
  | { readonly bytes: Uint8Array; readonly modified: number }
  | { readonly entries: readonly (readonly [name: string, number: number])[] };

/** What is open; `entry` is a number, or undefined for what is of the ROM. */
type OpenedState = Omit<Opened, "entry"> & { readonly entry: number | undefined };

/** The files of a board, and what is open: entries by number, the first is the flash. What was removed may be open still. */
export interface FilesState {
  readonly entries: readonly EntryState[];
  readonly opened: readonly (OpenedState | undefined)[];
  readonly cwd: string;
  /** Of the flash, bytes. */
  readonly used: number;
}

export function saveFiles(flash: Folder, opened: readonly (Opened | undefined)[]): Omit<FilesState, "cwd" | "used"> {
  const numbers = new Map<Entry, number>();
  const entries: EntryState[] = [];
  const numberOf = (entry: Entry): number => {
    const known = numbers.get(entry);
    if (known !== undefined) return known;
    const number = entries.length;
    numbers.set(entry, number);
    entries.push({ entries: [] });
    entries[number] =
      entry.kind === "file"
        ? { bytes: entry.content, modified: entry.modified }
        : { entries: [...entry.entries].map(([name, inner]) => [name, numberOf(inner)]) };
    return number;
  };
  numberOf(flash);
  const open = opened.map((one) => one && { ...one, entry: isRom(one.path) ? undefined : numberOf(one.entry) });
  return { entries, opened: open };
}

/** `romEntry`: what of the ROM has a path. */
export function loadFiles(
  state: FilesState,
  romEntry: (path: string) => Entry | undefined,
): { readonly flash: Folder; readonly opened: (Opened | undefined)[] } {
  const made = state.entries.map((entry) => ("bytes" in entry ? new File(entry.bytes, entry.modified) : new Folder()));
  for (const [number, entry] of state.entries.entries()) {
    const folder = made[number] as Entry;
    if (!("entries" in entry) || folder.kind !== "folder") continue;
    for (const [name, inner] of entry.entries) folder.entries.set(name, made[inner] as Entry);
  }
  const opened = state.opened.map((one) => {
    const entry = one && (one.entry === undefined ? romEntry(one.path) : made[one.entry]);
    return entry && { ...one, entry };
  });
  return { flash: made[0] as Folder, opened: opened as (Opened | undefined)[] };
}
