// state: What programs keep on disk. Two processes never use one packet number, also when one of them is killed.
// Keys are not written, only what tells them apart. It knows files, and no radio.

import {
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { PacketNumberStore } from "../radio/soft-mac/packet-numbers.ts";

/** What one version of the file says. */
interface Numbers {
  /** A key that is not in `keys` has used no number above this one. */
  readonly floor: number;
  /** The highest number that was reserved for each key, the key that was used last at the end. */
  readonly keys: ReadonlyMap<string, number>;
}

const NOTHING: Numbers = { floor: 0, keys: new Map() };
const MAX_KEYS = 4096;
/** How many versions below the newest one stay, for processes that are reading them. */
const KEPT = 8;
const MAX_ATTEMPTS = 1000;
/** How the names of the folders begin in which versions are prepared. mkdtemp(3) makes no name twice. */
const DRAFT = "draft-";
/** What a process left that was killed while it wrote goes after this time. */
const LEFTOVER_MS = 60_000;

/**
 * Packet numbers in a folder of the user, for processes one after another and at the same time. It holds addresses and
 * fingerprints of keys, no keys.
 *
 * There is no lock that a killed process could leave behind. Each reservation is a new version of the file, named by
 * its number: `17.json` is made of `16.json`, written under another name, and then linked (link(2) refuses a name that there
 * is). Of two processes that would follow 16 one does, and the other begins again with 17. A process that slept so long
 * that its version was made, followed and removed by others finds a newer one after linking, and begins again too.
 */
export class PacketNumberFolder implements PacketNumberStore {
  readonly #folder: string;

  /**
   * Reads and writes nothing yet.
   * @param folder is made where it is missing, with mode 0700
   */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws what the file system throws; Error for a file that cannot be read, or where others write without end. */
  reserve(keyId: string, after: number, count: number): number {
    ensureOwn(this.#folder);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const newest = this.#newest();
      const numbers = newest === 0 ? NOTHING : this.#read(newest);
      if (numbers === undefined) continue;
      const last = Math.max(numbers.keys.get(keyId) ?? numbers.floor, after);
      if (!this.#publish(newest + 1, withKey(numbers, keyId, last + count))) continue;
      syncFolder(this.#folder);
      this.#tidy(newest + 1);
      return last + 1;
    }
    throw new Error(`${this.#folder} is written by others all the time`);
  }

  #newest(): number {
    return Math.max(0, ...this.#versions());
  }

  #versions(): number[] {
    return readdirSync(this.#folder).flatMap((name) => /^(\d{1,15})\.json$/.exec(name)?.slice(1).map(Number) ?? []);
  }

  /** Undefined: it is there no more. */
  #read(version: number): Numbers | undefined {
    const file = this.#path(version);
    try {
      return parseNumbers(readFileSync(file, "utf8"));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      const why = (cause as Error).message;
      throw new Error(`${file} cannot be read (${why}); restore it, or change all keys and remove it`, { cause });
    }
  }

  /** Whether this is the newest version now. */
  #publish(version: number, numbers: Numbers): boolean {
    const drafts = mkdtempSync(join(this.#folder, DRAFT));
    const draft = join(drafts, "numbers.json");
    try {
      writeLasting(draft, formatNumbers(numbers));
      linkSync(draft, this.#path(version));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EEXIST" || code === "ENOENT") return false;
      throw error;
    } finally {
      rmSync(drafts, { recursive: true, force: true });
    }
    return this.#newest() === version;
  }

  #tidy(newest: number): void {
    for (const version of this.#versions()) {
      if (version < newest - KEPT) rmSync(this.#path(version), { force: true });
    }
    const { mtimeMs } = statSync(this.#folder);
    for (const name of readdirSync(this.#folder)) {
      if (!name.startsWith(DRAFT)) continue;
      const drafts = join(this.#folder, name);
      const stat = statSync(drafts, { throwIfNoEntry: false });
      if (stat === undefined || stat.mtimeMs > mtimeMs - LEFTOVER_MS) continue;
      rmSync(drafts, { recursive: true, force: true });
    }
  }

  #path(version: number): string {
    return join(this.#folder, `${version}.json`);
  }
}

/** The key goes to the end. Where there are too many, the one that was used longest ago raises the floor. */
function withKey({ floor, keys }: Numbers, keyId: string, last: number): Numbers {
  const next = new Map(keys);
  next.delete(keyId);
  next.set(keyId, last);
  const [oldest] = next;
  if (oldest === undefined || next.size <= MAX_KEYS) return { floor, keys: next };
  next.delete(oldest[0]);
  return { floor: Math.max(floor, oldest[1]), keys: next };
}

function formatNumbers({ floor, keys }: Numbers): string {
  return `${JSON.stringify({ floor, keys: Object.fromEntries(keys) })}\n`;
}

/** @throws Error for anything but what `formatNumbers` makes. */
function parseNumbers(text: string): Numbers {
  const { floor, keys } = JSON.parse(text) as { floor: unknown; keys: unknown };
  if (typeof keys !== "object" || keys === null) throw new Error("it has no keys");
  const entries = Object.entries(keys);
  for (const number of [floor, ...entries.map(([, last]) => last)]) {
    if (!Number.isSafeInteger(number) || (number as number) < 0) throw new Error(`${String(number)} is no number`);
  }
  return { floor: floor as number, keys: new Map(entries) };
}

/** Returns when the bytes are on the disk. */
function writeLasting(file: string, text: string): void {
  const descriptor = openSync(file, "wx", 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Returns when the names are on the disk, where a folder can be opened (not on Windows). */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** @throws Error where others could change what is in the folder. */
function ensureOwn(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (process.platform === "win32") return;
  const stat = lstatSync(folder);
  if (stat.isDirectory() && stat.uid === process.geteuid?.() && (stat.mode & 0o022) === 0) return;
  throw new Error(`${folder} must be a folder of yours that others cannot write to`);
}
